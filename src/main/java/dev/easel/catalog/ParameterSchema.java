package dev.easel.catalog;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaException;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.dialect.Dialect;
import com.networknt.schema.dialect.Dialects;
import dev.easel.catalog.Parsed.Invalid;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A model's parameters, compiled once: what a value of each may be. */
final class ParameterSchema {
  private static final Schema SHAPE =
      registry(false).getSchema(Yaml.resource("parameters.schema.yaml").root());
  private static final SchemaRegistry REGISTRY = registry(true);
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final Map<String, Parameter> parameters;
  private final ObjectNode defaults;

  private ParameterSchema(Map<String, Parameter> parameters, ObjectNode defaults) {
    this.parameters = parameters;
    this.defaults = defaults;
  }

  /**
   * Compiles a model's parameters.
   *
   * @throws CatalogException when they are no schema, or not one of those that the catalogue knows
   */
  static ParameterSchema compile(Model model) {
    ObjectNode definition = model.parameters();
    checkShape(model, definition);
    Set<String> required =
        definition
            .path("required")
            .valueStream()
            .map(JsonNode::stringValue)
            .collect(Collectors.toSet());
    Map<String, Parameter> parameters = new LinkedHashMap<>();
    ObjectNode defaults = JSON.objectNode();
    Mistakes mistakes = new Mistakes();
    definition
        .path("properties")
        .forEachEntry((name, schema) -> {
          mistakes
              .attempt(() -> compile(model, name, schema))
              .map(compiled ->
                  new Parameter(
                      name, schema, compiled, SizeRule.of(schema), required.contains(name)))
              .ifPresent(parameter -> parameters.put(name, parameter));
          if (schema.has("default")) {
            defaults.set(name, schema.get("default"));
          }
        });
    mistakes.tell();
    ParameterSchema compiled =
        new ParameterSchema(Collections.unmodifiableMap(parameters), defaults);
    compiled.checkOwn(model, required);
    return compiled;
  }

  /** Of several complaints about one place the first says enough. */
  private static void checkShape(Model model, ObjectNode definition) {
    Mistakes mistakes = new Mistakes();
    Set<String> told = new HashSet<>();
    for (Error error : SHAPE.validate(definition)) {
      String where = error.getInstanceLocation().toString().replace('/', '.');
      if (told.add(where)) {
        mistakes.add(fault(model, where, error.getMessage()));
      }
    }
    mistakes.tell();
  }

  private static Schema compile(Model model, String name, JsonNode schema) {
    try {
      return REGISTRY.getSchema(SizeRule.without(schema));
    } catch (SchemaException malformed) {
      throw new CatalogException(
          List.of(fault(model, ".properties." + name, String.valueOf(malformed.getMessage()))));
    }
  }

  private void checkOwn(Model model, Set<String> required) {
    Mistakes mistakes = new Mistakes();
    for (String name : new TreeSet<>(required)) {
      if (!knows(name)) {
        mistakes.add(fault(model, ".required", "no parameter " + name));
      }
    }
    defaults.forEachEntry((name, value) ->
        parameter(name)
            .problem("default", value)
            .ifPresent(
                problem -> mistakes.add(fault(model, ".properties." + name, problem.message()))));
    mistakes.tell();
  }

  private static Mistake fault(Model model, String where, String why) {
    return new Mistake(
        Model.about(model.id()) + ".parameters" + where,
        "model %s: parameters%s: %s".formatted(model.id(), where, why));
  }

  private Parameter parameter(String name) {
    return Objects.requireNonNull(parameters.get(name), name);
  }

  /** Whether the model has a parameter of this name. */
  boolean knows(String name) {
    return parameters.containsKey(name);
  }

  /** Whether a request could have this value, written as text, as far as a list of values tells. */
  boolean allows(String name, String value) {
    return knows(name)
        && (!parameter(name).definition().has("enum")
            || parameter(name)
                .definition()
                .path("enum")
                .valueStream()
                .anyMatch(allowed -> allowed.asString().equals(value)));
  }

  /** Names of the parameters that only the sender can give. */
  Set<String> indispensable() {
    return parameters.values().stream()
        .filter(parameter -> parameter.required() && !defaults.has(parameter.name()))
        .map(Parameter::name)
        .collect(Collectors.toSet());
  }

  /** A parameter's own definition; the model has one of this name. */
  JsonNode definition(String name) {
    return parameter(name).definition();
  }

  /** Whether every request of the model needs it. */
  boolean needs(String name) {
    return parameter(name).required();
  }

  /** What the parameters are when nobody says: a copy. */
  ObjectNode defaults() {
    return defaults.deepCopy();
  }

  /** What is wrong with a value of a parameter; {@code field} is what the complaint calls it. */
  Optional<Invalid> problem(String name, String field, JsonNode value) {
    return parameter(name).problem(field, value);
  }

  /**
   * Compiles a definition that stands outside of a model.
   *
   * @throws IllegalArgumentException when it is not one of those that a model could have
   */
  static Schema compile(JsonNode definition) {
    ObjectNode parameters = JSON.objectNode();
    parameters.put("type", "object").put("additionalProperties", false);
    parameters.putObject("properties").set("x", definition);
    List<Error> errors = SHAPE.validate(parameters);
    if (!errors.isEmpty()) {
      throw new IllegalArgumentException(errors.getFirst().getMessage());
    }
    try {
      return REGISTRY.getSchema(SizeRule.without(definition));
    } catch (SchemaException malformed) {
      throw new IllegalArgumentException(String.valueOf(malformed.getMessage()), malformed);
    }
  }

  /**
   * One parameter.
   *
   * @param name what Easel calls it
   * @param definition its JSON Schema
   * @param schema the same, compiled
   * @param sizes what it asks of a size in pixels
   * @param required whether a request needs it
   */
  private record Parameter(
      String name, JsonNode definition, Schema schema, Optional<SizeRule> sizes, boolean required) {
    private Optional<Invalid> problem(String field, JsonNode value) {
      List<Error> errors = schema.validate(value);
      return errors.isEmpty()
          ? sizes.flatMap(rule -> rule.problem(value)).map(why -> Complaint.unfit(field, why))
          : Optional.of(Complaint.of(field, definition, errors.getFirst()));
    }
  }

  private static SchemaRegistry registry(boolean failFast) {
    Dialect dialect =
        Dialect.builder(Dialects.getDraft202012()).format(new HttpUrlFormat()).build();
    return SchemaRegistry.withDialect(
        dialect,
        builder ->
            builder.schemaRegistryConfig(
                SchemaRegistryConfig.builder()
                    .failFast(failFast)
                    .formatAssertionsEnabled(true)
                    .build()));
  }
}
