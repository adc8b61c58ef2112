package dev.easel.sim;

import dev.easel.catalog.Route;
import dev.easel.task.Lifecycle;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The models that are sold in a run: each is another way to choose among two channels. */
final class Policies {
  static final List<String> MODELS = List.of("only-a", "only-b", "a-then-b", "b-then-a", "either");

  private static final Duration DEADLINE = Duration.ofSeconds(40);
  private static final Duration QUEUE_LIMIT = Duration.ofHours(24);

  private final Map<String, List<Route>> routes =
      Map.of(
          "only-a", List.of(route("a", 1)),
          "only-b", List.of(route("b", 1)),
          "a-then-b", List.of(route("a", 1), route("b", 2)),
          "b-then-a", List.of(route("b", 1), route("a", 2)),
          "either", List.of(route("a", 1), route("b", 1)));

  private static Route route(String channel, int priority) {
    return new Route(channel, "model-of-" + channel, priority, 1, Route.ANY_OUTPUTS);
  }

  /** How a model's tasks are done while {@code cooling} channels are left alone. */
  Lifecycle.Policy of(String model, Map<String, Instant> cooling) {
    List<Route> by = Objects.requireNonNull(routes.get(model));
    return new Lifecycle.Policy(by, 2, DEADLINE, QUEUE_LIMIT, cooling);
  }
}
