package dev.easel.fuzz;

import dev.easel.fuzz.Request.Framing;
import dev.easel.fuzz.Request.Header;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A customer who sends one request after another, and looks at what is answered and charged. */
final class Lane implements Callable<Lane.Report> {
  /** A price is told for bodies without files only, as those of most creates are. */
  private static final int LARGEST_QUOTED = 1 << 20;

  private final Run run;
  private final int first;
  private final Purses purses;
  private final Known known;
  private final Maker maker;
  private final Books books;
  private final Judge judge = new Judge();
  private final Report report = new Report(new ArrayList<>(), new TreeMap<>());

  /**
   * A run.
   *
   * @param requests how many all lanes send together
   */
  record Run(String url, long seed, int requests, int lanes) {}

  /**
   * What became of a lane's requests.
   *
   * @param answers how many of each status each operation gave
   */
  record Report(List<Finding> findings, Map<String, Map<String, Integer>> answers) {
    private void count(Request request, String what) {
      answers
          .computeIfAbsent(request.operation().toString(), _ -> new TreeMap<>())
          .merge(what, 1, Integer::sum);
    }
  }

  /** Sends the requests {@code first}, {@code first} + number of lanes, … */
  Lane(Run run, int first, Purses purses, Known known, Maker maker, Books books) {
    this.run = run;
    this.first = first;
    this.purses = purses;
    this.known = known;
    this.maker = maker;
    this.books = books;
  }

  @Override
  public Report call() throws IOException {
    try (Wire wire = new Wire(run.url)) {
      for (int number = first; number < run.requests; number += run.lanes) {
        send(number, maker.make(number, new Dice(run.seed, number)), wire);
      }
    }
    return report;
  }

  private void send(int number, Request request, Wire wire) throws IOException {
    Answer answer;
    try {
      answer = wire.ask(request);
    } catch (IOException | NumberFormatException dead) {
      report.count(request, "dead");
      find(number, request, "no answer: " + dead, "");
      books.news();
      return;
    }
    List<Books.Hold> holds = books.news();
    report.count(request, answer.status() + (answer.admitted() ? " accepted" : ""));
    String shown = answer.status() + " " + cut(answer.text());
    judge
        .problems(request, answer, holds)
        .forEach(problem -> find(number, request, problem, shown));
    if (holds.size() == 1 && request.body().length <= LARGEST_QUOTED) {
      compare(number, request, holds.getFirst(), wire);
    }
    if (answer.body().length < 100_000) {
      known.learn(answer.text());
    }
    holds.forEach(hold -> known.learn(hold.task()));
  }

  /** What was charged is what is said that it would be. */
  private void compare(int number, Request request, Books.Hold hold, Wire wire) throws IOException {
    List<String> quotes = new ArrayList<>();
    for (String path : Judge.quotePaths(request)) {
      Answer quote = wire.ask(quote(request, path));
      if (Judge.price(quote) == hold.amount()) {
        return;
      }
      quotes.add(path + " " + quote.text());
    }
    if (!quotes.isEmpty()) {
      find(number, request, "charged " + hold.amount() + ", which is not the price", "" + quotes);
    }
  }

  private Request quote(Request request, String path) {
    List<Header> headers =
        List.of(
            new Header("Host", "localhost"),
            new Header("Authorization", "Bearer " + purses.own().key()),
            new Header("Content-Type", "application/json"));
    byte[] body = request.target().contains("/v1/videos") ? named(request) : request.body();
    return new Request(request.operation(), "POST", path, headers, body, Framing.PLAIN, List.of());
  }

  /** Which model is meant by none, only the path tells. */
  private static byte[] named(Request request) {
    ObjectNode body = (ObjectNode) JsonMapper.shared().readTree(request.body());
    if (body.path("model").asString("").isBlank()) {
      body.put("model", "sora-2");
    }
    return JsonMapper.shared().writeValueAsBytes(body);
  }

  private void find(int number, Request request, String problem, String answer) {
    String kind = request.operation() + " " + problem.replaceAll("[0-9]+", "#");
    report.findings.add(
        new Finding(run.seed, number, kind, problem, request.curl(run.url), answer));
  }

  private static String cut(String text) {
    return text.substring(0, Math.min(text.length(), 1_000));
  }
}
