package dev.easel.db;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Where the embedded server keeps its files: {@code DATA/postgres}.
 *
 * @param directory the absolute path, without symbolic links
 */
record PostgresHome(Path directory) {
  /** The name of the application's database and of the role that owns it. */
  static final String NAME = "easel";

  static PostgresHome of(Path data) {
    return new PostgresHome(data.resolve("postgres"));
  }

  /** The unpacked programs of this version. */
  Path binaries() {
    return directory.resolve("bin-" + PostgresBinaries.VERSION);
  }

  /** One program: {@code postgres} or {@code initdb}. */
  String program(String name) {
    return binaries().resolve("bin").resolve(name).toString();
  }

  /** What PostgreSQL calls the data directory. */
  Path cluster() {
    return directory.resolve("cluster");
  }

  /** The password of both roles, readable by the owner alone. */
  Path password() {
    return directory.resolve("password");
  }

  String readPassword() throws IOException {
    return Files.readString(password()).strip();
  }

  /** The port of the last start. */
  Path port() {
    return directory.resolve("port");
  }

  /** What the server says. */
  Path log() {
    return directory.resolve("server.log");
  }

  /** Deletes what an interrupted start left behind. */
  void deleteUnfinished() throws IOException {
    delete(name -> name.startsWith("unpack-") || name.startsWith("initdb-"));
  }

  /** Deletes the programs of other versions. */
  void deleteOtherBinaries() throws IOException {
    delete(name -> name.startsWith("bin-") && !binaries().endsWith(name));
  }

  private void delete(Predicate<String> unwanted) throws IOException {
    List<Path> found = new ArrayList<>();
    try (Stream<Path> entries = Files.list(directory)) {
      entries.filter(entry -> unwanted.test(entry.getFileName().toString())).forEach(found::add);
    }
    for (Path each : found) {
      try (Stream<Path> tree = Files.walk(each)) {
        for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }

  /** The application's database. */
  Database.Address address(int port, String password) {
    return new Database.Address("jdbc:postgresql://127.0.0.1:" + port + "/" + NAME, NAME, password);
  }

  /** The administrator's database and role. */
  Database.Address administration(int port, String password) {
    return new Database.Address(
        "jdbc:postgresql://127.0.0.1:" + port + "/postgres", "postgres", password);
  }
}
