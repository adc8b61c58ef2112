package dev.easel.catalog;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The catalogue in the database. */
public final class CatalogTables {
  private static final Logger log = LoggerFactory.getLogger(CatalogTables.class);
  private static final JsonMapper MAPPER = JsonMapper.shared();

  private CatalogTables() {}

  /**
   * The catalogue as it is now.
   *
   * @throws CatalogException when what the tables hold makes no sense to this version
   */
  public static Catalog load(Handle tx) {
    return edition(tx).read();
  }

  /** How often the catalogue has changed. */
  static long changes(Handle tx) {
    return tx.createQuery("select changes from catalog_change").mapTo(Long.class).one();
  }

  /** The catalogue and how often it has changed, both as of one moment; not read yet. */
  static Edition edition(Handle tx) {
    ObjectNode document = (ObjectNode) MAPPER.readTree(document(tx));
    return new Edition(document.remove("changes").asLong(), document);
  }

  /** What the tables held at one moment. */
  record Edition(long changes, ObjectNode document) {
    Catalog read() {
      ObjectNode copy = document.deepCopy();
      copy.path("models").forEach(CatalogTables::unfold);
      copy.path("listings").forEach(sold -> sold.forEach(CatalogTables::unfold));
      return DefinitionReader.read(List.of(Keys.lenient("database", copy)));
    }
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
              'changes', (select changes from catalog_change),
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

  /** Holds off every other writer, not readers, until the transaction ends. */
  static void lock(Handle tx) {
    // Nobody's request waits for it; nodes that start at once wait for the first of them.
    tx.execute("set local lock_timeout = '30s'");
    tx.execute("lock table model in share row exclusive mode");
  }

  /**
   * Changes the catalogue, and keeps a version of what it was changed to. Tables that make no sense
   * are mended by it: what is changed is what the nodes go by, the newest version that does.
   *
   * @param change from what is there to what shall be
   * @param check refuses what is not to be with a CatalogException
   * @return what it changed
   * @throws CatalogException when the change makes no sense
   */
  public static Difference change(
      Handle tx,
      UnaryOperator<Catalog> change,
      Consumer<Catalog> check,
      Function<Difference, CatalogVersions.Reason> reason,
      Instant now) {
    lock(tx);
    Served before = served(tx, check);
    Catalog after = change.apply(before.catalog);
    check.accept(after);
    Difference difference = Difference.between(before.catalog, after);
    if (!difference.isEmpty() || !before.isInTables) {
      checkIdle(tx, before.catalog, after);
      if (before.isInTables) {
        write(tx, before.catalog, after, now);
      } else {
        overwrite(tx, after, now);
      }
      CatalogVersions.record(tx, after, reason.apply(difference), now);
    }
    return difference;
  }

  /** What the nodes go by: what the tables hold, or the version before if that makes no sense. */
  private record Served(Catalog catalog, boolean isInTables) {}

  private static Served served(Handle tx, Consumer<Catalog> check) {
    try {
      Catalog present = load(tx);
      check.accept(present);
      return new Served(present, true);
    } catch (CatalogException senseless) {
      return CatalogVersions.newest(tx, check)
          .map(former -> new Served(former.catalog(), false))
          .orElseThrow(() -> senseless);
    }
  }

  /** Writes all of it, whatever is there. */
  private static void overwrite(Handle tx, Catalog all, Instant now) {
    tx.execute("delete from listing");
    write(tx, new Catalog(List.of(), List.of(), List.of()), all, now);
    remove(tx, "model", all.models().stream().map(Model::id).toList());
    remove(tx, "channel", all.channels().stream().map(Channel::id).toList());
  }

  private static void remove(Handle tx, String table, List<String> allBut) {
    tx.createUpdate("delete from <table> where id <> all (:kept)")
        .define("table", table)
        .bindArray("kept", String.class, allBut)
        .execute();
  }

  /** What {@link #change} would change. */
  public static Difference preview(
      Handle tx, UnaryOperator<Catalog> change, Consumer<Catalog> check) {
    Catalog before = served(tx, check).catalog;
    Catalog after = change.apply(before);
    check.accept(after);
    checkIdle(tx, before, after);
    return Difference.between(before, after);
  }

  /**
   * What became of an attempt can be learned only where it was submitted: as long as one is open,
   * its channel stays, and leads to the same place. Asked elsewhere, about something that is not
   * known there, it could be bought again.
   */
  private static void checkIdle(Handle tx, Catalog before, Catalog after) {
    Map<String, Channel> old = byId(before);
    Map<String, Channel> kept = byId(after);
    List<CatalogException> busy = new ArrayList<>();
    openAttempts(tx)
        .forEach((id, attempts) -> {
          Channel was = old.get(id);
          Channel is = kept.get(id);
          if (is == null) {
            busy.add(
                new CatalogException(
                    "channel %s has %d attempts under way: take its routes away, and remove it when they have ended"
                        .formatted(id, attempts)));
          } else if (was != null && !was.ledElsewhereBy(is).isEmpty()) {
            busy.add(
                new CatalogException(
                    "channel %s has %d attempts under way, which are known only where it leads to now (changed: %s): add a channel under another id, move the routes to it, and remove this one when they have ended"
                        .formatted(id, attempts, String.join(", ", was.ledElsewhereBy(is)))));
          }
        });
    if (!busy.isEmpty()) {
      throw CatalogException.all(busy);
    }
  }

  private static Map<String, Channel> byId(Catalog catalog) {
    Map<String, Channel> channels = new HashMap<>();
    catalog.channels().forEach(channel -> channels.put(channel.id(), channel));
    return channels;
  }

  /**
   * How many attempts are open on each channel that has some.
   *
   * <p>By way of the jobs, which are few: attempts are kept for ever, and no index knows their
   * channels. A task has its job from its admission to its end, also while that is parked or
   * leased, and ends in the transaction that deletes the job, when all of its attempts have
   * finished: what is sent, accepted, unknown or being stored holds it open, also against a
   * cancellation, and what is given up is finished. The audit checks both.
   */
  private static Map<String, Long> openAttempts(Handle tx) {
    Map<String, Long> open = new TreeMap<>();
    tx.createQuery(
            """
            select channel, count(*) as attempts
            from job join attempt on attempt.task_id = job.subject
            where job.kind = 'task' and attempt.finished_at is null
            group by channel
            """)
        .map((rs, _) -> Map.entry(rs.getString("channel"), rs.getLong("attempts")))
        .forEach(channel -> open.put(channel.getKey(), channel.getValue()));
    return open;
  }

  /**
   * Brings in the defaults that are not there yet; see {@link Defaults}. Several nodes may try at
   * once. Nothing is brought to a catalogue that makes no sense.
   *
   * @return whether there was anything to bring in
   */
  public static boolean installDefaults(Handle tx, Instant now) {
    lock(tx);
    try {
      return Defaults.install(tx, now);
    } catch (CatalogException senseless) {
      log.error("ALERT: no defaults are brought in: {}", senseless.inBrief());
      return false;
    }
  }

  /** Writes what differs. */
  static void write(Handle tx, Catalog before, Catalog after, Instant now) {
    Set<Object> unchanged = new HashSet<>();
    unchanged.addAll(before.channels());
    unchanged.addAll(before.listings());
    Map<String, String> models = new HashMap<>();
    before
        .models()
        .forEach(model -> models.put(model.id(), DefinitionWriter.write(model).toString()));
    for (Channel channel : after.channels()) {
      if (!unchanged.contains(channel)) {
        upsert(tx, channel, now);
      }
    }
    for (Model model : after.models()) {
      if (!DefinitionWriter.write(model).toString().equals(models.get(model.id()))) {
        upsert(tx, model);
      }
    }
    for (Listing listing : after.listings()) {
      if (!unchanged.contains(listing)) {
        upsert(tx, listing);
      }
    }
    delete(tx, before, after);
  }

  private static void delete(Handle tx, Catalog before, Catalog after) {
    for (Listing listing : before.listings()) {
      if (after
          .listing(listing.dialect(), listing.id())
          .filter(it -> it.id().equals(listing.id()))
          .isEmpty()) {
        tx.execute(
            "delete from listing where dialect = ? and id = ?", listing.dialect(), listing.id());
      }
    }
    for (Model model : before.models()) {
      if (after.model(model.id()).isEmpty()) {
        tx.execute("delete from model where id = ?", model.id());
      }
    }
    for (Channel channel : before.channels()) {
      if (after.channels().stream().noneMatch(it -> it.id().equals(channel.id()))) {
        tx.execute("delete from channel where id = ?", channel.id());
      }
    }
  }

  private static void upsert(Handle tx, Channel channel, Instant now) {
    tx.createUpdate(
            """
            insert into channel (id, provider, concurrency, settings, created_at)
            values (:id, :provider, :concurrency, cast(:settings as jsonb), :now)
            on conflict (id) do update
            set provider = excluded.provider, concurrency = excluded.concurrency, settings = excluded.settings
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

  private static void upsert(Handle tx, Model model) {
    ObjectNode definition = DefinitionWriter.write(model);
    definition.remove(List.of("kind", "state", "routes"));
    tx.createUpdate(
            """
            insert into model (id, kind, state, definition)
            values (:id, :kind, :state, cast(:definition as json))
            on conflict (id) do update
            set kind = excluded.kind, state = excluded.state, definition = excluded.definition
            """)
        .bind("id", model.id())
        .bind("kind", model.kind().word())
        .bind("state", model.state().word())
        .bind("definition", definition.toString())
        .execute();
    tx.execute("delete from route where model = ?", model.id());
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

  private static void upsert(Handle tx, Listing listing) {
    ObjectNode definition = DefinitionWriter.write(listing);
    definition.remove(List.of("model", "state"));
    tx.createUpdate(
            """
            insert into listing (dialect, id, model, state, definition)
            values (:dialect, :id, :model, :state, cast(:definition as json))
            on conflict (dialect, id) do update
            set model = excluded.model, state = excluded.state, definition = excluded.definition
            """)
        .bind("dialect", listing.dialect())
        .bind("id", listing.id())
        .bind("model", listing.model())
        .bind("state", listing.state().word())
        .bind("definition", definition.toString())
        .execute();
  }
}
