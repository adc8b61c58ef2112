package dev.easel.fuzz;

import dev.easel.api.document.Answers;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Says what is wrong with an answer. */
final class Judge {
  private static final Pattern INSIDE =
      Pattern.compile(
          "Exception|dev\\.easel|io\\.helidon|jackson|org\\.postgresql|\\tat |/tmp/|target/");
  private static final Pattern BROKEN =
      Pattern.compile("\"code\":(500|-32603)\\b|internal_error|generation_failed");

  /** What is served there may be any text. */
  private static final Pattern FILE = Pattern.compile("^/(files|docs|openapi)");

  /** Tells of no task, but of its pictures. */
  private static final Pattern SILENT = Pattern.compile("^(/openai)?/v1/images/");

  private static final Set<Integer> NO_HTTP = Set.of(400, 414, 431);

  private final Set<String> paid = new HashSet<>();

  /** What is wrong; empty when nothing is. */
  List<String> problems(Request request, Answer answer, List<Books.Hold> holds) {
    List<String> problems = new ArrayList<>();
    if (answer.status() >= 500) {
      problems.add("status " + answer.status());
    }
    String type = answer.header("Content-Type").orElse("");
    boolean isFile = isBelow(FILE, request);
    if (answer.header("X-Request-Id").isEmpty()) {
      problems.add("no X-Request-Id");
    }
    if (!isFile && type.startsWith("application/json")) {
      if (BROKEN.matcher(answer.text()).find()) {
        problems.add("something broke");
      }
      if (INSIDE.matcher(answer.text()).find()) {
        problems.add("tells of the inside");
      }
    }
    documented(request, answer, type).ifPresent(problems::add);
    money(request, answer, holds, problems);
    return problems;
  }

  /**
   * A path that is not as clients write it may be another one, or none: it is enough that one
   * reading of it has the answer.
   */
  private static Optional<String> documented(Request request, Answer answer, String type) {
    Answers.Given given = new Answers.Given(answer.status(), type, answer.text());
    try {
      Optional<String> problem = Optional.empty();
      // Some write methods in small letters, and are understood.
      String method = request.method().toUpperCase(Locale.ROOT);
      for (String path : readings(request.path())) {
        problem = Answers.problem(method, path, given);
        if (problem.isEmpty()) {
          return problem;
        }
      }
      boolean isNobodys = isOfNoDialect(answer);
      return isNobodys && !method.equals("HEAD")
          ? Answers.problem(given)
          : isNobodys ? Optional.empty() : problem;
    } catch (JacksonException broken) {
      return Optional.of("no JSON");
    }
  }

  /** Whether the server may not have understood so much as which path was asked for. */
  private static boolean isOfNoDialect(Answer answer) {
    boolean isLast =
        answer.header("Connection").filter(it -> it.equalsIgnoreCase("close")).isPresent();
    return answer.status() == 404 || (isLast && NO_HTTP.contains(answer.status()));
  }

  private static boolean isBelow(Pattern path, Request request) {
    return readings(request.path()).stream().anyMatch(it -> path.matcher(it).find());
  }

  /** As it is; decoded; and as servers simplify it. */
  private static List<String> readings(String raw) {
    List<String> readings = new ArrayList<>(List.of(raw));
    try {
      String decoded = URLDecoder.decode(raw.replace("+", "%2B"), StandardCharsets.UTF_8);
      readings.add(decoded);
      for (String path : List.of(raw, decoded)) {
        String plain = path.replaceAll(";[^/]*", "").replaceAll("/+", "/");
        readings.add(plain);
        readings.add(plain.replaceAll("/[^/]+/\\.\\.(?=/|$)", ""));
        readings.add(plain.replaceFirst("/$", ""));
      }
    } catch (IllegalArgumentException unreadable) {
      return readings;
    }
    return readings;
  }

  /** Nothing is held but once for what was accepted, from the account whose key was sent. */
  private void money(
      Request request, Answer answer, List<Books.Hold> holds, List<String> problems) {
    Optional<String> key = request.header("Idempotency-Key");
    boolean isRepeated =
        request.payers().stream()
            .anyMatch(payer -> paid.contains(payer.account() + " " + key.orElse("")));
    for (Books.Hold hold : holds) {
      if (request.payers().stream().noneMatch(payer -> payer.account() == hold.account())) {
        problems.add("somebody else was charged " + hold.amount());
      }
    }
    if (!holds.isEmpty() && !answer.admitted()) {
      problems.add("charged " + holds.getFirst().amount() + " for a refusal");
    }
    boolean isNew = answer.admitted() && !answer.replayed() && isWrite(request);
    if (isNew && holds.isEmpty() && !isRepeated && isFirst(request)) {
      problems.add("accepted, and nothing is held");
    }
    boolean tells = !isBelow(SILENT, request);
    if (tells && holds.stream().anyMatch(hold -> !answer.text().contains(hold.task()))) {
      problems.add("charged for a task of which nothing is said");
    }
    if (!isAssistant(request) && holds.size() > 1) {
      problems.add("charged " + holds.size() + " times");
    }
    if (!holds.isEmpty()) {
      key.map(it -> holds.getFirst().account() + " " + it)
          .filter(it -> !paid.add(it))
          .ifPresent(_ -> problems.add("charged twice under one Idempotency-Key"));
    }
  }

  /** One message may have several calls in it. */
  private static boolean isAssistant(Request request) {
    return request.operation().path().equals("/mcp");
  }

  private static boolean isWrite(Request request) {
    return request.method().equalsIgnoreCase("POST");
  }

  /** A client that says that it has asked before may get the task that it made then. */
  private static boolean isFirst(Request request) {
    return request.header("X-Stainless-Retry-Count").isEmpty();
  }

  /** Where a request's price can be asked for; nowhere if its body is no JSON. */
  static List<String> quotePaths(Request request) {
    boolean isJson =
        request
            .header("Content-Type")
            .filter(type -> type.toLowerCase(Locale.ROOT).startsWith("application/json"))
            .isPresent();
    if (!isJson || !request.framing().isSound() || isAssistant(request)) {
      return List.of();
    }
    List<String> paths = new ArrayList<>();
    request
        .operation()
        .definition()
        .path("tags")
        .forEach(tag -> paths.add("/" + tag.asString() + "/api/v1/quote"));
    return paths;
  }

  /** The price that an answer to a quote tells. */
  static long price(Answer quote) {
    return JsonMapper.shared().readTree(quote.body()).at("/data/credits").asLong(-1);
  }
}
