package dev.easel.catalog;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaException;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.dialect.Dialect;
import com.networknt.schema.dialect.Dialects;
import dev.easel.catalog.Parsed.Invalid;
import dev.easel.catalog.Parsed.Valid;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A model's parameters, compiled once: turns the fields of a request into {@link Parameters}.
 *
 * <p>Each parameter is a schema of its own, asked in the order of the listing's fields and stopped
 * at the first error, so that the first problem told is the first one in that order, and a request
 * of a million mistakes costs no more than one.
 */
final class ParameterSchema {
  private static final Schema SHAPE =
      registry(false).getSchema(Yaml.resource("parameters.schema.yaml"));
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
    List<Error> errors = SHAPE.validate(definition);
    if (!errors.isEmpty()) {
      Error first = errors.getFirst();
      throw fault(
          model, first.getInstanceLocation().toString().replace('/', '.'), first.getMessage());
    }
    Set<String> required =
        definition
            .path("required")
            .valueStream()
            .map(JsonNode::stringValue)
            .collect(Collectors.toSet());
    Map<String, Parameter> parameters = new LinkedHashMap<>();
    ObjectNode defaults = JSON.objectNode();
    definition
        .path("properties")
        .forEachEntry((name, schema) -> {
          parameters.put(
              name,
              new Parameter(name, schema, compile(model, name, schema), required.contains(name)));
          if (schema.has("default")) {
            defaults.set(name, schema.get("default"));
          }
        });
    ParameterSchema compiled =
        new ParameterSchema(Collections.unmodifiableMap(parameters), defaults);
    compiled.checkOwn(model, required);
    return compiled;
  }

  private static Schema compile(Model model, String name, JsonNode schema) {
    try {
      return REGISTRY.getSchema(schema);
    } catch (SchemaException malformed) {
      throw fault(model, ".properties." + name, String.valueOf(malformed.getMessage()));
    }
  }

  private void checkOwn(Model model, Set<String> required) {
    for (String name : required) {
      if (!knows(name)) {
        throw fault(model, ".required", "no parameter " + name);
      }
    }
    defaults.forEachEntry((name, value) ->
        parameter(name)
            .problem("default", value)
            .ifPresent(problem -> {
              throw fault(model, ".properties." + name, problem.message());
            }));
  }

  private static CatalogException fault(Model model, String where, String why) {
    return new CatalogException("model %s: parameters%s: %s".formatted(model.id(), where, why));
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

  /** Reads the fields of a request; see {@link Catalog#parse}. */
  Parsed parse(Listing listing, ObjectNode body) {
    // The body is kept as it was sent, so this is about ignored fields too.
    Optional<Invalid> unstorable = Texts.unstorable("", body);
    if (unstorable.isPresent()) {
      return unstorable.get();
    }
    ObjectNode values = defaults.deepCopy();
    for (Listing.Field field : listing.fields()) {
      Parameter parameter = parameter(field.parameter());
      JsonNode value = body.path(field.name());
      if (isAbsent(value)) {
        if (parameter.required() && !values.has(field.parameter())) {
          return Complaint.missing(field.name(), parameter.definition());
        }
        continue;
      }
      Optional<Invalid> problem = parameter.problem(field.name(), value);
      if (problem.isPresent()) {
        return problem.get();
      }
      values.set(field.parameter(), canonical(value));
    }
    return new Valid(new Parameters(values));
  }

  // Clients send an empty form field as null, "" or [] as it happens; all of them mean "not given".
  private static boolean isAbsent(JsonNode value) {
    return switch (value.getNodeType()) {
      case MISSING, NULL -> true;
      case STRING -> Texts.isBlank(value.stringValue());
      case ARRAY -> value.isEmpty();
      default -> false;
    };
  }

  // JSON Schema takes 2.0 for a whole number; from here on it is 2. It is valid, so it fits a long.
  private static JsonNode canonical(JsonNode value) {
    if (!value.isNumber()) {
      return value;
    }
    long number = value.longValue();
    return number == (int) number ? JSON.numberNode((int) number) : JSON.numberNode(number);
  }

  /**
   * One parameter.
   *
   * @param name what Easel calls it
   * @param definition its JSON Schema
   * @param schema the same, compiled
   * @param required whether a request needs it
   */
  private record Parameter(String name, JsonNode definition, Schema schema, boolean required) {
    private Optional<Invalid> problem(String field, JsonNode value) {
      List<Error> errors = schema.validate(value);
      return errors.isEmpty()
          ? Optional.empty()
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
