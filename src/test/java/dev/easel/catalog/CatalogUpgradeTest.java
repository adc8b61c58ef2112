package dev.easel.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.db.Database;
import dev.easel.db.TestDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.JsonNodeFactory;

/** A database of the third migration, with the rows of its program, taken over by this one. */
class CatalogUpgradeTest {
  private static final Instant NOW = Instant.parse("2026-11-02T03:04:05Z");
  private static final Catalog DEFAULTS = CatalogFiles.defaults();

  private final Database.Address address = TestDatabase.address();
  private final Database database = Database.open(address, 2);

  @BeforeEach
  void goBack() throws IOException {
    Flyway old =
        Flyway.configure()
            .dataSource(address.url(), address.user(), address.password())
            .locations("classpath:db/migration")
            .target("3")
            .cleanDisabled(false)
            .load();
    old.clean();
    assertThat(old.migrate().migrationsExecuted).isEqualTo(3);
    try (InputStream rows =
        Objects.requireNonNull(getClass().getResourceAsStream("/db/catalogue_of_V3.sql"))) {
      sql(new String(rows.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void whatNobodyTouchedIsAsNewAndWhatIsSoldStays() {
    upgrade();

    Catalog now = load();
    assertThat(now.models()).isEqualTo(DEFAULTS.models());
    assertThat(now.channels()).isEqualTo(DEFAULTS.channels());
    for (String dialect : List.of("kie", "apimodels", "art", "openai", "mcp")) {
      assertThat(now.listings(dialect)).isEqualTo(DEFAULTS.listings(dialect));
    }
    assertThat(now.listings("omni"))
        .extracting(Listing::id)
        .containsExactly("gpt-image-2", "nano-banana-2", "seedance-2");
    assertThat(
            now.parse(
                now.listing("omni", "gpt-image-2").orElseThrow(),
                JsonNodeFactory.instance.objectNode().put("prompt", "a cat")))
        .isInstanceOf(Parsed.Valid.class);
    assertThat(database.<List<CatalogVersions.Version>>read(tx -> CatalogVersions.list(tx, 9)))
        .extracting(version -> version.reason().summary())
        .containsExactly("the defaults of apimodels, art, kie, mcp, openai", "before the upgrade");
    Catalog former = database.read(tx -> CatalogVersions.read(tx, 1)).orElseThrow();
    assertThat(former.models()).hasSize(3);
    assertThat(former.listings()).isEqualTo(now.listings("omni"));
  }

  @Test
  void whatTheOperatorChangedIsKept() {
    sql("update channel set concurrency = 7");
    sql("update model set state = 'maintenance' where id = 'nano-banana-2'");
    sql(
        """
        update model set definition = cast(
          replace(cast(definition as text), '"GPT Image 2"', '"Our painter"') as json)
        where id = 'gpt-image-2'
        """);
    sql(
        """
        update listing set definition = cast(
          replace(cast(definition as text), '"credits":15', '"credits":99') as json)
        where id = 'gpt-image-2'
        """);
    sql("delete from listing where id = 'seedance-2'");

    upgrade();

    Catalog now = load();
    assertThat(now.channels()).extracting(channel -> channel.concurrency().orElse(0)).contains(7);
    assertThat(now.model("nano-banana-2").orElseThrow())
        .as("the state is theirs, all else is ours")
        .isEqualTo(DEFAULTS.model("nano-banana-2").orElseThrow().in(Availability.MAINTENANCE));
    assertThat(now.model("gpt-image-2").orElseThrow().label().name()).isEqualTo("Our painter");
    assertThat(now.listing("omni", "gpt-image-2").orElseThrow().price().rows().getFirst().credits())
        .isEqualTo(99);
    assertThat(now.listing("omni", "seedance-2")).as("it was taken away").isEmpty();
    assertThat(now.listings("art")).isEqualTo(DEFAULTS.listings("art"));
  }

  private void upgrade() {
    assertThat(database.migrate()).isPositive();
    assertThat(database.<Boolean>transaction(tx -> CatalogTables.installDefaults(tx, NOW)))
        .isTrue();
    assertThat(database.<Boolean>transaction(tx -> CatalogTables.installDefaults(tx, NOW)))
        .as("once")
        .isFalse();
  }

  private Catalog load() {
    return database.read(CatalogTables::load);
  }

  private void sql(String statement) {
    database.read(tx -> tx.createScript(statement).execute());
  }
}
