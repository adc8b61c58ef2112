package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.TestNode;
import dev.easel.catalog.Availability;
import dev.easel.catalog.Catalog;
import dev.easel.catalog.CatalogTables;
import dev.easel.catalog.CatalogVersions;
import dev.easel.db.Database;
import dev.easel.db.Invariants;
import dev.easel.db.TestDatabase;
import java.time.Instant;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/** A change of the catalogue reaches every node while it serves. */
@ExtendWith(Invariants.class)
class CatalogReloadTest {
  private final Database.Address address = TestDatabase.address();
  private TestNode one;
  private TestNode two;
  private String key;

  @BeforeEach
  void start() {
    one = TestNode.start(Map.of(), address);
    two = TestNode.start(Map.of(), address);
    key = one.account(1000);
  }

  @AfterEach
  void close() {
    assertThat(one.audit().violations()).isEmpty();
    two.close();
    one.close();
  }

  @Test
  void aStateIsHonouredByEveryNode() {
    change(catalog ->
        catalog.withModel(catalog.model("gpt-image-2").orElseThrow().in(Availability.MAINTENANCE)));
    awaitRefusal("is under maintenance");

    change(catalog ->
        catalog.withModel(catalog.model("gpt-image-2").orElseThrow().in(Availability.OFF)));
    awaitRefusal("is disabled");

    change(catalog ->
        catalog.withModel(catalog.model("gpt-image-2").orElseThrow().in(Availability.ON)));
    awaitEverywhere(node -> quote(node).path("code").asInt() == 200);
    assertThat(
            one.await(key, one.create(key, Gateway.image("a cat").toString()))
                .path("task_status")
                .asInt())
        .isEqualTo(3);
  }

  /** Nobody announces, nobody versions: an operator with psql. */
  @Test
  void aChangeByHandIsSeenToo() {
    sql("update listing set state = 'off' where dialect = 'omni' and id = 'gpt-image-2'");

    awaitRefusal("is disabled");
  }

  @Test
  void aBrokenCatalogueChangesNothingUntilItIsMended() {
    sql("update listing set definition = '{}' where dialect = 'omni' and id = 'gpt-image-2'");
    sql("update channel set settings = '{\"faults\":{\"refuse\":7}}'");
    // What comes after it in the order of changes is not seen either: so this one has been looked
    // at.
    sql("update model set state = 'off' where id = 'gpt-image-2'");
    sql("update channel set settings = '{}'");
    for (int i = 0; i < 20; i++) {
      assertThat(quote(one).path("data").path("credits").asInt()).isEqualTo(15);
    }

    sql(
        "update listing set definition = (select definition from listing where dialect = 'art') where dialect = 'omni' and id = 'gpt-image-2'");
    awaitRefusal("is disabled");
    sql("update model set state = 'on' where id = 'gpt-image-2'");
    awaitEverywhere(node -> quote(node).path("data").path("credits").asInt() == 10);
  }

  @Test
  void aTaskThatWasAcceptedGoesOn() {
    String task = one.create(key, Gateway.image("slow:5 rain").toString());
    change(catalog ->
        catalog.withModel(catalog.model("gpt-image-2").orElseThrow().in(Availability.OFF)));
    awaitRefusal("is disabled");

    assertThat(two.await(key, task).path("task_status").asInt()).isEqualTo(3);
  }

  private void change(UnaryOperator<Catalog> to) {
    one.database()
        .transaction(tx ->
            CatalogTables.change(
                tx,
                to,
                _ -> {},
                difference -> new CatalogVersions.Reason("test", difference.summary()),
                Instant.now()));
  }

  private void sql(String statement) {
    one.database().read(tx -> tx.execute(statement));
  }

  private void awaitRefusal(String words) {
    awaitEverywhere(node -> quote(node).path("msg").asString().contains(words));
  }

  private void awaitEverywhere(Function<TestNode, Boolean> it) {
    Instant limit = Instant.now().plusSeconds(10);
    while (!it.apply(one) || !it.apply(two)) {
      assertThat(Instant.now())
          .as("the nodes have to follow: %s, %s", quote(one), quote(two))
          .isBefore(limit);
    }
  }

  private JsonNode quote(TestNode node) {
    return node.post("/api/v1/quote", key, Gateway.image("a cat").toString()).json();
  }
}
