package dev.easel.cli;

import dev.easel.config.EaselConfig;
import dev.easel.db.Database;
import dev.easel.task.Audit;
import picocli.CommandLine.Command;
import tools.jackson.databind.json.JsonMapper;

/** Checks every promise about money and tasks against the database. */
@Command(
    name = "audit",
    description = "Check that no credit and no task is lost, at any time, on a live system too.",
    footer = {"", "Exit code 1 when something is broken."})
public final class AuditCommand extends DatabaseCommand {
  @Override
  int run(EaselConfig config, Database database) {
    Audit.Report report = database.snapshot(Audit::run);
    boolean ok = report.violations().isEmpty();
    if (isJson()) {
      out().println(JsonMapper.shared().writeValueAsString(report));
    } else {
      report.violations().forEach(out()::println);
      out()
          .printf(
              "%s: %d accounts, %d transfers, %d tasks%n",
              ok ? "ok" : "BROKEN", report.accounts(), report.transfers(), report.tasks());
    }
    out().flush();
    return ok ? 0 : 1;
  }
}
