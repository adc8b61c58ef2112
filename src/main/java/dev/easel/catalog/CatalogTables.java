package dev.easel.catalog;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.jdbi.v3.core.Handle;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The catalogue in the database. */
public final class CatalogTables {
  private static final JsonMapper MAPPER = JsonMapper.shared();

  private CatalogTables() {}

  /**
   * The catalogue as it is now.
   *
   * @throws CatalogException when what the tables hold makes no sense to this version
   */
  public static Catalog load(Handle tx) {
    ObjectNode document = (ObjectNode) MAPPER.readTree(document(tx));
    document.path("models").forEach(CatalogTables::unfold);
    document.path("listings").forEach(sold -> sold.forEach(CatalogTables::unfold));
    return Definitions.read(List.of(Keys.ofTables(document)));
  }

  /** Puts a row's definition beside its columns, as it stands in a file. */
  private static void unfold(JsonNode row) {
    ObjectNode keys = (ObjectNode) row;
    keys.setAll((ObjectNode) keys.remove("definition"));
  }

  // One statement, so that all tables are seen at one moment whatever the isolation level: a
  // listing
  // without its model would be no catalogue.
  private static String document(Handle tx) {
    return tx.createQuery(
            """
            select json_build_object(
              'channels', (
                select json_object_agg(id, json_build_object(
                         'provider', provider, 'concurrency', concurrency, 'settings', settings))
                from channel),
              'models', (
                select json_object_agg(id, json_build_object(
                         'kind', kind, 'state', state, 'definition', definition,
                         'routes', (
                           select coalesce(json_agg(json_build_object(
                                    'channel', channel, 'model', upstream_model,
                                    'priority', priority, 'weight', weight, 'outputs', outputs)), '[]')
                           from route
                           where route.model = model.id)))
                from model),
              'listings', (
                select json_object_agg(dialect, sold)
                from (
                  select dialect, json_object_agg(id, json_build_object(
                           'model', model, 'state', state, 'definition', definition)) as sold
                  from listing
                  group by dialect) as dialects))
            """)
        .mapTo(String.class)
        .one();
  }

  /**
   * Fills tables that hold nothing yet with {@link CatalogFiles#defaults()}; several nodes may try
   * at once.
   *
   * @return whether it did: not where anything is there already
   */
  public static boolean installDefaults(Handle tx, Instant now) {
    lock(tx);
    if (!isEmpty(tx)) {
      return false;
    }
    insert(tx, CatalogFiles.defaults(), now);
    return true;
  }

  /** Holds off every other writer, not readers, until the transaction ends. */
  private static void lock(Handle tx) {
    tx.execute("lock table model in share row exclusive mode");
  }

  private static boolean isEmpty(Handle tx) {
    return tx.createQuery(
            """
            select not exists (select from channel)
               and not exists (select from model)
               and not exists (select from listing)
            """)
        .mapTo(Boolean.class)
        .one();
  }

  /** Writes a whole catalogue into empty tables. */
  static void insert(Handle tx, Catalog catalog, Instant now) {
    catalog.channels().forEach(channel -> insert(tx, channel, now));
    catalog.models().forEach(model -> insert(tx, model));
    catalog.listings().forEach(listing -> insert(tx, listing));
  }

  private static void insert(Handle tx, Channel channel, Instant now) {
    tx.createUpdate(
            """
            insert into channel (id, provider, concurrency, settings, created_at)
            values (:id, :provider, :concurrency, cast(:settings as jsonb), :now)
            """)
        .bind("id", channel.id())
        .bind("provider", channel.provider())
        .bind(
            "concurrency",
            channel.concurrency().isPresent() ? channel.concurrency().getAsInt() : null)
        .bind("settings", channel.settings().toString())
        .bind("now", now.atOffset(ZoneOffset.UTC))
        .execute();
  }

  private static void insert(Handle tx, Model model) {
    ObjectNode definition = Definitions.write(model);
    definition.remove(List.of("kind", "state", "routes"));
    tx.createUpdate(
            """
            insert into model (id, kind, state, definition)
            values (:id, :kind, :state, cast(:definition as json))
            """)
        .bind("id", model.id())
        .bind("kind", model.kind().word())
        .bind("state", model.state().word())
        .bind("definition", definition.toString())
        .execute();
    model.routes().forEach(route -> insert(tx, model, route));
  }

  private static void insert(Handle tx, Model model, Route route) {
    tx.createUpdate(
            """
            insert into route (model, channel, upstream_model, priority, weight, outputs)
            values (:model, :channel, :upstream_model, :priority, :weight, :outputs)
            """)
        .bind("model", model.id())
        .bind("channel", route.channel())
        .bind("upstream_model", route.upstreamModel())
        .bind("priority", route.priority())
        .bind("weight", route.weight())
        .bind("outputs", route.outputs())
        .execute();
  }

  private static void insert(Handle tx, Listing listing) {
    ObjectNode definition = Definitions.write(listing);
    definition.remove(List.of("model", "state"));
    tx.createUpdate(
            """
            insert into listing (dialect, id, model, state, definition)
            values (:dialect, :id, :model, :state, cast(:definition as json))
            """)
        .bind("dialect", listing.dialect())
        .bind("id", listing.id())
        .bind("model", listing.model())
        .bind("state", listing.state().word())
        .bind("definition", definition.toString())
        .execute();
  }
}
