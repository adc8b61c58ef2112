package dev.easel.task;

import dev.easel.asset.AssetStore;
import dev.easel.asset.Thumbnails;
import dev.easel.db.Database;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;

/**
 * Proves that rows and files agree, beside running nodes: each file has a row, each row that claims
 * a file has one, of the size and, where that is asked for, of the content that the row says.
 */
public final class FileCheck {
  private static final int PAGE = 1_000;
  private static final int MANY = 10;

  /** Where rows are, and when one claims a file. */
  private static final List<String> TABLES =
      List.of(
          "asset where gone_at is null", "input where gone_at is null and stored_at is not null");

  private final Database database;
  private final AssetStore store;
  private final InstantSource clock;
  private final Options options;
  private final Consumer<Finding> found;
  private final List<AssetStore.Listed> page = new ArrayList<>();
  private long files;
  private long rows;
  private long findings;

  /**
   * How to check.
   *
   * @param isDeep whether contents are read and compared too
   * @param isToRepair whether files without rows are deleted, and rows without files given up
   * @param grace files that are younger may still get their rows
   */
  public record Options(boolean isDeep, boolean isToRepair, Duration grace) {}

  /** What does not agree; {@code kind} in a word or two. */
  public record Finding(String kind, String name, String detail) {}

  /** What was looked at. */
  public record Report(long files, long rows, long findings) {}

  private FileCheck(
      Database database,
      AssetStore store,
      InstantSource clock,
      Options options,
      Consumer<Finding> found) {
    this.database = database;
    this.store = store;
    this.clock = clock;
    this.options = options;
    this.found = found;
  }

  /** Looks at everything; {@code found} is told what does not agree as it is found. */
  public static Report run(
      Database database,
      AssetStore store,
      InstantSource clock,
      Options options,
      Consumer<Finding> found)
      throws IOException {
    FileCheck check = new FileCheck(database, store, clock, options, found);
    try {
      store.list(check::file);
      check.look();
      check.requireRightPlace();
      for (String table : TABLES) {
        check.rows(table);
      }
    } catch (UncheckedIOException broken) {
      throw broken.getCause();
    }
    return new Report(check.files, check.rows, check.findings);
  }

  /** A place where nothing is, when many rows claim files, is hardly the one that they are in. */
  private void requireRightPlace() throws IOException {
    if (options.isToRepair && files == 0) {
      for (String table : TABLES) {
        if (page(table, "").size() >= MANY) {
          throw new IOException(
              "there is no file at all, but rows claim some: nothing is repaired, since this can"
                  + " hardly be where the files are");
        }
      }
    }
  }

  private void tell(String kind, String name, String detail) {
    findings++;
    found.accept(new Finding(kind, name, detail));
  }

  private void file(AssetStore.Listed file) {
    page.add(file);
    if (page.size() == PAGE) {
      look();
    }
  }

  /** What a row says of its file; empty where it says nothing any more, or not yet. */
  private record Known(Optional<Claim> claim) {}

  private record Claim(long bytes, String sha256) {}

  private void look() {
    Instant young = clock.instant().minus(options.grace);
    Map<String, Known> known =
        known(page.stream().map(AssetStore.Listed::name).toArray(String[]::new));
    for (AssetStore.Listed file : page) {
      files++;
      Known row = known.get(file.name());
      if (row != null) {
        row.claim.ifPresent(claim -> compare(file, claim));
      } else if (file.modified().isBefore(young) && !Thumbnails.isOne(file.name())) {
        orphan(file); // thumbnails have no rows: they go with their files, and can be made again
      }
    }
    page.clear();
  }

  /** Also files that jobs are about to delete, and those that are on their way. */
  private Map<String, Known> known(String[] names) {
    Map<String, Known> known = new HashMap<>();
    database.read(tx -> {
      tx.createQuery(
              """
              select name, null as bytes, null as sha256 from file_removal where name = any (:names)
              union all
              select name, bytes, sha256 from asset where name = any (:names) and gone_at is null
              union all
              select name, bytes, sha256 from input where name = any (:names) and gone_at is null
              union all
              select copy ->> 'name', null, null
              from attempt, jsonb_array_elements(copies -> 'copies') as copy
              where copies is not null and copy ->> 'name' = any (:names)
              """)
          .bind("names", names)
          .map((rs, _) -> {
            byte[] sha256 = rs.getBytes("sha256");
            return Map.entry(
                rs.getString("name"),
                new Known(
                    sha256 == null
                        ? Optional.empty()
                        : Optional.of(
                            new Claim(rs.getLong("bytes"), HexFormat.of().formatHex(sha256)))));
          })
          .forEach(entry -> known.putIfAbsent(entry.getKey(), entry.getValue()));
      return known.size();
    });
    return known;
  }

  private void compare(AssetStore.Listed file, Claim claim) {
    if (file.bytes() != claim.bytes) {
      tell(
          "wrong size",
          file.name(),
          "%d bytes, its row says %d".formatted(file.bytes(), claim.bytes));
    } else if (options.isDeep) {
      sha256(file.name())
          .filter(it -> !it.equals(claim.sha256))
          .ifPresent(it ->
              tell(
                  "wrong content",
                  file.name(),
                  "SHA-256 %s, its row says %s".formatted(it, claim.sha256)));
    }
  }

  /** Empty when it was deleted meanwhile. */
  private Optional<String> sha256(String name) {
    try {
      Optional<AssetStore.Opened> opened = store.open(name);
      if (opened.isEmpty()) {
        return Optional.empty();
      }
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      try (AssetStore.Opened file = opened.get();
          OutputStream out = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
        file.copy(0, file.bytes(), out);
      }
      return Optional.of(HexFormat.of().formatHex(digest.digest()));
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java has SHA-256", impossible);
    }
  }

  private void orphan(AssetStore.Listed file) {
    tell("no row", file.name(), "%d bytes of %s".formatted(file.bytes(), file.modified()));
    if (options.isToRepair) {
      try {
        store.delete(file.name());
        store.delete(Thumbnails.nameFor(file.name()));
      } catch (IOException broken) {
        throw new UncheckedIOException(broken);
      }
    }
  }

  private void rows(String table) throws IOException {
    String after = "";
    List<String> names = page(table, after);
    while (!names.isEmpty()) {
      for (String name : names) {
        row(table, name);
      }
      after = names.getLast();
      names = page(table, after);
    }
  }

  private List<String> page(String table, String after) {
    return database.read(tx ->
        tx.createQuery(
                "select name from %s and name > :after order by name limit :most".formatted(table))
            .bind("after", after)
            .bind("most", PAGE)
            .mapTo(String.class)
            .list());
  }

  private void row(String table, String name) throws IOException {
    rows++;
    Optional<AssetStore.Opened> opened = store.open(name);
    if (opened.isPresent()) {
      opened.get().close();
    } else if (stillClaims(table, name)) {
      tell("no file", name, "its row says that there is one");
      if (options.isToRepair) {
        database.transaction(tx -> giveUp(tx, name));
      }
    }
  }

  /** It may have been given up since it was read. */
  private boolean stillClaims(String table, String name) {
    return database.read(tx ->
        tx.createQuery("select exists (select from %s and name = :name)".formatted(table))
            .bind("name", name)
            .mapTo(Boolean.class)
            .one());
  }

  private int giveUp(Handle tx, String name) {
    return tx.createUpdate("update asset set gone_at = :now where name = :name and gone_at is null")
            .bind("now", Timestamp.from(clock.instant()))
            .bind("name", name)
            .execute()
        + tx.createUpdate("delete from input where name = :name").bind("name", name).execute();
  }
}
