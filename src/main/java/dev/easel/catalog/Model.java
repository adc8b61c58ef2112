package dev.easel.catalog;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/**
 * What can be generated with, in Easel's own terms.
 *
 * @param id {@code gpt-image-2} for example
 * @param label what people read
 * @param kind what it makes
 * @param abilities how it can be asked, at least one
 * @param parameters JSON Schema (2020-12) of an object: the request in Easel's terms. What may
 *     stand in it, {@code catalog/parameters.schema.yaml} says; key order is the order of forms
 * @param limits how long and how often to try
 * @param state whether it can be asked for
 * @param routes who does the work, by priority; with none the model's tasks find nobody and fail
 */
public record Model(
    String id,
    Label label,
    MediaKind kind,
    Set<Ability> abilities,
    ObjectNode parameters,
    Limits limits,
    Availability state,
    List<Route> routes) {
  private static final Comparator<Route> IN_ORDER =
      Comparator.comparingInt(Route::priority)
          .thenComparing(Route::channel)
          .thenComparing(Route::upstreamModel);

  public Model {
    Ids.check(id);
    if (abilities.isEmpty()) {
      throw new IllegalArgumentException("a model has at least one ability");
    }
    abilities = Collections.unmodifiableSet(EnumSet.copyOf(abilities));
    parameters = parameters.deepCopy();
    routes = routes.stream().sorted(IN_ORDER).toList();
    long ways =
        routes.stream()
            .map(route -> List.of(route.channel(), route.upstreamModel()))
            .distinct()
            .count();
    if (ways < routes.size()) {
      throw new IllegalArgumentException("a route is there twice");
    }
  }

  /** A copy: changing it changes nothing here. */
  @Override
  public ObjectNode parameters() {
    return parameters.deepCopy();
  }

  /**
   * What people read in lists of models.
   *
   * @param name the display name
   * @param description one line
   */
  public record Label(String name, String description) {
    public Label {
      if (name.isBlank() || description.isBlank() || description.contains("\n")) {
        throw new IllegalArgumentException("a model has a name and a description of one line");
      }
    }
  }

  /**
   * How long and how often to try.
   *
   * @param typical how long a generation usually takes
   * @param deadline how long after a provider accepted it a generation is given up
   * @param attempts the most submissions that one piece of a task may cost
   */
  public record Limits(Duration typical, Duration deadline, int attempts) {
    /** Attempts where the catalogue does not say. */
    static final int USUAL_ATTEMPTS = 2;

    private static final Duration LATEST_DEADLINE = Duration.ofDays(30);

    public Limits {
      if (!typical.isPositive() || deadline.compareTo(typical) < 0) {
        throw new IllegalArgumentException(
            "the typical duration is positive and the deadline not before it");
      }
      if (deadline.compareTo(LATEST_DEADLINE) > 0) {
        throw new IllegalArgumentException("the deadline is at most 30 days");
      }
      if (attempts < 1) {
        throw new IllegalArgumentException("attempts must be at least 1");
      }
    }
  }

  /** The path of a model in a document. */
  static String about(String id) {
    return "models." + id;
  }

  /** How many outputs one submission makes at most, whichever route it takes. */
  public int pieceSize() {
    return routes.stream().mapToInt(Route::outputs).min().orElse(Route.ANY_OUTPUTS);
  }

  /** The same in another state. */
  public Model in(Availability other) {
    return new Model(id, label, kind, abilities, parameters, limits, other, routes);
  }

  /** The same with other routes. */
  Model by(List<Route> others) {
    return new Model(id, label, kind, abilities, parameters, limits, state, others);
  }

  /** The same with the routes that it had besides its own. */
  Model keepingRoutesOf(Catalog before) {
    List<Route> all = new ArrayList<>(routes);
    before
        .model(id)
        .ifPresent(old ->
            old.routes().stream()
                .filter(route -> routes.stream().noneMatch(route::isSameWayAs))
                .forEach(all::add));
    return by(all);
  }

  /** The same with those of {@code others} that it has no parameter of the same name as. */
  Model knowing(ObjectNode others) {
    ObjectNode all = parameters();
    ObjectNode properties = (ObjectNode) all.path("properties");
    others
        .path("properties")
        .forEachEntry((name, definition) -> {
          if (!properties.has(name)) {
            properties.set(name, definition);
          }
        });
    return new Model(id, label, kind, abilities, all, limits, state, routes);
  }
}
