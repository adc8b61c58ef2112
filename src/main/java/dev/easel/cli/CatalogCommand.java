package dev.easel.cli;

import dev.easel.catalog.Availability;
import dev.easel.catalog.Catalog;
import dev.easel.catalog.CatalogException;
import dev.easel.catalog.CatalogFiles;
import dev.easel.catalog.CatalogTables;
import dev.easel.catalog.CatalogVersions;
import dev.easel.catalog.Difference;
import dev.easel.catalog.Listing;
import dev.easel.catalog.Model;
import dev.easel.catalog.Parts;
import dev.easel.config.EaselConfig;
import dev.easel.db.Database;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** What is sold, by whom it is made, and what it costs. */
@Command(
    name = "catalog",
    description = "Models, listings, prices and routes: to files and back.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      CatalogCommand.Export.class,
      CatalogCommand.Check.class,
      CatalogCommand.Apply.class,
      CatalogCommand.State.class,
      CatalogCommand.History.class
    })
public final class CatalogCommand {
  private final Consumer<Catalog> check;

  /** A command that changes nothing to what {@code check} refuses with a CatalogException. */
  public CatalogCommand(Consumer<Catalog> check) {
    this.check = check;
  }

  /** Does something that a senseless catalogue prevents. */
  private static <T> T told(Supplier<T> work) {
    try {
      return work.get();
    } catch (CatalogException senseless) {
      throw new CommandFailed(String.valueOf(senseless.getMessage()));
    }
  }

  /** A command that changes the catalogue and shows what it changed. */
  abstract static class Changing extends DatabaseCommand {
    @ParentCommand private CatalogCommand parent;

    final CatalogCommand parent() {
      return parent;
    }

    /** Changes it; {@code why} is for the history. */
    final Difference change(
        Database database,
        BiFunction<Handle, Catalog, Catalog> to,
        Function<Difference, String> why) {
      String author = "cli:" + System.getProperty("user.name", "unknown");
      Instant now = database.now();
      return database.transaction(tx ->
          CatalogTables.change(
              tx,
              before -> to.apply(tx, before),
              parent.check,
              difference -> new CatalogVersions.Reason(author, why.apply(difference)),
              now));
    }

    final void show(Difference difference) {
      if (isJson()) {
        print(
            List.of("change", "what", "details"),
            difference.changes().stream()
                .map(change ->
                    List.<Object>of(change.kind().word(), change.what(), change.details()))
                .toList());
        return;
      }
      for (Difference.Change change : difference.changes()) {
        String sign =
            switch (change.kind()) {
              case ADDED -> "+";
              case CHANGED -> "~";
              case REMOVED -> "-";
            };
        out().println(sign + " " + change.what());
        change.details().forEach(detail -> out().println("    " + detail));
      }
      out().flush();
    }
  }

  @Command(
      name = "export",
      description = "Write the catalogue as YAML.",
      footer = {
        "",
        "Without DIRECTORY it is one document on standard output; with it models.yaml and a file",
        "for each dialect, which easel catalog apply DIRECTORY takes back. Secrets are never in it:",
        "channels only name the variable or file that holds one."
      })
  static final class Export extends DatabaseCommand {
    @Parameters(
        paramLabel = "DIRECTORY",
        arity = "0..1",
        description = "Where the files go; those of the same name are replaced.")
    private @Nullable Path directory;

    @Override
    int run(EaselConfig config, Database database) {
      Catalog catalog = told(() -> database.read(CatalogTables::load));
      Path target = directory;
      if (target == null) {
        out().print(CatalogFiles.write(catalog));
        out().flush();
        return 0;
      }
      CatalogFiles.split(catalog).forEach((name, content) -> write(target.resolve(name), content));
      return 0;
    }

    private void write(Path file, String content) {
      try {
        Path parent = file.getParent();
        if (parent != null) {
          Files.createDirectories(parent);
        }
        Files.writeString(file, content);
        remark("wrote " + file);
      } catch (IOException failed) {
        throw new CommandFailed("cannot write %s: %s".formatted(file, failed.getMessage()));
      }
    }
  }

  @Command(
      name = "check",
      description = "Check files that are a whole catalogue; no database is asked.",
      footer = {
        "",
        "All that is wrong is told, with file, line and column; the exit code is 1 then."
      })
  static final class Check implements Callable<Integer> {
    @Spec private CommandSpec command;
    @ParentCommand private CatalogCommand parent;

    @Parameters(
        paramLabel = "PATH",
        arity = "1..*",
        description = "YAML files, or directories with YAML files in them.")
    private List<Path> paths = List.of();

    @Override
    public Integer call() {
      Catalog catalog = told(() -> CatalogFiles.read(paths, parent.check, Parts::whole));
      PrintWriter out = command.commandLine().getOut();
      out.println(
          "%d channels, %d models, %d listings: nothing is wrong with them"
              .formatted(
                  catalog.channels().size(), catalog.models().size(), catalog.listings().size()));
      out.flush();
      return 0;
    }
  }

  @Command(
      name = "apply",
      description = "Change the catalogue to what files say, or to a former version.",
      footer = {
        "",
        "All of it or nothing. Running servers have it within a second; tasks that were accepted",
        "before go on as they were. Each change is a version: easel catalog history.",
        "",
        "Examples",
        "  easel catalog apply catalog/ --dry-run    what would change",
        "  easel catalog apply catalog/ --prune      exactly what the files say, no more",
        "  easel catalog apply --version 7           as it was in version 7"
      })
  static final class Apply extends Changing {
    @Parameters(
        paramLabel = "PATH",
        arity = "0..*",
        description = "YAML files, or directories with YAML files in them.")
    private List<Path> paths = List.of();

    @Option(
        names = "--version",
        paramLabel = "N",
        description = "Go back to a version instead of applying files.")
    private @Nullable Long version;

    @Option(
        names = "--prune",
        description = "Remove what the files do not have: channels, models, routes and listings.")
    private boolean prune;

    @Option(names = "--dry-run", description = "Only show what would change.")
    private boolean dryRun;

    @Option(names = "--message", paramLabel = "TEXT", description = "Why, for the history.")
    private @Nullable String message;

    @Override
    int run(EaselConfig config, Database database) {
      Long number = version;
      if (paths.isEmpty() == (number == null)) {
        throw new WrongArgument("give either files to apply or --version N");
      }
      Difference difference =
          told(() ->
              number == null
                  ? CatalogFiles.read(
                      paths,
                      parent().check,
                      parts -> change(database, (_, before) -> merged(parts, before)))
                  : change(database, (tx, _) -> former(tx, number)));
      show(difference);
      remark(
          difference.isEmpty()
              ? "Nothing to change."
              : dryRun ? "Nothing was changed: --dry-run." : "Applied.");
      return 0;
    }

    private Catalog merged(Parts parts, Catalog before) {
      return prune ? parts.whole() : parts.over(before);
    }

    private static Catalog former(Handle tx, long version) {
      return CatalogVersions.read(tx, version)
          .orElseThrow(() ->
              new CatalogException(
                  "there is no version %d; easel catalog history shows them".formatted(version)));
    }

    private Difference change(Database database, BiFunction<Handle, Catalog, Catalog> to) {
      return dryRun
          ? database.transaction(
              tx -> CatalogTables.preview(tx, before -> to.apply(tx, before), parent().check))
          : change(database, to, this::reason);
    }

    private String reason(Difference difference) {
      return message != null && !message.isBlank()
          ? message.strip()
          : version != null ? "back to version " + version : difference.summary();
    }
  }

  @Command(
      name = "state",
      description = "Say whether a model, or a listing, can be asked for.",
      footer = {
        "",
        "on           it can",
        "maintenance  refused for now (kie: code 455); accepted tasks go on",
        "off          refused (kie: code 505); accepted tasks go on",
        "",
        "Examples",
        "  easel catalog state nano-banana-2 maintenance     the model, in every dialect",
        "  easel catalog state kie google/nano-banana off    one listing"
      })
  static final class State extends Changing {
    @Parameters(
        paramLabel = "WORD",
        arity = "2..3",
        description = "MODEL STATE, or DIALECT LISTING STATE.")
    private List<String> words = List.of();

    @Override
    int run(EaselConfig config, Database database) {
      Availability state = state(words.getLast());
      Difference difference =
          told(() ->
              change(
                  database,
                  (_, before) -> words.size() == 2 ? model(before, state) : listing(before, state),
                  this::summary));
      show(difference);
      remark(difference.isEmpty() ? "It is " + state.word() + " already." : "Applied.");
      return 0;
    }

    private static Availability state(String word) {
      try {
        return Availability.of(word.toLowerCase(Locale.ROOT));
      } catch (IllegalArgumentException unknown) {
        throw new WrongArgument(String.valueOf(unknown.getMessage()));
      }
    }

    private String summary(Difference changed) {
      return changed.summary() + ": " + words.getLast();
    }

    private Catalog model(Catalog before, Availability state) {
      String id = words.getFirst();
      if (before.model(id).isEmpty()) {
        throw new CatalogException(
            "there is no model %s; there are %s".formatted(id, joined(before.models(), Model::id)));
      }
      return before.withModel(before.model(id).get().in(state));
    }

    private Catalog listing(Catalog before, Availability state) {
      String dialect = words.getFirst();
      String id = words.get(1);
      return before
          .listing(dialect, id)
          .map(listing -> before.withListing(listing.in(state)))
          .orElseThrow(() ->
              new CatalogException(
                  before.listings(dialect).isEmpty()
                      ? "there is no dialect %s; there are %s"
                          .formatted(
                              dialect,
                              String.join(
                                  ", ",
                                  before.listings().stream()
                                      .map(Listing::dialect)
                                      .distinct()
                                      .toList()))
                      : "%s has no listing %s; it has %s"
                          .formatted(dialect, id, joined(before.listings(dialect), Listing::id))));
    }

    private static <T> String joined(List<T> things, Function<T, String> id) {
      return String.join(", ", things.stream().map(id).toList());
    }
  }

  @Command(name = "history", description = "List the versions of the catalogue, the newest first.")
  static final class History extends DatabaseCommand {
    @Option(names = "--limit", paramLabel = "N", description = "At most so many. (default: 20)")
    private int limit = 20;

    @Override
    int run(EaselConfig config, Database database) {
      if (limit < 1) {
        throw new WrongArgument("--limit is at least 1");
      }
      print(
          List.of("version", "created", "author", "summary"),
          database.read(tx -> CatalogVersions.list(tx, limit)).stream()
              .map(version ->
                  List.<Object>of(
                      version.version(),
                      version.createdAt().truncatedTo(ChronoUnit.SECONDS),
                      version.reason().author(),
                      version.reason().summary()))
              .toList());
      return 0;
    }
  }
}
