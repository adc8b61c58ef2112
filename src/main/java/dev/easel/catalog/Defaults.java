package dev.easel.catalog;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Brings the catalogue that comes with Easel into the database: all of it at the first start, and
 * what a dialect sells when a newer version knows that dialect for the first time. What is there is
 * the operator's: it is never taken away, and nothing comes back that was removed.
 */
final class Defaults {
  private static final Logger log = LoggerFactory.getLogger(Defaults.class);
  private static final String AUTHOR = "easel";

  private final Handle tx;
  private final Instant now;
  private final Catalog defaults = CatalogFiles.defaults();

  private Defaults(Handle tx, Instant now) {
    this.tx = tx;
    this.now = now;
  }

  /** Does it; the caller holds the catalogue's lock. Tells whether there was anything to do. */
  static boolean install(Handle tx, Instant now) {
    return new Defaults(tx, now).install();
  }

  private boolean install() {
    Set<String> known = dialects();
    List<Listing> fresh =
        defaults.listings().stream().filter(it -> !known.contains(it.dialect())).toList();
    if (fresh.isEmpty()) {
      return false;
    }
    Catalog before = CatalogTables.load(tx);
    boolean first = before.models().isEmpty() && before.channels().isEmpty();
    if (known.isEmpty() && !first) {
      // Somebody's own catalogue was here before the first start: ours is not wanted.
      fresh.forEach(this::mark);
      return false;
    }
    keepFormer(before);
    Catalog after = with(fresh, first ? defaults.models() : models(before, fresh), before);
    CatalogTables.write(tx, before, after, now);
    after.models().stream()
        .filter(model -> defaults.model(model.id()).isPresent())
        .forEach(model -> markIfOurs(model, before));
    fresh.forEach(this::mark);
    CatalogVersions.record(
        tx,
        after,
        new CatalogVersions.Reason(
            AUTHOR, "the defaults of " + String.join(", ", dialectsOf(fresh))),
        now);
    return true;
  }

  private static List<String> dialectsOf(List<Listing> listings) {
    return listings.stream().map(Listing::dialect).distinct().toList();
  }

  /** A catalogue of the time before versions were kept can be had again too. */
  private void keepFormer(Catalog before) {
    if (!before.models().isEmpty() && CatalogVersions.list(tx, 1).isEmpty()) {
      CatalogVersions.record(
          tx, before, new CatalogVersions.Reason(AUTHOR, "before the upgrade"), now);
    }
  }

  /** The models that {@code fresh} needs, fit for it as far as the operator's own work allows. */
  private List<Model> models(Catalog before, List<Listing> fresh) {
    Map<String, String> installed =
        digests("select id, digest from catalog_default where kind = 'model'");
    Map<String, String> present = digests("select id, md5(definition::text) as digest from model");
    Set<String> needed = new HashSet<>(fresh.stream().map(Listing::model).toList());
    List<Model> models = new ArrayList<>();
    for (Model ours : defaults.models()) {
      if (needed.contains(ours.id())) {
        boolean untouched =
            present.containsKey(ours.id())
                && present.get(ours.id()).equals(installed.get(ours.id()));
        models.add(
            before
                .model(ours.id())
                .map(theirs ->
                    untouched
                        ? ours.in(theirs.state()).by(theirs.routes())
                        : theirs.knowing(ours.parameters()))
                .orElse(ours));
      }
    }
    return models;
  }

  private Catalog with(List<Listing> fresh, List<Model> models, Catalog before) {
    List<Channel> channels =
        defaults.channels().stream()
            .filter(it -> before.channels().stream().noneMatch(own -> own.id().equals(it.id())))
            .toList();
    Catalog after = new Parts(channels, models, List.of()).over(before);
    for (Listing listing : fresh) {
      if (before.listing(listing.dialect(), listing.id()).isEmpty()) {
        try {
          after = new Parts(List.of(), List.of(), List.of(listing)).over(after);
        } catch (CatalogException unfit) {
          log.warn("a default is left out, this catalogue differs: {}", unfit.getMessage());
        }
      }
    }
    return after;
  }

  private Set<String> dialects() {
    return tx.createQuery("select id from catalog_default where kind = 'dialect'")
        .mapTo(String.class)
        .set();
  }

  private Map<String, String> digests(String query) {
    Map<String, String> digests = new HashMap<>();
    tx.createQuery(query)
        .map((rs, _) -> Map.entry(rs.getString("id"), rs.getString("digest")))
        .forEach(entry -> digests.put(entry.getKey(), entry.getValue()));
    return digests;
  }

  private void mark(Listing listing) {
    tx.execute(
        """
        insert into catalog_default (kind, id, digest) values ('dialect', ?, '') on conflict do nothing
        """,
        listing.dialect());
  }

  /**
   * Of a model that is as we wrote it; one that the operator has changed stays marked as it was.
   */
  private void markIfOurs(Model model, Catalog before) {
    ObjectNode ours = defaults.model(model.id()).orElseThrow().parameters();
    if (before.model(model.id()).isEmpty() || model.parameters().equals(ours)) {
      tx.execute(
          """
          insert into catalog_default (kind, id, digest)
          select 'model', id, md5(definition::text) from model where id = ?
          on conflict (kind, id) do update set digest = excluded.digest
          """,
          model.id());
    }
  }
}
