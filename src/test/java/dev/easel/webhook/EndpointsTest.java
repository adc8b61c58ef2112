package dev.easel.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.easel.account.Account;
import dev.easel.account.AccountId;
import dev.easel.account.Accounts;
import dev.easel.db.Database;
import dev.easel.db.Invariants;
import dev.easel.db.RowId;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Invariants.class)
class EndpointsTest {
  private static final Instant NOW = Instant.parse("2026-05-01T12:00:00Z");
  private static final String URL = "https://hooks.example.com/easel";

  private final Secrets secrets = new Secrets(new byte[32]);
  private final Endpoints endpoints = new Endpoints(secrets);
  private final AccountKeys keys = new AccountKeys(secrets);
  private final Database database;
  private AccountId account = new AccountId(1);

  EndpointsTest(Database database) {
    this.database = database;
  }

  @BeforeEach
  void account() {
    account =
        database
            .transaction(
                tx -> Accounts.create(tx, "ada-" + UUID.randomUUID(), Account.Role.CUSTOMER, NOW))
            .orElseThrow()
            .id();
  }

  private Endpoints.Fresh registered() {
    return (Endpoints.Fresh)
        database.transaction(tx -> endpoints.register(tx, account, URL, List.of(), NOW));
  }

  /** What a row has: its secret, and the one before as long as it signs. */
  private record Stored(SigningSecret secret, Optional<SigningSecret> previous) {}

  private Optional<Stored> stored(UUID id) {
    return database.read(tx ->
        tx.createQuery("select secret, previous_secret from webhook_endpoint where id = :id")
            .bind("id", id)
            .map((rs, _) ->
                new Stored(
                    secrets.decrypt(id, rs.getBytes(1)),
                    Optional.ofNullable(rs.getBytes(2)).map(bytes -> secrets.decrypt(id, bytes))))
            .findOne());
  }

  private Endpoints.Fresh rotated(UUID id, Instant now) {
    return database.transaction(tx -> endpoints.rotate(tx, account, id, now)).orElseThrow();
  }

  private boolean deleted(UUID id) {
    return database.transaction(tx -> Endpoints.delete(tx, account, id));
  }

  private Optional<SigningSecret> key() {
    return database.read(tx ->
        tx.createQuery("select secret from webhook_key where account_id = :account")
            .bind("account", account.value())
            .map((rs, _) -> secrets.decrypt(account, rs.getBytes(1)))
            .findOne());
  }

  private boolean keyDeleted() {
    return database.transaction(tx -> AccountKeys.delete(tx, account));
  }

  @Test
  void theSecretBeforeStaysForADayAfterARotation() {
    Endpoints.Fresh first = registered();
    UUID id = first.endpoint().id();
    assertThat(stored(id)).contains(new Stored(first.secret(), Optional.empty()));
    assertThat(first.endpoint().previousUntil()).isEmpty();

    Endpoints.Fresh second = rotated(id, NOW);

    assertThat(second.secret()).isNotEqualTo(first.secret());
    assertThat(second.endpoint().previousUntil()).contains(NOW.plus(Duration.ofHours(24)));
    assertThat(stored(id)).contains(new Stored(second.secret(), Optional.of(first.secret())));
  }

  @Test
  void aSecondRotationEndsTheFirstSecretAtOnce() {
    UUID id = registered().endpoint().id();
    Endpoints.Fresh second = rotated(id, NOW);
    Endpoints.Fresh third = rotated(id, NOW.plusSeconds(60));

    assertThat(third.endpoint().previousUntil())
        .contains(NOW.plusSeconds(60).plus(Duration.ofHours(24)));
    assertThat(stored(id)).contains(new Stored(third.secret(), Optional.of(second.secret())));
  }

  @Test
  void whatWasMovedFromAnotherRowOpensNothing() {
    UUID mine = registered().endpoint().id();
    UUID other = registered().endpoint().id();
    database.transaction(tx ->
        tx.createUpdate(
                """
                update webhook_endpoint set secret = (select secret from webhook_endpoint where id = :other)
                where id = :mine
                """)
            .bind("other", other)
            .bind("mine", mine)
            .execute());

    assertThatThrownBy(() -> stored(mine)).hasMessageContaining(mine.toString());
  }

  @Test
  void whatIsDeletedIsGone() {
    UUID id = registered().endpoint().id();
    assertThat(deleted(id)).isTrue();

    assertThat(stored(id)).isEmpty();
    assertThat(deleted(id)).isFalse();
  }

  @Test
  void twoThatComeTogetherDoNotBothGetTheLastPlace() throws Exception {
    for (int i = 1; i < Endpoints.MOST; i++) {
      registered();
    }
    int many = 4;
    CyclicBarrier together = new CyclicBarrier(many);
    List<Future<Boolean>> asked = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < many; i++) {
        asked.add(
            threads.submit(() ->
                database.transaction(tx -> {
                  await(together);
                  return endpoints.register(tx, account, URL, List.of(), NOW)
                      instanceof Endpoints.Fresh;
                })));
      }
    }
    int registered = 0;
    for (Future<Boolean> each : asked) {
      registered += each.get() ? 1 : 0;
    }
    assertThat(registered).isEqualTo(1);
    List<Endpoint> all = database.read(tx -> Endpoints.of(tx, account));
    assertThat(all).hasSize(Endpoints.MOST);
  }

  @Test
  void aDeletedAccountGetsNone() {
    database.transaction(tx -> {
      Accounts.delete(tx, account, NOW);
      return account;
    });
    assertThat(
            database.<Endpoints.Registered>transaction(
                tx -> endpoints.register(tx, account, URL, List.of(), NOW)))
        .isInstanceOf(Endpoints.AccountDeleted.class);
    assertThat(database.<List<Endpoint>>read(tx -> Endpoints.of(tx, account))).isEmpty();
  }

  private static void await(CyclicBarrier together) {
    try {
      together.await();
    } catch (Exception broken) {
      throw new IllegalStateException(broken);
    }
  }

  @Test
  void enablingForgetsThatItFailed() {
    UUID id = registered().endpoint().id();
    database.transaction(tx ->
        tx.createUpdate(
                """
                update webhook_endpoint set failing_since = :now, disabled_at = :now, disabled_reason = 'It answered 410 Gone.'
                where id = :id
                """)
            .bind("now", Timestamp.from(NOW))
            .bind("id", id)
            .execute());

    Endpoint moved = changed(id, Optional.of("https://b.example.com/"), Optional.empty());
    assertThat(moved.url()).isEqualTo("https://b.example.com/");
    assertThat(moved.disabled())
        .as("another address alone enables nothing")
        .contains(new Endpoint.Disabled(NOW, "It answered 410 Gone."));

    Endpoint off = changed(id, Optional.empty(), Optional.of(false));
    assertThat(off.disabled().orElseThrow().reason())
        .as("the first reason stays")
        .isEqualTo("It answered 410 Gone.");

    Endpoint on = changed(id, Optional.empty(), Optional.of(true));
    assertThat(on.disabled()).isEmpty();
    assertThat(on.failingSince()).isEmpty();
    assertThat(changed(id, Optional.empty(), Optional.of(false)).disabled())
        .contains(new Endpoint.Disabled(NOW.plusSeconds(9), "Disabled by its owner."));
  }

  private Endpoint changed(UUID id, Optional<String> url, Optional<Boolean> enabled) {
    Endpoints.Change change = new Endpoints.Change(url, Optional.empty(), enabled);
    return database
        .transaction(tx -> Endpoints.change(tx, account, id, change, NOW.plusSeconds(9)))
        .orElseThrow();
  }

  @Test
  void aKeyIsReplacedAndTakenAway() {
    SigningSecret first = database.transaction(tx -> keys.put(tx, account, NOW));
    SigningSecret second = database.transaction(tx -> keys.put(tx, account, NOW.plusSeconds(1)));

    assertThat(key()).contains(second);
    assertThat(second).isNotEqualTo(first);
    assertThat(keyDeleted()).isTrue();
    assertThat(key()).isEmpty();
    assertThat(keyDeleted()).isFalse();
  }

  @Test
  void idsSortByAgeAndAreReadStrictly() {
    UUID early = RowId.random(NOW);
    UUID late = RowId.random(NOW.plusMillis(1));
    assertThat(early.toString()).isLessThan(late.toString());
    assertThat(early.version()).isEqualTo(7);
    assertThat(RowId.parse(early.toString())).contains(early);
    for (String wrong : List.of("", "1-1-1-1-1", early + "0", "x".repeat(36))) {
      assertThat(RowId.parse(wrong)).as(wrong).isEmpty();
    }
  }
}
