package dev.easel.cli;

import dev.easel.asset.AssetPlace;
import dev.easel.asset.AssetStore;
import dev.easel.asset.MovingStore;
import dev.easel.config.EaselConfig;
import dev.easel.config.RetentionSettings;
import dev.easel.db.Database;
import dev.easel.task.FileCheck;
import dev.easel.task.KnownPlaces;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Whether files and rows agree. */
@Command(
    name = "check",
    description = "Compare every stored file with its row, and every row with its file.",
    footer = {
      "",
      "no row         The file belongs to nothing; --repair deletes it.",
      "no file        The row claims a file that is not there; --repair gives the row up.",
      "wrong size     The file is not what was stored; it can only be restored from a backup.",
      "wrong content  The same, found by --deep.",
      "",
      "Exit code 1 when something does not agree, repaired or not."
    })
final class AssetsCheck extends DatabaseCommand {
  @ParentCommand private AssetsCommand parent;

  @Option(
      names = "--repair",
      description = "Delete files without rows; give up rows without files.")
  private boolean repair;

  @Option(names = "--deep", description = "Read every file and compare its SHA-256.")
  private boolean deep;

  @Option(
      names = "--grace",
      paramLabel = "TIME",
      description = "Younger files may still get their rows. (default: 1d)")
  private String grace = "1d";

  @Override
  int run(EaselConfig config, Database database) {
    List<List<Object>> rows = new ArrayList<>();
    FileCheck.Report report;
    try {
      report =
          check(
              config,
              database,
              finding -> rows.add(List.of(finding.kind(), finding.name(), finding.detail())));
    } catch (AssetPlace.CannotOpen foreign) {
      throw new CommandFailed(String.valueOf(foreign.getMessage()));
    } catch (IOException broken) {
      throw new CommandFailed("the stored files cannot be read: " + broken.getMessage());
    }
    if (!rows.isEmpty() || isJson()) {
      print(List.of("finding", "name", "detail"), rows);
    }
    remark(
        "%s: %d files, %d rows, %d findings%s"
            .formatted(
                rows.isEmpty() ? "ok" : "BROKEN",
                report.files(),
                report.rows(),
                report.findings(),
                repair && !rows.isEmpty() ? ", repaired where that is possible" : ""));
    return rows.isEmpty() ? 0 : 1;
  }

  private FileCheck.Report check(
      EaselConfig config, Database database, Consumer<FileCheck.Finding> found)
      throws IOException, AssetPlace.CannotOpen {
    FileCheck.Options options = new FileCheck.Options(deep, repair, grace());
    try (AssetPlace place = parent.places().open(config, config.assets().location())) {
      if (config.database().url().isPresent()) {
        KnownPlaces.require(database, place);
      }
      if (config.assets().also().isEmpty()) {
        return FileCheck.run(database, place, database::now, options, found);
      }
      try (AssetPlace also = parent.places().open(config, config.assets().also().get())) {
        AssetStore both = new MovingStore(place, also);
        return FileCheck.run(database, both, database::now, options, found);
      }
    }
  }

  private Duration grace() {
    try {
      return RetentionSettings.parseLength(grace).orElseThrow(IllegalArgumentException::new);
    } catch (IllegalArgumentException wrong) {
      throw new WrongArgument("--grace must be a length such as 1d, 36h or 30m");
    }
  }
}
