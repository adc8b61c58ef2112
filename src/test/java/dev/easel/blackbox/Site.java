package dev.easel.blackbox;

import dev.easel.catalog.CatalogTables;
import dev.easel.db.Database;
import dev.easel.db.EmbeddedPostgres;
import dev.easel.db.PreparedDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/**
 * A gateway of which a test kills parts: nodes in processes of their own, and the database.
 *
 * <p>{@code nano-banana-2} goes to the provider that answers at once, {@code bought} to an upstream
 * of the test's own, everything else to the provider that rehearses.
 */
final class Site implements AutoCloseable {
  private final Path directory;
  private final Optional<EmbeddedPostgres> shared;
  private final Upstream upstream;
  private final List<String> jvm;
  private final List<String> settings;
  private final List<Optional<Running>> nodes = new CopyOnWriteArrayList<>();

  private record Running(Program program, String url) {}

  private Site(
      Path directory,
      Optional<EmbeddedPostgres> shared,
      Upstream upstream,
      List<String> jvm,
      List<String> settings) {
    this.directory = directory;
    this.shared = shared;
    this.upstream = upstream;
    this.jvm = jvm;
    this.settings = settings;
  }

  /** How the launcher starts nodes. */
  static final List<String> LIKE_THE_LAUNCHER =
      List.of("-XX:+UseG1GC", "-XX:+UseCompactObjectHeaders", "-Xmx1g");

  /** One node, with the database of its own. */
  static Site ofOneNode(Path directory, List<String> jvm, String... settings) throws IOException {
    Upstream upstream = new Upstream();
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start(PreparedDatabase.in(directory))) {
      furnish(postgres.address(), upstream);
    }
    Site site = new Site(directory, Optional.empty(), upstream, jvm, List.of(settings));
    site.nodes.add(Optional.empty());
    site.startNode(0);
    return site;
  }

  /** Two nodes on one database, which belongs to the test, and with one directory of files. */
  static Site ofTwoNodes(Path directory, List<String> jvm, String... settings) throws IOException {
    EmbeddedPostgres postgres =
        EmbeddedPostgres.start(PreparedDatabase.in(directory.resolve("database")));
    Upstream upstream = new Upstream();
    furnish(postgres.address(), upstream);
    Site site = new Site(directory, Optional.of(postgres), upstream, jvm, List.of(settings));
    for (int node = 0; node < 2; node++) {
      site.nodes.add(Optional.empty());
      site.startNode(node);
    }
    return site;
  }

  private static void furnish(Database.Address address, Upstream upstream) throws IOException {
    try (Database database = Database.open(address, 2)) {
      Path key = Files.createTempFile(Path.of("target"), "upstream-", ".key").toAbsolutePath();
      Files.writeString(key, Upstream.KEY);
      database.transaction(tx -> {
        CatalogTables.installDefaults(tx, Instant.now());
        tx.execute(
            """
            insert into channel (id, provider, settings, created_at)
            values ('instant', 'instant', '{}', now()),
              ('upstream', 'omni', jsonb_build_object('base-url', ?, 'key-file', ?, 'check-every', '200ms', 'idempotent', true), now())
            """,
            upstream.url(),
            key.toString());
        tx.execute("update route set channel = 'instant' where model = 'nano-banana-2'");
        tx.execute(
            """
            insert into model (id, kind, state, definition)
            select 'bought', kind, state, definition from model where id = 'nano-banana-2'
            """);
        tx.execute(
            """
            insert into listing (dialect, id, model, state, definition)
            select dialect, 'bought', 'bought', state, definition from listing where id = 'nano-banana-2'
            """);
        return tx.execute("insert into route values ('bought', 'upstream', 'nano-banana-2', 1, 1)");
      });
    }
  }

  /** Where {@code bought} is bought. */
  Upstream upstream() {
    return upstream;
  }

  void startNode(int node) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("serve", "--port", "0"));
    if (shared.isPresent()) {
      Database.Address address = shared.get().address();
      arguments.addAll(
          List.of(
              "--data",
              directory.resolve("node-" + node).toString(),
              "--db-url",
              address.url(),
              "--db-user",
              address.user(),
              "--db-password",
              address.password(),
              "--assets-dir",
              directory.resolve("assets").toString(),
              "--master-key",
              "5ea5e15ea5e15ea5e15ea5e15ea5e15ea5e15ea5e15ea5e15ea5e15ea5e15ea5"));
    } else {
      arguments.addAll(List.of("--data", directory.toString()));
    }
    arguments.addAll(settings);
    Program program = Program.start(jvm, arguments);
    String ready = "Easel is ready at ";
    String url = program.linesUntil(ready).getLast().substring(ready.length());
    nodes.set(node, Optional.of(new Running(program, url)));
  }

  /** As {@code kill -9}. */
  void killNode(int node) throws IOException {
    try (Program program = stopped(node)) {
      program.kill();
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  private Program stopped(int node) {
    Program program = nodes.get(node).orElseThrow().program;
    nodes.set(node, Optional.empty());
    return program;
  }

  /** As {@code kill -9} of the server's first process, whose end the others notice. */
  void killDatabase() throws IOException {
    long pid = Long.parseLong(Files.readAllLines(postmaster()).getFirst());
    ProcessHandle.of(pid).orElseThrow().destroyForcibly();
  }

  private Path postmaster() {
    Path data = shared.isPresent() ? directory.resolve("database") : directory;
    return data.resolve("postgres/cluster/postmaster.pid");
  }

  /** The base of the paths of a node that is up; empty while none is. */
  Optional<String> url(Random random) {
    List<String> up = nodes.stream().flatMap(Optional::stream).map(Running::url).toList();
    return up.isEmpty() ? Optional.empty() : Optional.of(up.get(random.nextInt(up.size())));
  }

  /** Runs {@code work} in a transaction of the test's own. */
  <T> T write(Function<Handle, T> work) {
    try (Database database = open()) {
      return database.transaction(work);
    }
  }

  /** A pool of the test's own; the caller closes it. */
  Database open() {
    return Database.open(address(), 2);
  }

  Database.Address address() {
    return shared
        .map(EmbeddedPostgres::address)
        .orElseGet(() -> EmbeddedPostgres.running(directory).orElseThrow());
  }

  /** Arguments that tell a command where the database is. */
  List<String> databaseArguments() {
    if (shared.isEmpty()) {
      return List.of("--data", directory.toString());
    }
    Database.Address address = shared.get().address();
    return List.of(
        "--db-url",
        address.url(),
        "--db-user",
        address.user(),
        "--db-password",
        address.password());
  }

  @Override
  public void close() throws IOException {
    for (Optional<Running> node : nodes) {
      if (node.isPresent()) {
        node.get().program.close();
      }
    }
    shared.ifPresent(EmbeddedPostgres::close);
    upstream.close();
  }
}
