package dev.easel.catalog;

import dev.easel.catalog.Parsed.Invalid;
import dev.easel.catalog.Parsed.Link;
import dev.easel.catalog.Parsed.Valid;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a listing may be asked, compiled once: turns the fields of a request into {@link
 * Parameters}.
 *
 * <p>Fields are asked in the listing's order, then the rules, and the first problem is told, so
 * that a request of a million mistakes costs no more than one.
 */
final class Form {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final List<Entry> entries;
  private final List<Guard> guards;
  private final ObjectNode presets;
  private final Optional<Shapes> shapes;

  private Form(
      List<Entry> entries, List<Guard> guards, ObjectNode presets, Optional<Shapes> shapes) {
    this.entries = entries;
    this.guards = guards;
    this.presets = presets;
    this.shapes = shapes;
  }

  /**
   * Compiles what {@code request} allows of {@code model}.
   *
   * @throws CatalogException when it does not fit the model; its place is told from the listing on
   */
  static Form compile(Listing.Request request, ParameterSchema model) {
    Mistakes mistakes = new Mistakes();
    Optional<List<Entry>> entries = mistakes.attempt(() -> Entry.all(request, model));
    Set<String> missing = new TreeSet<>(model.indispensable());
    request.fields().forEach(field -> field.parameter().ifPresent(missing::remove));
    if (!missing.isEmpty()) {
      mistakes.add(new Mistake(".fields", "no field for " + String.join(", ", missing)));
    }
    List<Guard> guards =
        entries.map(all -> guards(request.rules(), all, mistakes)).orElse(List.of());
    mistakes.tell();
    return new Form(
        entries.orElseThrow(), guards, presets(entries.orElseThrow(), model), Shapes.of(model));
  }

  private static List<Guard> guards(List<Rule> rules, List<Entry> entries, Mistakes mistakes) {
    List<Guard> guards = new ArrayList<>();
    for (int i = 0; i < rules.size(); i++) {
      try {
        guards.add(Guard.compile(rules.get(i), entries));
      } catch (IllegalArgumentException unfit) {
        String at = "rules[" + i + "]";
        mistakes.add(new Mistake("." + at, at + ": " + unfit.getMessage()));
      }
    }
    return guards;
  }

  private static ObjectNode presets(List<Entry> entries, ParameterSchema model) {
    ObjectNode presets = model.defaults();
    for (Entry entry : entries) {
      String parameter = entry.parameter();
      if (parameter != null) {
        entry.preset().ifPresent(value -> presets.set(parameter, value));
      }
    }
    return presets;
  }

  /** Reads the fields of a request; see {@link Catalog#parse}. */
  Parsed parse(ObjectNode body) {
    // The body is kept as it was sent, so this is about ignored fields too.
    Optional<Invalid> unstorable = Texts.unstorable("", body);
    if (unstorable.isPresent()) {
      return unstorable.get();
    }
    ObjectNode values = presets.deepCopy();
    List<Link> links = new ArrayList<>();
    for (Entry entry : entries) {
      Optional<Invalid> problem = entry.read(body, values, links);
      if (problem.isPresent()) {
        return problem.get();
      }
    }
    for (Guard guard : guards) {
      Optional<Invalid> problem = guard.problem(body, values);
      if (problem.isPresent()) {
        return problem.get();
      }
    }
    shapes.ifPresent(all -> all.follow(values));
    return new Valid(new Parameters(values), links);
  }

  /** See {@link Catalog#schema}. */
  ObjectNode schema() {
    ObjectNode schema = JSON.objectNode().put("type", "object");
    ObjectNode properties = schema.putObject("properties");
    ArrayNode required = schema.putArray("required");
    for (Entry entry : entries) {
      properties.set(entry.name(), entry.schema(presets));
      if (entry.isRequired(presets)) {
        required.add(entry.name());
      }
    }
    return schema.put("additionalProperties", false);
  }

  /** The lengths that a film may be asked for, in seconds; empty where nothing tells. */
  List<Integer> durations() {
    return entries.stream()
        .filter(entry -> entry.field().means("duration"))
        .flatMap(entry -> entry.wholeNumbers().stream())
        .collect(Collectors.toCollection(TreeSet::new))
        .stream()
        .toList();
  }
}
