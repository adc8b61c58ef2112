package dev.easel.api.document;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.dialect.Dialects;
import dev.easel.api.document.Operations.Operation;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Holds answers against the document: their status, their content type, and what JSON they are. */
public final class Answers {
  private static final JsonNode DOCUMENT = OpenApi.document();
  private static final Operations OPERATIONS = new Operations(DOCUMENT);
  private static final Map<JsonNode, Schema> SCHEMAS = new ConcurrentHashMap<>();

  private static final SchemaRegistry REGISTRY =
      SchemaRegistry.withDialect(
          Dialects.getDraft202012(),
          builder ->
              builder.schemaRegistryConfig(
                  SchemaRegistryConfig.builder().formatAssertionsEnabled(true).build()));

  /** Where nothing is served, nothing needs a documentation. */
  private static final Set<Integer> NOTHING_HERE = Set.of(404, 405);

  private Answers() {}

  /**
   * What came back for a request.
   *
   * @param type what its {@code Content-Type} says; empty where there is none
   */
  public record Given(int status, String type, String body) {}

  /** Fails when {@code answer} is none that the document has for its request. */
  public static void check(HttpResponse<String> answer) {
    String method = answer.request().method();
    String path = answer.request().uri().getPath();
    String type = answer.headers().firstValue("Content-Type").orElse("");
    problem(method, path, new Given(answer.statusCode(), type, answer.body()))
        .ifPresent(problem -> {
          throw new AssertionError(
              "not in openapi.yaml: %s %s answered %d %s: %s"
                  .formatted(method, path, answer.statusCode(), answer.body(), problem));
        });
  }

  /** Why {@code answer} is none that the document has for such a request. */
  public static Optional<String> problem(String method, String path, Given answer) {
    Optional<Operation> operation = OPERATIONS.of(method, path);
    if (operation.isEmpty()) {
      return NOTHING_HERE.contains(answer.status())
          ? Optional.empty()
          : Optional.of("no such operation");
    }
    String status = String.valueOf(answer.status());
    JsonNode all = operation.get().definition().path("responses");
    JsonNode documented = all.has(status) ? all.path(status) : all.path(status.charAt(0) + "XX");
    return documented.isMissingNode()
        ? Optional.of("no such status")
        : problem(method, followed(documented).path("content"), answer);
  }

  private static JsonNode followed(JsonNode node) {
    return node.has("$ref") ? DOCUMENT.at(node.path("$ref").asString().substring(1)) : node;
  }

  private static Optional<String> problem(String method, JsonNode contents, Given answer) {
    if (answer.body().isEmpty()) {
      return contents.isEmpty() || method.equals("HEAD")
          ? Optional.empty()
          : Optional.of("an empty body");
    }
    String type = answer.type().replaceFirst("\\s*;.*", "");
    if (!contents.has(type)) {
      return Optional.of("no such content type: " + type);
    }
    JsonNode schema = contents.path(type).path("schema");
    return type.equals("application/json")
        ? problem(schema, JsonMapper.shared().readTree(answer.body()))
        : Optional.empty();
  }

  /** Why {@code answer} is none that a request of no dialect gets. */
  public static Optional<String> problem(Given answer) {
    ObjectNode schema = JsonNodeFactory.instance.objectNode();
    return problem(
        schema.put("$ref", "#/components/schemas/NoRequest"),
        JsonMapper.shared().readTree(answer.body()));
  }

  /** Why {@code value} is not what {@code schema}, of the document, asks for. */
  public static Optional<String> problem(JsonNode schema, JsonNode value) {
    List<Error> errors = SCHEMAS.computeIfAbsent(schema, Answers::compiled).validate(value);
    return errors.isEmpty() ? Optional.empty() : Optional.of(errors.toString());
  }

  /** With what its references lead to. */
  private static Schema compiled(JsonNode schema) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.putArray("allOf").add(schema);
    root.set("components", DOCUMENT.path("components"));
    return REGISTRY.getSchema(root);
  }
}
