package dev.easel.catalog;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What the catalogue was, and by whose hand. */
public final class CatalogVersions {
  private CatalogVersions() {}

  /**
   * Who changes the catalogue, and why.
   *
   * @param author a person or a program; not empty
   * @param summary one line
   */
  public record Reason(String author, String summary) {}

  /** A version without what was in it. */
  public record Version(long version, Instant createdAt, Reason reason) {}

  /** A version and what was in it. */
  record Known(long version, Catalog catalog) {}

  /** The newest version that makes sense and that {@code check} does not refuse. */
  static Optional<Known> newest(Handle tx, Consumer<Catalog> check) {
    List<Long> versions =
        tx.createQuery("select version from catalog_version order by version desc")
            .mapTo(Long.class)
            .list();
    Mistakes ignored = new Mistakes();
    return versions.stream()
        .flatMap(version ->
            ignored
                .attempt(() -> {
                  Known known = new Known(version, read(tx, version).orElseThrow());
                  check.accept(known.catalog);
                  return known;
                })
                .stream())
        .findFirst();
  }

  /** Keeps {@code catalog} as the newest version; the caller holds the catalogue's lock. */
  static long record(Handle tx, Catalog catalog, Reason reason, Instant now) {
    return tx.createQuery(
            """
            insert into catalog_version (version, created_at, author, summary, document)
            values ((select coalesce(max(version), 0) + 1 from catalog_version),
                    :now, :author, :summary, cast(:document as json))
            returning version
            """)
        .bind("now", now.atOffset(ZoneOffset.UTC))
        .bind("author", reason.author)
        .bind("summary", reason.summary)
        .bind("document", DefinitionWriter.write(catalog).toString())
        .mapTo(Long.class)
        .one();
  }

  /** The versions, the newest first. */
  public static List<Version> list(Handle tx, int most) {
    return tx.createQuery(
            """
            select version, created_at, author, summary
            from catalog_version
            order by version desc
            limit :most
            """)
        .bind("most", most)
        .map((rs, _) ->
            new Version(
                rs.getLong("version"),
                rs.getObject("created_at", OffsetDateTime.class).toInstant(),
                new Reason(rs.getString("author"), rs.getString("summary"))))
        .list();
  }

  /**
   * The catalogue as it was in a version.
   *
   * @throws CatalogException when it makes no sense to this program any more
   */
  public static Optional<Catalog> read(Handle tx, long version) {
    return tx.createQuery("select document from catalog_version where version = :version")
        .bind("version", version)
        .mapTo(String.class)
        .findOne()
        .map(document ->
            DefinitionReader.read(
                List.of(
                    Keys.lenient(
                        "version " + version,
                        (ObjectNode) JsonMapper.shared().readTree(document)))));
  }
}
