package dev.easel.cli;

import dev.easel.asset.AssetMove;
import dev.easel.asset.AssetPlace;
import dev.easel.config.AssetLocation;
import dev.easel.config.EaselConfig;
import dev.easel.db.Database;
import dev.easel.task.KnownPlaces;
import dev.easel.task.StoredSums;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Moves files from one place to another while nodes serve. */
@Command(
    name = "move",
    description = "Move all files to the place that assets names, from the one of assets.also.",
    footer = {
      "",
      "Nodes serve meanwhile. Before, start them all with both places: --assets NEW --assets-also OLD",
      "(with several nodes first --assets OLD --assets-also NEW on each, then the other way round).",
      "All files are copied and compared with the SHA-256 that was stored before the first is",
      "removed; a move that was cut short is run again. Exit code 1 when files stay behind.",
      "",
      "Example",
      "  easel assets move --to s3://easel-assets --assets s3://easel-assets --assets-also data/assets"
    })
final class AssetsMove extends DatabaseCommand {
  private static final long BETWEEN_LINES_NANOS = 2_000_000_000L;

  @ParentCommand private AssetsCommand parent;

  @Option(
      names = "--to",
      required = true,
      paramLabel = "PLACE",
      description =
          "Where they go: what assets names, repeated so that nothing goes the wrong way.")
  private String to = "";

  @Option(names = "--keep", description = "Leave the files at the old place too.")
  private boolean keep;

  @Override
  int run(EaselConfig config, Database database) {
    AssetLocation target = config.assets().location();
    AssetLocation source = source(config, target);
    try (AssetPlace old = parent.places().open(config, source);
        AssetPlace fresh = parent.places().open(config, target);
        Connection alone = database.connection()) {
      requireAlone(alone);
      requireOwn(config, database, old, fresh);
      AssetMove move = new AssetMove(old, fresh, name -> sha256(database, name));
      AssetMove.Progress end = move.run(keep, lines());
      long left = keep ? 0 : left(old);
      if (!keep && left == 0) {
        KnownPlaces.forget(database, old);
      }
      tell(end, left);
      return end.damaged().isEmpty() && left == 0 ? 0 : 1;
    } catch (AssetPlace.CannotOpen foreign) {
      throw new CommandFailed(String.valueOf(foreign.getMessage()));
    } catch (SQLException away) {
      throw new CommandFailed("the database cannot be asked: " + away.getMessage());
    } catch (IOException away) {
      throw new CommandFailed(
          "%s; nothing is lost, run it again to go on".formatted(away.getMessage()));
    }
  }

  /** One at a time: the files are copied by many threads, and there are few connections. */
  private static synchronized Optional<String> sha256(Database database, String name) {
    return database.read(tx -> StoredSums.sha256(tx, name));
  }

  /** Two moves would each take what the other has just verified for deleted. */
  private static void requireAlone(Connection alone) throws SQLException {
    try (PreparedStatement lock =
            alone.prepareStatement("select pg_try_advisory_lock(hashtext('easel assets move'))");
        ResultSet row = lock.executeQuery()) {
      if (!row.next() || !row.getBoolean(1)) {
        throw new CommandFailed("files are being moved already, by another command");
      }
    }
  }

  /** One place under two names would lose every file; one of another database, its files. */
  private static void requireOwn(
      EaselConfig config, Database database, AssetPlace old, AssetPlace fresh)
      throws AssetPlace.CannotOpen, IOException {
    if (old.mark(UUID.randomUUID()).equals(fresh.mark(UUID.randomUUID()))) {
      throw new CommandFailed(
          "%s and %s are one and the same place".formatted(old.location(), fresh.location()));
    }
    if (config.database().url().isPresent()) {
      KnownPlaces.require(database, old);
      KnownPlaces.require(database, fresh);
    }
  }

  private AssetLocation source(EaselConfig config, AssetLocation target) {
    AssetLocation named;
    try {
      named = AssetLocation.parse(to);
    } catch (IllegalArgumentException malformed) {
      throw new WrongArgument("--to must be " + AssetLocation.FORM);
    }
    AssetLocation source =
        config
            .assets()
            .also()
            .orElseThrow(() ->
                new CommandFailed(
                    "assets.also is not set: every node, and this command, has to know both places"
                        + " (--assets %s --assets-also OLD)".formatted(named)));
    if (!named.equals(target)) {
      throw new CommandFailed(
          "--to is %s, but new files go to %s, which is what assets is set to"
              .formatted(named, target));
    }
    return source;
  }

  private Consumer<AssetMove.Progress> lines() {
    AtomicLong last = new AtomicLong(System.nanoTime());
    return progress -> {
      long now = System.nanoTime();
      long before = last.get();
      if (now - before >= BETWEEN_LINES_NANOS && last.compareAndSet(before, now)) {
        remark(
            "%d files copied (%d MiB), %d were there, %d removed"
                .formatted(
                    progress.copied(),
                    progress.bytes() >> 20,
                    progress.there(),
                    progress.removed()));
      }
    };
  }

  private static long left(AssetPlace old) throws IOException {
    AtomicLong left = new AtomicLong();
    old.list(_ -> left.incrementAndGet());
    return left.get();
  }

  private void tell(AssetMove.Progress end, long left) {
    end.damaged().forEach(name -> remark("DAMAGED, not moved: " + name));
    print(
        List.of("copied", "bytes", "were there", "deleted meanwhile", "damaged", "removed", "left"),
        List.of(
            List.of(
                end.copied(),
                end.bytes(),
                end.there(),
                end.gone(),
                end.damaged().size(),
                end.removed(),
                left)));
    if (left > end.damaged().size()) {
      remark("Some came while it ran: is assets.also set on every node? Run it again.");
    }
  }
}
