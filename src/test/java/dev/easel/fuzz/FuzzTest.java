package dev.easel.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.TestNode;
import dev.easel.account.Key;
import dev.easel.account.KeySecret;
import dev.easel.account.Keys;
import dev.easel.api.document.Operations;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * Whatever is sent, the answer is one that the document has, and nothing is charged but what was
 * accepted. {@code -Deasel.fuzz.seed=7 -Deasel.fuzz.requests=50000} sends other and more requests.
 */
class FuzzTest {
  private static final long SEED = Long.getLong("easel.fuzz.seed", 1);
  private static final int REQUESTS = Integer.getInteger("easel.fuzz.requests", 2_000);

  /** Always as many, because a request depends on what was answered to its lane. */
  private static final int LANES = 4;

  private static final long PLENTY = 1_000_000_000;

  private final TestNode node = TestNode.start(Map.of());

  @AfterEach
  void close() {
    node.close();
  }

  @Test
  void nothingBreaksAndNoRefusalIsCharged() throws Exception {
    List<Lane> lanes = lanes();
    sellFromInstant();
    Instant begun = Instant.now();
    List<Lane.Report> reports = reports(lanes);
    Duration taken = Duration.between(begun, Instant.now());

    Map<String, Map<String, Integer>> answers = new TreeMap<>();
    reports.forEach(report ->
        report
            .answers()
            .forEach((operation, counts) ->
                counts.forEach((status, count) ->
                    answers
                        .computeIfAbsent(operation, _ -> new TreeMap<>())
                        .merge(status, count, Integer::sum))));
    Map<String, List<Finding>> findings =
        reports.stream()
            .flatMap(report -> report.findings().stream())
            .collect(Collectors.groupingBy(Finding::kind, TreeMap::new, Collectors.toList()));
    System.out.printf(
        "fuzzing: seed %d, %d requests in %d s, %d accepted, %d kinds of findings%n",
        SEED, REQUESTS, taken.toSeconds(), accepted(answers), findings.size());
    answers.forEach((operation, counts) -> System.out.println("  " + operation + " " + counts));

    assertThat(findings.values().stream().map(alike -> alike.size() + " x " + alike.getFirst()))
        .isEmpty();
    assertThat(answers).hasSameSizeAs(new Operations(document()).names());
    assertThat(accepted(answers)).isBetween(REQUESTS / 20, REQUESTS / 2);
    awaitTheEnd();
    assertThat(node.audit().violations()).isEmpty();
  }

  private static int accepted(Map<String, Map<String, Integer>> answers) {
    return answers.values().stream()
        .flatMap(counts -> counts.entrySet().stream())
        .filter(count -> count.getKey().endsWith("accepted"))
        .mapToInt(Map.Entry::getValue)
        .sum();
  }

  private List<Lane> lanes() {
    JsonNode document = document();
    List<Lane> lanes = new ArrayList<>();
    for (int i = 0; i < LANES; i++) {
      Purses purses = new Purses(purse(PLENTY), purse(PLENTY), purse(1), revoked());
      Known known = new Known();
      Values values = new Values(document, node.url(), known);
      Assistant assistant = new Assistant(tools(purses.own().key()), values, known);
      if (i == 0) {
        film(purses.own().key(), known);
      }
      Maker maker = new Maker(new Operations(document), values, assistant, known, purses);
      lanes.add(
          new Lane(
              new Lane.Run(node.url(), SEED, REQUESTS, LANES),
              i,
              purses,
              known,
              maker,
              new Books(node.database(), purses)));
    }
    return lanes;
  }

  private JsonNode document() {
    return node.get("/openapi.json", "").json();
  }

  private JsonNode tools(String key) {
    String ask = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}";
    return node.post("/mcp", key, ask, "MCP-Protocol-Version", "2025-06-18").json();
  }

  private Purse purse(long credits) {
    String key = node.account(credits);
    long account =
        node.database()
            .read(tx -> Keys.bySecret(tx, new KeySecret(key)).orElseThrow().account().value());
    return new Purse(key, account);
  }

  private Purse revoked() {
    Purse purse = purse(PLENTY);
    node.database()
        .transaction(tx -> {
          Key key = Keys.bySecret(tx, new KeySecret(purse.key())).orElseThrow();
          return Keys.revoke(tx, key.id(), Instant.now());
        });
    return purse;
  }

  /** A film to read, from a provider that makes some. */
  private void film(String key, Known known) {
    String body =
        """
        {"model_id":"seedance-2","prompt":"a red kite","duration":4,"resolution":"480p"}
        """;
    known.learn(node.await(key, node.create(key, body)).toString());
  }

  /** Drawing is not what is looked at here. */
  private void sellFromInstant() {
    node.database()
        .transaction(tx -> {
          tx.execute(
              """
              insert into channel (id, provider, settings, created_at)
              values ('instant', 'instant', '{}', now())
              """);
          return tx.execute("update route set channel = 'instant'");
        });
  }

  private static List<Lane.Report> reports(Collection<Lane> lanes) throws Exception {
    List<Lane.Report> reports = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Lane.Report> lane : threads.invokeAll(lanes)) {
        reports.add(lane.get());
      }
    }
    return reports;
  }

  /** Every task that was accepted ends. */
  private void awaitTheEnd() {
    Instant limit = Instant.now().plusSeconds(120);
    while (node.database()
            .read(tx ->
                tx.createQuery("select count(*) from task where state in ('queued', 'running')")
                    .mapTo(Long.class)
                    .one())
        > 0) {
      assertThat(Instant.now()).as("every task has to end").isBefore(limit);
      node.get("/health/live", "");
    }
  }
}
