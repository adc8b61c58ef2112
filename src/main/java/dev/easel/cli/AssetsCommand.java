package dev.easel.cli;

import dev.easel.asset.AssetStore;
import dev.easel.asset.LocalAssetStore;
import dev.easel.config.EaselConfig;
import dev.easel.config.RetentionSettings;
import dev.easel.db.Database;
import dev.easel.task.FileCheck;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Stored files. */
@Command(
    name = "assets",
    description = "Check that stored files and their rows in the database agree.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = AssetsCommand.Check.class)
public final class AssetsCommand {
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
  static final class Check extends DatabaseCommand {
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
      InstantSource clock = InstantSource.system();
      List<List<Object>> rows = new ArrayList<>();
      FileCheck.Report report;
      try {
        AssetStore store = LocalAssetStore.open(config.assets().directory(), clock);
        report =
            FileCheck.run(
                database,
                store,
                clock,
                new FileCheck.Options(deep, repair, grace()),
                finding -> rows.add(List.of(finding.kind(), finding.name(), finding.detail())));
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

    private Duration grace() {
      try {
        return RetentionSettings.parseLength(grace).orElseThrow(IllegalArgumentException::new);
      } catch (IllegalArgumentException wrong) {
        throw new CommandFailed("--grace must be a length such as 1d, 36h or 30m");
      }
    }
  }
}
