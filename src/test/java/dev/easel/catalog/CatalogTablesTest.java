package dev.easel.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.easel.db.Database;
import dev.easel.db.TestDatabase;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class CatalogTablesTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final Catalog DEFAULTS = CatalogFiles.defaults();

  private Database database;

  @BeforeEach
  void create() {
    database = TestDatabase.create();
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void whatIsInstalledIsLoaded() {
    assertThat(install()).isTrue();

    Catalog loaded = load();
    assertThat(loaded.channels()).isEqualTo(DEFAULTS.channels());
    assertThat(loaded.models()).isEqualTo(DEFAULTS.models());
    assertThat(loaded.listings()).isEqualTo(DEFAULTS.listings());
    assertThat(database.<Instant>read(tx -> createdAt(tx))).isEqualTo(NOW);
  }

  @Test
  void everythingThatCanBeSaidIsLoaded() {
    Catalog rich =
        DefinitionReader.read(
            List.of(
                CatalogFilesTest.file(
                    "rich.yaml",
                    """
                    channels:
                      a: {provider: sandbox, concurrency: 3, settings: {speed: 2, tags: [x]}}
                      b: {provider: sandbox}
                    models:
                      pen:
                        name: Füller
                        description: Draws "lines".
                        kind: audio
                        abilities: [fusion, inpaint]
                        parameters:
                          type: object
                          additionalProperties: false
                          properties:
                            z: {type: string, enum: [b, a], default: b}
                            n: {type: integer, minimum: 1, maximum: 4}
                        typical: 1m
                        deadline: 720h
                        attempts: 5
                        state: maintenance
                        routes:
                          - {channel: b, model: pen, priority: 2, weight: 7}
                          - {channel: a, model: pen-2}
                          - {channel: a, model: pen-1}
                      mute:
                        name: Mute
                        description: Has no route.
                        kind: video
                        abilities: [text-to-video]
                        parameters: {type: object, additionalProperties: false, properties: {n: {type: boolean}}}
                        typical: 1s
                        deadline: 1s
                        routes: []
                    listings:
                      kie:
                        google/pen:
                          model: pen
                          aliases: [Pen, pen.2]
                          fields: {z: z, a: n}
                          state: 'off'
                          price:
                            - {credits: 7, per: task, when: {z: a, n: [1, 2]}}
                            - {credits: 1000000000, per: output}
                    """)));
    database.transaction(tx -> {
      CatalogTables.write(tx, new Catalog(List.of(), List.of(), List.of()), rich, NOW);
      return true;
    });

    Catalog loaded = load();
    assertThat(loaded.channels()).isEqualTo(rich.channels());
    assertThat(loaded.models()).isEqualTo(rich.models());
    assertThat(loaded.listings()).isEqualTo(rich.listings());
  }

  @Test
  void formsKeepTheirOrder() {
    install();

    assertThat(names(load())).isEqualTo(names(DEFAULTS)).startsWith("prompt", "images", "mask");
  }

  private static List<String> names(Catalog catalog) {
    JsonNode parameters = catalog.model("gpt-image-2").orElseThrow().parameters();
    return List.copyOf(parameters.path("properties").propertyNames());
  }

  @Test
  void emptyTablesAreAnEmptyCatalogue() {
    assertThat(load().models()).isEmpty();
    assertThat(load().listings()).isEmpty();
    assertThat(load().channels()).isEmpty();
  }

  @Test
  void whatIsThereIsLeftAlone() {
    install();
    database.read(tx -> tx.execute("delete from listing where id <> 'seedance-2'"));
    database.read(tx -> tx.execute("update model set state = 'maintenance'"));

    assertThat(install()).isFalse();
    assertThat(load().listings())
        .extracting(Listing::dialect)
        .containsExactly("apimodels", "mcp", "omni");
    assertThat(load().listings())
        .allSatisfy(listing ->
            assertThat(load().availability(listing)).isEqualTo(Availability.MAINTENANCE));
  }

  @Test
  void ofNodesThatStartAtOnceOneInstalls() throws Exception {
    int nodes = 4;
    CyclicBarrier start = new CyclicBarrier(nodes);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Boolean>> starts = new ArrayList<>();
      for (int i = 0; i < nodes; i++) {
        starts.add(() ->
            database.transaction(tx -> {
              await(start);
              return CatalogTables.installDefaults(tx, NOW);
            }));
      }
      List<Boolean> installed = new ArrayList<>();
      for (Future<Boolean> node : threads.invokeAll(starts)) {
        installed.add(node.get());
      }
      assertThat(installed).containsOnlyOnce(true).hasSize(nodes);
    }
    assertThat(load().models()).isEqualTo(DEFAULTS.models());
  }

  @Test
  void keysOfANewerVersionArePassedOver() {
    install();
    String newer =
        """
        update %1$s set definition =
          cast(jsonb_set(cast(definition as jsonb), '{invented_later}', '[1]') as json)
        """;
    database.read(tx -> tx.execute(newer.formatted("model")));
    database.read(tx -> tx.execute(newer.formatted("listing")));

    assertThat(load().models()).isEqualTo(DEFAULTS.models());
  }

  @Test
  void senselessRowsAreNamed() {
    install();
    database.read(tx -> tx.execute("update listing set definition = '{}' where id = 'seedance-2'"));

    assertThatThrownBy(this::load)
        .isInstanceOf(CatalogException.class)
        .hasMessageStartingWith(
            """
            database: listings.omni.seedance-2.fields: missing
            database: listings.omni.seedance-2.price: missing
            database: listings.\
            """);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "update model set state = 'gone'",
        "update model set kind = 'smell'",
        "update model set definition = '[]'",
        "update listing set state = 'gone'",
        "update listing set dialect = 'Omni'",
        "update listing set model = 'gone'",
        "update route set channel = 'gone'",
        "update route set weight = 0",
        "update route set priority = 0",
        "update channel set concurrency = 0",
        "update channel set settings = '3'",
        "delete from channel",
        "delete from model",
      })
  void tablesRefuse(String statement) {
    install();

    assertThatThrownBy(() -> database.<Integer>read(tx -> tx.execute(statement)))
        .hasCauseInstanceOf(UnableToExecuteStatementException.class)
        .hasMessageMatching("(?s).*(check|foreign key) constraint.*");
  }

  private boolean install() {
    return database.transaction(tx -> CatalogTables.installDefaults(tx, NOW));
  }

  private Catalog load() {
    return database.read(CatalogTables::load);
  }

  private static Instant createdAt(Handle tx) {
    return tx.createQuery("select created_at from channel").mapTo(Instant.class).one();
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await();
    } catch (Exception broken) {
      throw new IllegalStateException(broken);
    }
  }
}
