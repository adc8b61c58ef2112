package dev.easel.cli;

import dev.easel.config.EaselConfig;
import dev.easel.db.Database;
import dev.easel.db.EmbeddedPostgres;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The database that the settings name, opened and migrated: an external one, or the embedded one of
 * the data directory.
 */
public final class OpenedDatabase implements AutoCloseable {
  private static final int CONNECTIONS_OF_A_COMMAND = 2;

  private final Optional<EmbeddedPostgres> own;
  private final Database.Address address;
  private final Database database;

  private OpenedDatabase(
      Optional<EmbeddedPostgres> own, Database.Address address, int connections) {
    this.own = own;
    this.address = address;
    this.database = Database.open(address, connections);
    database.migrate();
  }

  /** For a node: starts the embedded server, which belongs to one node alone. */
  public static OpenedDatabase forNode(EaselConfig config) {
    Optional<EmbeddedPostgres> own =
        config.database().url().isPresent()
            ? Optional.empty()
            : Optional.of(EmbeddedPostgres.start(directory(config)));
    return open(
        own,
        own.map(EmbeddedPostgres::address).orElseGet(() -> external(config)),
        config.database().connections());
  }

  /**
   * For a command: uses the embedded server of a running node, or starts it for as long as the
   * command takes.
   */
  static OpenedDatabase forCommand(EaselConfig config) {
    if (config.database().url().isPresent()) {
      return open(Optional.empty(), external(config), CONNECTIONS_OF_A_COMMAND);
    }
    Optional<Database.Address> running = EmbeddedPostgres.running(directory(config));
    if (running.isPresent()) {
      return open(Optional.empty(), running.get(), CONNECTIONS_OF_A_COMMAND);
    }
    EmbeddedPostgres own = EmbeddedPostgres.start(directory(config));
    return open(Optional.of(own), own.address(), CONNECTIONS_OF_A_COMMAND);
  }

  private static OpenedDatabase open(
      Optional<EmbeddedPostgres> own, Database.Address address, int connections) {
    try {
      return new OpenedDatabase(own, address, connections);
    } catch (RuntimeException failed) {
      own.ifPresent(EmbeddedPostgres::close);
      throw failed;
    }
  }

  private static Path directory(EaselConfig config) {
    return config.data().directory();
  }

  private static Database.Address external(EaselConfig config) {
    return new Database.Address(
        config.database().url().orElseThrow(),
        config.database().user(),
        config.database().password().value());
  }

  /** Where it is. */
  public Database.Address address() {
    return address;
  }

  /** The database. */
  public Database database() {
    return database;
  }

  @Override
  public void close() {
    database.close();
    own.ifPresent(EmbeddedPostgres::close);
  }
}
