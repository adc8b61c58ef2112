package dev.easel.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.easel.db.Database;
import dev.easel.db.Invariants;
import dev.easel.db.TestDatabase;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Changes, their versions, and what a newer program brings to an older database. */
@ExtendWith(Invariants.class)
class CatalogChangeTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

  private Database database;

  @BeforeEach
  void create() {
    database = TestDatabase.create();
    install();
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void everyChangeIsAVersionThatCanBeHadAgain() {
    Catalog first = load();
    Difference off =
        change(catalog -> catalog.withModel(model("nano-banana").in(Availability.OFF)));

    assertThat(off.changes())
        .containsExactly(
            new Difference.Change(
                Difference.Kind.CHANGED, "model nano-banana", List.of("state: on -> off")));
    assertThat(load().model("nano-banana").orElseThrow().state()).isEqualTo(Availability.OFF);

    change(_ -> database.read(tx -> CatalogVersions.read(tx, 1)).orElseThrow());
    assertThat(DefinitionWriter.write(load())).isEqualTo(DefinitionWriter.write(first));
    assertThat(versions())
        .extracting(version -> version.version() + " " + version.reason().summary())
        .containsExactly(
            "3 changed model nano-banana",
            "2 changed model nano-banana",
            "1 the defaults of apimodels, art, kie, mcp, omni, openai");
  }

  @Test
  void whatChangesNothingIsNoVersion() {
    assertThat(change(catalog -> catalog).isEmpty()).isTrue();
    assertThat(versions()).hasSize(1);
  }

  @Test
  void filesTakeTheirPlaceAndLeaveTheRest() {
    Parts files =
        parts(
            """
            channels:
              spare: {provider: sandbox, concurrency: 2}
            models:
              sora-2:
                name: Sora 2
                description: Films.
                kind: video
                abilities: [text-to-video]
                parameters:
                  type: object
                  additionalProperties: false
                  required: [prompt]
                  properties:
                    prompt: {type: string, maxLength: 10}
                typical: 1m
                deadline: 1h
                routes: [{channel: spare, model: film}]
            listings:
              openai:
                sora-2: {model: sora-2, fields: {prompt: prompt}, price: [{credits: 3, per: task}]}
                sora-2-pro: {model: sora-2, fields: {prompt: prompt}, price: [{credits: 9, per: task}]}
              mcp:
                sora-2: {model: sora-2, fields: {prompt: prompt}, price: [{credits: 3, per: task}]}
            """);

    Difference difference = change(files::over);

    assertThat(difference.changes())
        .extracting(it -> it.kind().word() + " " + it.what())
        .contains(
            "added channel spare",
            "added route sora-2 to spare film",
            "changed model sora-2",
            "changed listing openai sora-2")
        .noneMatch(it -> it.startsWith("removed"));
    assertThat(load().model("sora-2").orElseThrow().routes())
        .extracting(Route::channel)
        .containsExactlyInAnyOrder("sandbox", "spare");
    assertThat(load().listings("kie")).hasSize(9);
  }

  @Test
  void whatTheFilesDoNotHaveIsRemovedOnlyWhenAsked() {
    Catalog all = load();
    List<Listing> kept = all.listings().stream().filter(it -> !it.dialect().equals("kie")).toList();
    Parts fewer = new Parts(all.channels(), all.models(), kept);

    assertThat(change(fewer::over).isEmpty()).isTrue();
    assertThat(change(_ -> fewer.whole()).changes())
        .hasSize(9)
        .allMatch(
            it -> it.kind() == Difference.Kind.REMOVED && it.what().startsWith("listing kie "));
    assertThat(load().listings("kie")).isEmpty();
    assertThat(install()).as("what was removed does not come back").isFalse();
    assertThat(load().listings("kie")).isEmpty();
  }

  @Test
  void aSenselessChangeLeavesNoTrace() {
    Catalog all = load();
    Parts without = new Parts(all.channels(), List.of(), all.listings());

    assertThatThrownBy(() -> change(_ -> without.whole()))
        .hasMessageContaining("there is no model");
    assertThat(DefinitionWriter.write(load())).isEqualTo(DefinitionWriter.write(all));
    assertThat(versions()).hasSize(1);
  }

  /**
   * As it was before dialects but omni were known; the operator has changed a model and a price.
   */
  @Test
  void anOlderDatabaseGetsTheNewDialectsAndKeepsWhatWasChanged() {
    sql("delete from catalog_version");
    sql("delete from listing where dialect <> 'omni' or id = 'nano-banana-2'");
    sql("delete from model where id not in ('gpt-image-2', 'nano-banana-2', 'seedance-2')");
    sql("delete from catalog_default where kind = 'dialect' and id <> 'omni'");
    sql(
        """
        update listing set definition = cast(replace(cast(definition as text), '15', '99') as json)
        where dialect = 'omni' and id = 'gpt-image-2'
        """);
    sql(
        """
        update model set state = 'maintenance', definition = cast(
          replace(cast(definition as text), '"maximum":10,', '"maximum":3,') as json)
        where id = 'gpt-image-2'
        """);
    // The operator's own seedance-2 never heard of 2160p, nor of anything that came later.
    sql(
        """
        update model set definition = cast(cast(
          jsonb_set(cast(definition as jsonb) #- '{parameters,properties,first_frame}',
                    '{parameters,properties,resolution,enum}', '["480p", "720p", "1080p"]') as text) as json)
        where id = 'seedance-2'
        """);

    assertThat(install()).isTrue();

    Catalog now = load();
    assertThat(price(now, "omni", "gpt-image-2")).isEqualTo(99);
    assertThat(now.listing("omni", "nano-banana-2")).as("removed by the operator").isEmpty();
    Model gpt = now.model("gpt-image-2").orElseThrow();
    assertThat(gpt.state()).isEqualTo(Availability.MAINTENANCE);
    assertThat(gpt.parameters().at("/properties/n/maximum").intValue()).isEqualTo(3);
    assertThat(now.listings("kie")).hasSize(8).noneMatch(it -> it.id().contains("seedance"));
    assertThat(now.listings("art")).hasSize(1);
    assertThat(now.listings("openai")).hasSize(5);
    assertThat(
            now.model("seedance-2")
                .orElseThrow()
                .parameters()
                .at("/properties/first_frame")
                .isObject())
        .as("a parameter that it lacked")
        .isTrue();
    assertThat(versions())
        .extracting(version -> version.reason().summary())
        .containsExactly("the defaults of apimodels, art, kie, mcp, openai", "before the upgrade");
    assertThat(install()).isFalse();
  }

  /**
   * A model as the former version wrote it, untouched: the text whose digest the migration knows.
   */
  @Test
  void anUntouchedModelOfAnOlderDatabaseLearnsEverything() {
    sql("delete from catalog_default where kind = 'dialect' and id in ('kie', 'mcp')");
    sql("delete from listing where dialect in ('kie', 'mcp')");
    sql(
        """
        update model set definition = cast(
          replace(cast(definition as text), ',"2160p"', '') as json)
        where id = 'seedance-2'
        """);
    sql(
        """
        update catalog_default set digest = (select md5(cast(definition as text)) from model where id = 'seedance-2')
        where kind = 'model' and id = 'seedance-2'
        """);

    assertThat(install()).isTrue();
    assertThat(load().listing("kie", "bytedance/seedance-2")).isPresent();
    assertThat(DefinitionWriter.write(load()))
        .isEqualTo(DefinitionWriter.write(CatalogFiles.defaults()));
  }

  @Test
  void somebodysOwnCatalogueIsNotMixedWithTheDefaults() {
    sql("delete from listing");
    sql("delete from catalog_default");

    assertThat(install()).isFalse();
    assertThat(load().listings()).isEmpty();
    assertThat(install()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "sandbox | https://one.example | key-env: ONE   | provider",
        "omni    | https://two.example | key-env: ONE   | settings.base-url",
        "omni    | https://one.example | key-env: TWO   | settings.key-env",
        "omni    | https://two.example | key-file: /one | settings.base-url, settings.key-env, settings.key-file"
      })
  void aChannelWithOpenAttemptsLeadsWhereItLed(
      String provider, String url, String key, String changed) {
    change(upstream("omni", "https://one.example", "key-env: ONE")::over);
    Parts elsewhere = upstream(provider, url, key);
    UUID first = attempt("sending");
    UUID second = attempt("unknown");
    String refusal =
        "channel upstream has 2 attempts under way, which are known only where it leads to now"
            + " (changed: %s): add a channel under another id, move the routes to it, and remove"
            + " this one when they have ended";

    assertThatThrownBy(() -> change(elsewhere::over))
        .isInstanceOf(CatalogException.class)
        .hasMessage(refusal, changed);
    assertThatThrownBy(() -> preview(elsewhere::over)).hasMessage(refusal, changed);
    assertThat(versions()).hasSize(2);

    end(first);
    assertThatThrownBy(() -> change(elsewhere::over)).hasMessageContaining("has 1 attempts");
    end(second);
    assertThat(change(elsewhere::over).changes()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"sending", "accepted", "unknown", "storing"})
  void aChannelWithOpenAttemptsIsNotRemoved(String state) {
    Catalog without = load();
    change(upstream("omni", "https://one.example", "key-env: ONE")::over);
    UUID open = attempt(state);

    assertThatThrownBy(() -> change(_ -> without))
        .isInstanceOf(CatalogException.class)
        .hasMessage(
            "channel upstream has 1 attempts under way: take its routes away, and remove it when they have ended");
    end(open);
    assertThat(change(_ -> without).changes()).hasSize(1);
  }

  @Test
  void howAChannelIsUsedChangesAtAnyTime() {
    change(upstream("omni", "https://one.example", "key-env: ONE")::over);
    attempt("accepted");
    Parts faster =
        parts(
            """
            channels:
              upstream:
                provider: omni
                concurrency: 3
                settings: {key-env: ONE, base-url: https://one.example, check-every: 1s, answer-within: 5s, idempotent: true}
              another: {provider: omni, settings: {base-url: https://two.example, key-env: TWO}}
            """);

    assertThat(change(faster::over).changes())
        .extracting(it -> it.kind().word() + " " + it.what())
        .containsExactlyInAnyOrder("changed channel upstream", "added channel another");
  }

  @Test
  void whatHasBeenGivenUpKeepsNoChannelThoughItsTaskIsLive() {
    Catalog without = load();
    change(upstream("omni", "https://one.example", "key-env: ONE")::over);
    giveUp(attempt("unknown"));

    assertThat(change(_ -> without).changes()).hasSize(1);
  }

  private static Parts upstream(String provider, String url, String key) {
    return parts(
        """
        channels:
          upstream: {provider: %s, settings: {base-url: "%s", %s}}
        """
            .formatted(provider, url, key));
  }

  /** An attempt on the channel {@code upstream}, of a live task. */
  private UUID attempt(String state) {
    UUID id = UUID.randomUUID();
    sql(
        "insert into job (subject, account_id, run_at, kind) values ('%s', 1, now(), 'task')"
            .formatted(id));
    sql(
        """
        insert into attempt (id, task_id, created_at, look_at, piece, number, state, channel, upstream_model,
          upstream_id, accepted_at, copies)
        values ('%1$s', '%1$s', now(), now(), 0, 1, '%2$s', 'upstream', 'm',
          case '%2$s' when 'accepted' then 'up-1' end, case '%2$s' when 'accepted' then now() end,
          case '%2$s' when 'storing' then jsonb '{}' end)
        """
            .formatted(id, state));
    return id;
  }

  private void giveUp(UUID attempt) {
    sql(
        "update attempt set state = 'unknown', copies = null, finished_at = now() where id = '%s'"
            .formatted(attempt));
  }

  private void end(UUID attempt) {
    giveUp(attempt);
    sql("delete from job where subject = '%s'".formatted(attempt));
  }

  private List<CatalogVersions.Version> versions() {
    return database.read(tx -> CatalogVersions.list(tx, 9));
  }

  private static long price(Catalog catalog, String dialect, String id) {
    return catalog.listing(dialect, id).orElseThrow().price().rows().getFirst().credits();
  }

  private Model model(String id) {
    return load().model(id).orElseThrow();
  }

  private static Parts parts(String yaml) {
    return DefinitionReader.parts(List.of(CatalogFilesTest.file("parts.yaml", yaml)));
  }

  private Difference change(UnaryOperator<Catalog> to) {
    return database.transaction(tx ->
        CatalogTables.change(
            tx,
            to,
            _ -> {},
            difference -> new CatalogVersions.Reason("test", difference.summary()),
            NOW));
  }

  private Difference preview(UnaryOperator<Catalog> to) {
    return database.read(tx -> CatalogTables.preview(tx, to, _ -> {}));
  }

  private void sql(String statement) {
    database.read(tx -> tx.execute(statement));
  }

  private boolean install() {
    return database.transaction(tx -> CatalogTables.installDefaults(tx, NOW));
  }

  private Catalog load() {
    return database.read(CatalogTables::load);
  }
}
