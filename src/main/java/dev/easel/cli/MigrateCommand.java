package dev.easel.cli;

import dev.easel.config.EaselConfig;
import dev.easel.db.Database;
import picocli.CommandLine.Command;

/** Brings the database's tables to this program's version; serve does the same at its start. */
@Command(
    name = "migrate",
    description = "Bring the database to this version, as serve does at its start.")
public final class MigrateCommand extends DatabaseCommand {
  @Override
  int run(EaselConfig config, Database database) {
    out().println("The database is at version " + database.schemaVersion() + ".");
    out().flush();
    return 0;
  }
}
