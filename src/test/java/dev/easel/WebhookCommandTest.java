package dev.easel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.account.Account;
import dev.easel.account.AccountId;
import dev.easel.account.Accounts;
import dev.easel.db.Database;
import dev.easel.db.RowId;
import dev.easel.db.TestDatabase;
import dev.easel.webhook.Endpoint;
import dev.easel.webhook.Endpoints;
import dev.easel.webhook.EventType;
import dev.easel.webhook.Secrets;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Webhooks from the command line, without a server. */
class WebhookCommandTest {
  private static final Instant NOW = Instant.parse("2026-05-01T12:00:00Z");

  private final Database.Address address = TestDatabase.address();
  private final Database database = Database.open(address, 2);
  private final Endpoints endpoints = new Endpoints(new Secrets(new byte[32]));
  private AccountId ada = new AccountId(1);

  /** What a command prints, and the code it ends with. */
  private record Ended(int code, String out, String err) {}

  @BeforeEach
  void account() {
    ada =
        database
            .transaction(tx -> Accounts.create(tx, "ada", Account.Role.CUSTOMER, NOW))
            .orElseThrow()
            .id();
  }

  @AfterEach
  void close() {
    database.close();
  }

  private Endpoint register(String url, EventType... events) {
    return register(url, NOW, events);
  }

  private Endpoint register(String url, Instant now, EventType... events) {
    Endpoints.Fresh fresh =
        (Endpoints.Fresh)
            database.transaction(tx -> endpoints.register(tx, ada, url, List.of(events), now));
    return fresh.endpoint();
  }

  private void disable(Endpoint endpoint) {
    Endpoints.Change off =
        new Endpoints.Change(Optional.empty(), Optional.empty(), Optional.of(false));
    database.transaction(
        tx -> Endpoints.change(tx, ada, endpoint.id(), off, NOW.plusSeconds(60)).orElseThrow());
  }

  private UUID delivery(Optional<Endpoint> endpoint, String state) {
    UUID id = RowId.random(NOW);
    database.transaction(tx ->
        tx.createUpdate(
                """
                insert into delivery (id, account_id, task_id, endpoint_id, created_at, finished_at, tries, state, shape, event, url)
                values (:id, :account, :id, cast(:endpoint as uuid), :now, case when :state <> 'pending' then :now::timestamptz end, 1, :state,
                  'event', 'task.failed', 'https://a.invalid/')
                """)
            .bind("id", id)
            .bind("account", ada.value())
            .bind("endpoint", endpoint.map(it -> it.id().toString()).orElse(null))
            .bind("now", Timestamp.from(NOW))
            .bind("state", state)
            .execute());
    database.transaction(tx ->
        tx.createUpdate(
                """
                insert into delivery_try (delivery_id, number, started_at, duration_millis, status, answer)
                values (:id, 1, :now, 12, 502, 'Bad Gateway')
                """)
            .bind("id", id)
            .bind("now", Timestamp.from(NOW))
            .execute());
    return id;
  }

  @Test
  void endpointsAreListedWithoutTheirSecrets() {
    Endpoint all = register("https://a.invalid/");
    Endpoint some =
        register(
            "https://b.invalid/",
            NOW.plusSeconds(1),
            EventType.TASK_FAILED,
            EventType.TASK_CANCELED);
    disable(some);

    Ended ended = run("list", "ada");

    assertThat(ended.err()).isEmpty();
    assertThat(ended.out()).doesNotContain("whsec");
    assertThat(ended.out().lines())
        .satisfiesExactly(
            head ->
                assertThat(head).matches("ENDPOINT +STATE +SINCE +EVENTS +CREATED +URL +REASON"),
            line ->
                assertThat(line)
                    .isEqualTo(
                        all.id()
                            + "  on        -                     all                        "
                            + "2026-05-01T12:00:00Z  https://a.invalid/  -"),
            line ->
                assertThat(line)
                    .isEqualTo(
                        some.id()
                            + "  disabled  2026-05-01T12:01:00Z  task.failed,task.canceled  "
                            + "2026-05-01T12:00:01Z  https://b.invalid/  Disabled by its owner."));
    JsonNode json = JsonMapper.shared().readTree(run("list", "ada", "--json").out());
    assertThat(json).hasSize(2);
    assertThat(json.at("/1/reason").asString()).isEqualTo("Disabled by its owner.");
  }

  @Test
  void deliveriesAreListedByWhatIsAskedFor() {
    Endpoint endpoint = register("https://a.invalid/");
    UUID exhausted = delivery(Optional.of(endpoint), "exhausted");
    UUID callback = delivery(Optional.empty(), "delivered");

    assertThat(run("deliveries", "ada", "--state", "exhausted").out().lines())
        .satisfiesExactly(
            head ->
                assertThat(head)
                    .matches("DELIVERY +EVENT +STATE +TRIES +DUE +LAST ANSWER +TASK +URL"),
            line ->
                assertThat(line)
                    .matches(
                        exhausted
                            + "  task.failed  exhausted +1  -    502 +"
                            + exhausted
                            + "  https://a.invalid/"));
    assertThat(run("deliveries", "ada").out()).contains(exhausted.toString(), callback.toString());
    assertThat(run("deliveries", "ada", "--task", callback.toString()).out())
        .contains(callback.toString())
        .doesNotContain(exhausted.toString());
    assertThat(run("deliveries", "ada", "--endpoint", endpoint.id().toString()).out())
        .contains(exhausted.toString())
        .doesNotContain(callback.toString());
    assertThat(run("deliveries", "ada", "--limit", "1").out().lines()).hasSize(2);

    assertThat(run("deliveries", "ada", "--state", "gone"))
        .isEqualTo(
            new Ended(
                2,
                "",
                "easel: --state \"gone\": there are pending, delivered, exhausted;"
                    + " see easel webhook deliveries --help\n"));
    assertThat(run("deliveries", "ada", "--task", "7").err())
        .isEqualTo(
            "easel: --task \"7\" is no id, such as 019a7d1c-9f10-7b6e-8a44-5c2d1f0e9b37;"
                + " see easel webhook deliveries --help\n");
    assertThat(run("deliveries", "ada", "--limit", "0").err())
        .isEqualTo("easel: --limit is from 1 to 1000; see easel webhook deliveries --help\n");
    assertThat(run("deliveries", "bob").err())
        .isEqualTo("easel: there is no account \"bob\"; easel account list shows them\n");
  }

  @Test
  void deliveriesAreReplayedAllOrNone() {
    UUID a = delivery(Optional.of(register("https://c.invalid/")), "exhausted");
    UUID b = delivery(Optional.empty(), "delivered");
    UUID pending = delivery(Optional.empty(), "pending");

    assertThat(run("replay", a.toString(), pending.toString()))
        .isEqualTo(
            new Ended(
                1,
                "",
                "easel: delivery %s is pending: it is tried again without being asked\n"
                    .formatted(pending)));
    assertThat(jobs()).as("the first was not replayed either").isEmpty();

    assertThat(run("replay", a.toString(), b.toString(), a.toString()))
        .isEqualTo(new Ended(0, "", "Delivery %s is due.\nDelivery %s is due.\n".formatted(a, b)));
    assertThat(jobs()).containsExactlyInAnyOrder(a, b);
    assertThat(url(a)).as("to where its endpoint is by now").isEqualTo("https://c.invalid/");
    assertThat(run("replay", a.toString()).err()).contains("is pending");
    assertThat(jobs()).hasSize(2);
  }

  @Test
  void whatCannotBeReplayedSaysWhy() {
    Endpoint off = register("https://a.invalid/");
    disable(off);
    UUID toDisabled = delivery(Optional.of(off), "exhausted");
    Endpoint gone = register("https://b.invalid/");
    UUID toDeleted = delivery(Optional.of(gone), "exhausted");
    database.transaction(tx -> Endpoints.delete(tx, ada, gone.id()));
    UUID unknown = RowId.random(NOW);

    assertThat(run("replay", toDisabled.toString()).err())
        .isEqualTo(
            "easel: the endpoint of delivery %s is disabled; its owner can enable it\n"
                .formatted(toDisabled));
    assertThat(run("replay", toDeleted.toString()).err())
        .isEqualTo("easel: the endpoint of delivery %s was deleted\n".formatted(toDeleted));
    assertThat(run("replay", unknown.toString()).err())
        .isEqualTo(
            "easel: there is no delivery %s; easel webhook deliveries ACCOUNT shows them\n"
                .formatted(unknown));
    assertThat(run("replay", "x").err())
        .isEqualTo(
            "easel: DELIVERY \"x\" is no id, such as 019a7d1c-9f10-7b6e-8a44-5c2d1f0e9b37;"
                + " see easel webhook replay --help\n");
    assertThat(run("replay").code()).as("called wrongly").isEqualTo(2);
    assertThat(jobs()).isEmpty();
  }

  @Test
  void aTestPrintsItsDeliveryAndNothingElse() {
    Endpoint endpoint = register("https://a.invalid/");

    Ended ended = run("test", endpoint.id().toString());

    assertThat(ended.code()).isZero();
    assertThat(ended.err()).isEmpty();
    assertThat(jobs()).containsExactly(UUID.fromString(ended.out().strip()));
    assertThat(run("deliveries", "ada", "--state", "pending").out())
        .contains(ended.out().strip(), "webhook.test");
    disable(endpoint);
    assertThat(run("test", endpoint.id().toString()).err())
        .isEqualTo(
            "easel: endpoint %s is disabled; its owner can enable it\n".formatted(endpoint.id()));
    UUID unknown = RowId.random(NOW);
    assertThat(run("test", unknown.toString()).err())
        .isEqualTo(
            "easel: there is no endpoint %s; easel webhook list ACCOUNT shows them\n"
                .formatted(unknown));
    assertThat(jobs()).hasSize(1);
  }

  private List<UUID> jobs() {
    return database.read(tx ->
        tx.createQuery("select subject from job where kind = 'webhook'").mapTo(UUID.class).list());
  }

  private String url(UUID delivery) {
    return database.read(tx ->
        tx.createQuery("select url from delivery where id = :id")
            .bind("id", delivery)
            .mapTo(String.class)
            .one());
  }

  private Ended run(String... words) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    List<String> all = new ArrayList<>(List.of("webhook"));
    all.addAll(List.of(words));
    all.addAll(
        List.of(
            "--db-url",
            address.url(),
            "--db-user",
            address.user(),
            "--db-password",
            address.password()));
    CommandLine command = Easel.commands();
    command.setOut(new PrintWriter(out, true));
    command.setErr(new PrintWriter(err, true));
    int code = command.execute(all.toArray(String[]::new));
    return new Ended(code, out.toString(), err.toString());
  }
}
