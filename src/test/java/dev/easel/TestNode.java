package dev.easel;

import dev.easel.account.Account;
import dev.easel.account.Accounts;
import dev.easel.account.Key;
import dev.easel.account.KeySecret;
import dev.easel.account.Keys;
import dev.easel.api.document.Answers;
import dev.easel.config.EaselConfig;
import dev.easel.config.Settings;
import dev.easel.config.Sources;
import dev.easel.db.Database;
import dev.easel.db.TestDatabase;
import dev.easel.engine.WorkLimits;
import dev.easel.ledger.Ledger;
import dev.easel.task.Audit;
import io.helidon.webserver.http.HttpRules;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A node as it is in production, on a database and a directory of its own, and an HTTP client for
 * it.
 */
public final class TestNode implements AutoCloseable {
  private static final AtomicInteger ACCOUNTS = new AtomicInteger();

  private final Database database;
  private final Database ofNode;
  private final Node node;
  private final HttpClient client = HttpClient.newHttpClient();

  private TestNode(Database database, Database ofNode, Node node) {
    this.database = database;
    this.ofNode = ofNode;
    this.node = node;
  }

  /**
   * Starts a node; {@code settings} by key, over the test's own: a free port, and a sandbox that
   * takes no time.
   */
  public static TestNode start(Map<String, String> settings) {
    return start(settings, TestDatabase.address());
  }

  /** Starts a node on a database that the test has prepared. */
  public static TestNode start(Map<String, String> settings, Database.Address address) {
    return start(settings, address, address);
  }

  /**
   * The same on the database at {@code address}, to which the node goes by way of {@code byWayOf}
   * while the test's own questions go there directly.
   */
  public static TestNode start(
      Map<String, String> settings, Database.Address address, Database.Address byWayOf) {
    try {
      Files.createDirectories(Path.of("target"));
      Path data = Files.createTempDirectory(Path.of("target"), "test-node-");
      Map<String, String> all = new HashMap<>();
      all.put("data", data.toString());
      all.put("server.port", "0");
      all.put("sandbox.image-latency", "0ms");
      all.put("sandbox.video-latency", "0ms");
      all.putAll(settings);
      EaselConfig config =
          EaselConfig.from(
              Settings.read(EaselConfig.all(), new Sources(Optional.empty(), Map.of(), all)));
      Database database = Database.open(byWayOf, 12);
      return new TestNode(
          byWayOf.equals(address) ? database : Database.open(address, 4),
          database,
          new Node(config, byWayOf, database));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /**
   * A fresh account with {@code credits}, no cap on running tasks, and one key without rules;
   * returns the key's secret.
   */
  public String account(long credits) {
    return account(credits, Key.Rules.NONE, 0);
  }

  /**
   * A fresh account whose key has {@code rules} and which runs {@code cap} tasks at once (0: no
   * cap).
   */
  public String account(long credits, Key.Rules rules, int cap) {
    KeySecret secret = KeySecret.random();
    Instant now = Instant.now();
    return database.transaction(tx -> {
      Account account =
          Accounts.create(tx, "test-" + ACCOUNTS.incrementAndGet(), Account.Role.CUSTOMER, now)
              .orElseThrow();
      WorkLimits.set(tx, WorkLimits.ofAccount(account.id()), cap);
      Keys.create(tx, account.id(), "test", secret, rules, now);
      try {
        if (credits > 0) {
          Ledger.credit(tx.getConnection(), account.id(), credits, "test", now);
        }
      } catch (SQLException failed) {
        throw new IllegalStateException(failed);
      }
      return secret.text();
    });
  }

  /** What the audit finds now. */
  public Audit.Report audit() {
    return database.snapshot(Audit::run);
  }

  public Database database() {
    return database;
  }

  /** The database as the node itself has it. */
  public Database ofNode() {
    return ofNode;
  }

  /** The base of every path. */
  public String url() {
    return node.publicUrl();
  }

  /** Registers all that the node serves with {@code rules}. */
  public void register(HttpRules rules) {
    node.server().register(rules);
  }

  /** How many callers wait for tasks, or watch them. */
  public int watchers() {
    return node.snapshots().watchers();
  }

  /** How many tasks they watch. */
  public int watchedTasks() {
    return node.snapshots().watched();
  }

  /**
   * How many transactions the database has run so far, single statements included, by its own
   * count, which is a second late.
   */
  public long transactions() {
    return database.read(tx ->
        tx.createQuery(
                """
                select xact_commit + xact_rollback from pg_stat_database where datname = current_database()
                """)
            .mapTo(Long.class)
            .one());
  }

  /** An answer whose body is JSON. */
  public record Reply(int status, JsonNode json, HttpResponse<String> http) {}

  public Reply get(String path, String key) {
    return send(request(path, key).GET().build());
  }

  public Reply post(String path, String key, String json, String... headers) {
    HttpRequest.Builder request =
        request(path, key)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json));
    return send(headers.length == 0 ? request.build() : request.headers(headers).build());
  }

  /** A request that carries {@code key}. */
  public HttpRequest.Builder request(String path, String key) {
    return HttpRequest.newBuilder(URI.create(url() + path))
        .header("Authorization", "Bearer " + key);
  }

  public Reply send(HttpRequest request) {
    HttpResponse<String> answer = text(request);
    return new Reply(answer.statusCode(), JsonMapper.shared().readTree(answer.body()), answer);
  }

  /** The answer, whatever its body is; it has to be one that the OpenAPI document has. */
  public HttpResponse<String> text(HttpRequest request) {
    try {
      HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
      Answers.check(answer);
      return answer;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  /** Creates a task in the omni dialect, which must be accepted; returns its id. */
  public String create(String key, String json) {
    Reply reply = post("/api/v1/tasks/create", key, json);
    if (reply.json().path("code").asInt() != 200) {
      throw new AssertionError("not accepted: " + reply.json());
    }
    return reply.json().path("data").path("task_id").asString();
  }

  /** Waits until a task is final; returns its data. */
  public JsonNode await(String key, String task) {
    for (int i = 0; i < 3; i++) {
      JsonNode data = get("/api/v1/tasks/" + task + "?wait=60", key).json().path("data");
      if (data.path("task_status").asInt() > 2) {
        return data;
      }
    }
    throw new AssertionError("task " + task + " did not end");
  }

  @Override
  public void close() {
    node.close();
    client.close();
    ofNode.close();
    database.close();
  }
}
