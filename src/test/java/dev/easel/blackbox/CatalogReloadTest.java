package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.TestNode;
import dev.easel.catalog.Availability;
import dev.easel.catalog.Catalog;
import dev.easel.catalog.CatalogTables;
import dev.easel.catalog.CatalogVersions;
import dev.easel.catalog.Listing;
import dev.easel.catalog.Price;
import dev.easel.db.Database;
import dev.easel.db.Invariants;
import dev.easel.db.TestDatabase;
import java.time.Instant;
import java.util.List;
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

  /**
   * Each change is made when the one before is seen: whoever only looks every few seconds needs as
   * long for each of them, and more than half a minute for all.
   */
  @Test
  void whatIsAnnouncedIsSeenAtOnce() {
    Instant limit = Instant.now().plusSeconds(20);
    for (int i = 1; i <= 12; i++) {
      long credits = 100L + i;
      change(catalog -> catalog.withListing(priced(catalog, credits)));
      awaitEverywhere(node -> quote(node).path("data").path("credits").asLong() == credits);
    }
    assertThat(Instant.now()).as("twelve changes, one after the other").isBefore(limit);
  }

  private static Listing priced(Catalog catalog, long credits) {
    Listing listing = catalog.listing("omni", "gpt-image-2").orElseThrow();
    return new Listing(
        listing.dialect(),
        listing.id(),
        listing.aliases(),
        listing.model(),
        listing.request(),
        new Price(List.of(new Price.Row(Map.of(), credits, Price.Per.TASK))),
        listing.state());
  }

  /** A pooler in between, a connection that is lost: a node looks for itself now and then. */
  @Test
  void whatNobodyAnnouncesIsSeenAllTheSame() {
    sql(
        """
        create or replace function catalog_changed() returns trigger language plpgsql as $$
        begin
          update catalog_change set changes = changes + 1;
          return null;
        end
        $$
        """);
    for (Availability state : List.of(Availability.OFF, Availability.MAINTENANCE)) {
      change(catalog -> catalog.withModel(catalog.model("gpt-image-2").orElseThrow().in(state)));
      awaitRefusal(state == Availability.OFF ? "is disabled" : "is under maintenance");
    }
  }

  /** The tables were broken by hand: a node that starts then has to sell something all the same. */
  @Test
  void aNodeStartsWithTheLastCatalogueThatMadeSense() {
    change(catalog -> catalog.withListing(priced(catalog, 77)));
    sql("update listing set definition = '{}' where dialect = 'omni' and id = 'gpt-image-2'");
    sql("update channel set settings = '{\"faults\":{\"refuse\":7}}'");

    try (TestNode three = TestNode.start(Map.of(), address)) {
      assertThat(quote(three).path("data").path("credits").asInt()).isEqualTo(77);
      TestNode.Reply ready = three.get("/health/ready", "");
      assertThat(ready.status()).isEqualTo(200);
      assertThat(ready.json().path("catalog").asString())
          .isEqualTo(
              "cannot be used as it stands in the database (listings.omni.gpt-image-2.fields and 1 more), version 2 is served instead");

      // A change is one of what is served, and leaves nothing of what made no sense.
      change(catalog -> catalog.withListing(priced(catalog, 78)));
      awaitEverywhere(node -> quote(node).path("data").path("credits").asInt() == 78);
      awaitEverywhere(_ -> three.get("/health/ready", "").http().body().equals("{\"ready\":true}"));
      assertThat(quote(three).path("data").path("credits").asInt()).isEqualTo(78);
    }
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
