package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.easel.account.Key;
import dev.easel.catalog.Availability;
import dev.easel.catalog.Catalog;
import dev.easel.catalog.CatalogTables;
import dev.easel.catalog.CatalogVersions;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.spec.McpError;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.ImageContent;
import io.modelcontextprotocol.spec.McpSchema.ResourceLink;
import io.modelcontextprotocol.spec.McpSchema.TextContent;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The official client of the Model Context Protocol, told an address and a key. */
class McpClientTest {
  @RegisterExtension static final Gateway gateway = Gateway.with(Map.of());

  private static McpSyncClient client(String key) {
    McpSyncClient client =
        McpClient.sync(
                HttpClientStreamableHttpTransport.builder(gateway.node().url())
                    .requestBuilder(
                        HttpRequest.newBuilder().header("Authorization", "Bearer " + key))
                    .build())
            .requestTimeout(Duration.ofMinutes(1))
            .build();
    client.initialize();
    return client;
  }

  private static CallToolResult call(McpSyncClient client, String tool, Map<String, Object> with) {
    return client.callTool(CallToolRequest.builder(tool).arguments(with).build());
  }

  private static JsonNode fields(CallToolResult result) {
    return JsonMapper.shared().valueToTree(result.structuredContent());
  }

  private static String text(CallToolResult result) {
    return ((TextContent) result.content().getFirst()).text();
  }

  private static Map<String, JsonNode> tools(McpSyncClient client) {
    return client.listTools().tools().stream()
        .collect(
            Collectors.toMap(
                Tool::name, tool -> JsonMapper.shared().valueToTree(tool.inputSchema())));
  }

  @Test
  void agreesAndListsAToolForEveryModelThatIsSold() {
    try (McpSyncClient client = client(gateway.node().account(10))) {
      assertThat(client.getServerInfo().name()).isEqualTo("easel");
      assertThat(client.getServerInstructions()).contains("get_task");
      client.ping();
      Map<String, JsonNode> tools = tools(client);
      assertThat(tools.keySet())
          .containsExactlyInAnyOrder(
              "generate_dall-e-3",
              "generate_gpt-image-1_5",
              "generate_gpt-image-2",
              "generate_nano-banana",
              "generate_nano-banana-2",
              "generate_nano-banana-pro",
              "generate_seedance-2",
              "generate_sora-2",
              "list_models",
              "get_task",
              "cancel_task",
              "get_credits");
      JsonNode banana = Objects.requireNonNull(tools.get("generate_nano-banana-2"));
      assertThat(banana.at("/required/0").asString()).isEqualTo("prompt");
      assertThat(banana.at("/properties/resolution/enum").valueStream().map(JsonNode::asString))
          .containsExactly("1K", "2K", "4K");
      assertThat(banana.at("/properties/resolution/default").asString()).isEqualTo("1K");
      assertThat(banana.at("/properties/images/maxItems").asInt()).isEqualTo(14);
      assertThat(banana.at("/properties/wait_seconds/maximum").asInt()).isEqualTo(50);
      assertThat(banana.path("additionalProperties").asBoolean(true)).isFalse();
    }
  }

  @Test
  void generatesAndShowsWhatWasMade() throws IOException {
    String key = gateway.node().account(100);
    try (McpSyncClient client = client(key)) {
      CallToolResult made =
          call(
              client,
              "generate_nano-banana-2",
              Map.of("prompt", "a kite", "aspect_ratio", "1:1", "output_format", "jpeg", "n", 2));
      assertThat(made.isError()).as("%s", made).isFalse();
      JsonNode task = fields(made);
      assertThat(task.path("state").asString()).isEqualTo("succeeded");
      assertThat(task.path("model").asString()).isEqualTo("nano-banana-2");
      assertThat(task.path("credits").asInt()).isEqualTo(24);
      assertThat(JsonMapper.shared().readTree(text(made))).isEqualTo(task);
      List<ResourceLink> links =
          made.content().stream()
              .filter(ResourceLink.class::isInstance)
              .map(ResourceLink.class::cast)
              .toList();
      assertThat(links).hasSize(2);
      assertThat(links.getFirst().uri()).isEqualTo(task.at("/results/0/url").asString());
      ImageContent shown =
          made.content().stream()
              .filter(ImageContent.class::isInstance)
              .map(ImageContent.class::cast)
              .findFirst()
              .orElseThrow();
      assertThat(shown.mimeType()).isEqualTo("image/jpeg");
      byte[] picture = Base64.getDecoder().decode(shown.data());
      assertThat(ImageIO.read(new ByteArrayInputStream(picture)).getWidth())
          .isEqualTo(task.at("/results/0/width").asInt());
      try (var file = URI.create(links.getFirst().uri()).toURL().openStream()) {
        assertThat(file.readAllBytes()).isEqualTo(picture);
      }
      assertThat(gateway.available(key)).isEqualTo(76);
      assertThat(fields(call(client, "get_credits", Map.of())).path("available").asInt())
          .isEqualTo(76);
    }
  }

  @Test
  void waitsForWhatTakesLonger() {
    String key = gateway.node().account(100);
    try (McpSyncClient client = client(key)) {
      CallToolResult accepted =
          call(
              client,
              "generate_seedance-2",
              Map.of("prompt", "slow:2 a kite", "duration", 4, "wait_seconds", 0));
      assertThat(accepted.isError()).isFalse();
      assertThat(fields(accepted).path("state").asString()).isIn("queued", "running");
      assertThat(((TextContent) accepted.content().getLast()).text()).contains("get_task");
      String id = fields(accepted).path("task_id").asString();
      CallToolResult done = call(client, "get_task", Map.of("task_id", id, "wait_seconds", 50));
      assertThat(fields(done).path("state").asString()).isEqualTo("succeeded");
      assertThat(fields(done).at("/results/0/media_type").asString()).isEqualTo("video/mp4");
      assertThat(done.content()).noneMatch(ImageContent.class::isInstance);
    }
  }

  @Test
  void readsTasksOfEveryDialectAndNobodyElses() {
    String key = gateway.node().account(100);
    String task = gateway.created(key, Gateway.image(Gateway.endless()));
    try (McpSyncClient client = client(key);
        McpSyncClient other = client(gateway.node().account(100))) {
      JsonNode seen = fields(call(client, "get_task", Map.of("task_id", task)));
      assertThat(seen.path("model").asString()).isEqualTo("gpt-image-2");
      CallToolResult hidden = call(other, "get_task", Map.of("task_id", task));
      assertThat(hidden.isError()).isTrue();
      assertThat(text(hidden)).isEqualTo("Task not found.");
      assertThat(call(other, "cancel_task", Map.of("task_id", task)).isError()).isTrue();
      JsonNode canceled = fields(call(client, "cancel_task", Map.of("task_id", task)));
      assertThat(canceled.path("state").asString()).isIn("canceled", "running");
      gateway.node().await(key, task);
      assertThat(gateway.available(key)).isEqualTo(100);
    }
  }

  @Test
  void tellsWhyAGenerationFailed() {
    String key = gateway.node().account(100);
    try (McpSyncClient client = client(key)) {
      CallToolResult failed =
          call(client, "generate_gpt-image-2", Map.of("prompt", "policy: a kite"));
      assertThat(failed.isError()).isTrue();
      assertThat(fields(failed).path("state").asString()).isEqualTo("failed");
      assertThat(fields(failed).path("error").asString()).isNotBlank();
      assertThat(gateway.available(key)).isEqualTo(100);
    }
  }

  @Test
  void refusesInTheWordsOfEveryDialectAndChargesNothing() {
    String key = gateway.node().account(100);
    try (McpSyncClient client = client(key)) {
      assertRefused(client, Map.of(), "prompt: required");
      assertRefused(client, Map.of("prompt", 7), "prompt: must be");
      assertRefused(client, Map.of("prompt", "a", "resolution", "8K"), "1K, 2K, 4K");
      assertRefused(client, Map.of("prompt", "a", "n", 11), "n: ");
      assertRefused(
          client, Map.of("prompt", "a", "images", List.of("http://10.0.0.1/a.png")), "images[0]");
      assertRefused(client, Map.of("prompt", "a", "mask", "https://example.com/a.png"), "images");
      assertRefused(client, Map.of("prompt", "a", "style", "noir"), "style: there is no such");
      assertRefused(client, Map.of("prompt", "a", "wait_seconds", 51), "from 0 to 50");
      assertRefused(client, Map.of("prompt", "a", "wait_seconds", "soon"), "from 0 to 50");
      assertRefused(
          client,
          Map.of("prompt", "a", "n", 10, "resolution", "4K"),
          "this request costs 200, the balance is 100");
      assertThatThrownBy(() -> call(client, "generate_gpt-image-99", Map.of("prompt", "a")))
          .isInstanceOf(McpError.class)
          .hasMessageContaining("no such tool");
    }
    gateway.assertUntouched(key, 100);
  }

  private static void assertRefused(McpSyncClient client, Map<String, Object> with, String words) {
    CallToolResult refused = call(client, "generate_gpt-image-2", with);
    assertThat(refused.isError()).as("%s", with).isTrue();
    assertThat(text(refused)).contains(words);
  }

  @Test
  void offersAKeyOnlyWhatItMayUse() {
    Key.Rules rules =
        new Key.Rules(
            OptionalLong.empty(),
            OptionalLong.empty(),
            Optional.empty(),
            List.of("nano-banana"),
            List.of());
    String key = gateway.node().account(100, rules, 0);
    try (McpSyncClient client = client(key)) {
      assertThat(tools(client).keySet().stream().filter(name -> name.startsWith("generate_")))
          .containsExactly("generate_nano-banana");
      assertThat(fields(call(client, "list_models", Map.of())).path("models"))
          .singleElement()
          .satisfies(model ->
              assertThat(model.path("price").asString()).isEqualTo("6 credits per output"));
      assertRefused(client, Map.of("prompt", "a"), "this API key may not use gpt-image-2");
    }
    gateway.assertUntouched(key, 100);
  }

  @Test
  void followsTheCatalogue() {
    String key = gateway.node().account(100);
    try (McpSyncClient client = client(key)) {
      change(Availability.MAINTENANCE);
      gateway.until(() -> !tools(client).containsKey("generate_sora-2"));
      CallToolResult refused = call(client, "generate_sora-2", Map.of("prompt", "a"));
      assertThat(refused.isError()).isTrue();
      assertThat(text(refused)).contains("is under maintenance");
      change(Availability.ON);
      gateway.until(() -> tools(client).containsKey("generate_sora-2"));
    }
    gateway.assertUntouched(key, 100);
  }

  private static void change(Availability to) {
    gateway
        .node()
        .database()
        .transaction(tx ->
            CatalogTables.change(
                tx,
                (Catalog catalog) ->
                    catalog.withModel(catalog.model("sora-2").orElseThrow().in(to)),
                _ -> {},
                difference -> new CatalogVersions.Reason("test", difference.summary()),
                Instant.now()));
  }
}
