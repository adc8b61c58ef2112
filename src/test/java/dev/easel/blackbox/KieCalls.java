package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.TestNode;
import dev.easel.TestNode.Reply;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What a client of the kie API asks of a node. */
record KieCalls(Supplier<TestNode> node) {
  static final String CREATE = "/api/v1/jobs/createTask";
  static final String DRAWN = "gpt-image/1.5-text-to-image";

  /** A body that asks {@code model} for what {@code input} says, in JSON with single quotes. */
  static ObjectNode body(String model, String input) {
    ObjectNode body = JsonNodeFactory.instance.objectNode().put("model", model);
    body.set("input", JsonMapper.shared().readTree(input.replace('\'', '"')));
    return body;
  }

  /** A body that asks for a picture of {@code prompt}. */
  static ObjectNode drawing(String prompt) {
    ObjectNode body = JsonNodeFactory.instance.objectNode().put("model", DRAWN);
    body.putObject("input")
        .put("prompt", prompt)
        .put("aspect_ratio", "1:1")
        .put("quality", "medium");
    return body;
  }

  Reply create(String key, JsonNode body, String... headers) {
    return node.get().post(CREATE, key, body.toString(), headers);
  }

  /** Creates a task, which must be accepted; returns its id. */
  String created(String key, JsonNode body) {
    Reply reply = create(key, body);
    assertThat(reply.json().path("code").asInt()).as("%s", reply.json()).isEqualTo(200);
    return reply.json().at("/data/taskId").asString();
  }

  Reply record(String key, String task) {
    return node.get().get("/api/v1/jobs/recordInfo?taskId=" + task, key);
  }

  /** The record of a task when it is over. */
  JsonNode finished(String key, String task) {
    for (int i = 0; i < 3; i++) {
      Reply reply = node.get().get("/api/v1/jobs/recordInfo?wait=60&taskId=" + task, key);
      JsonNode data = reply.json().path("data");
      if (List.of("success", "fail").contains(data.path("state").asString())) {
        return data;
      }
    }
    throw new AssertionError("task " + task + " did not end");
  }

  /** The addresses of a finished task's results. */
  static List<String> results(JsonNode record) {
    JsonNode json = JsonMapper.shared().readTree(record.path("resultJson").stringValue());
    List<String> urls = new ArrayList<>();
    json.path("resultUrls").forEach(url -> urls.add(url.stringValue()));
    return urls;
  }

  /** Uploads {@code content} as the field {@code file} of a form, with the other fields. */
  Reply uploadForm(String key, byte[] content, String... fields) {
    List<byte[]> parts = new ArrayList<>();
    for (int i = 0; i < fields.length; i += 2) {
      parts.add(
          bytes(
              "--b\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n"
                  .formatted(fields[i], fields[i + 1])));
    }
    parts.add(
        bytes(
            String.join(
                "\r\n",
                "--b",
                "Content-Disposition: form-data; name=\"file\"; filename=\"mine.png\"",
                "Content-Type: text/plain",
                "",
                "")));
    parts.add(content);
    parts.add(bytes("\r\n--b--\r\n"));
    HttpRequest request =
        node.get()
            .request("/api/file-stream-upload", key)
            .header("Content-Type", "multipart/form-data; boundary=b")
            .POST(BodyPublishers.ofByteArrays(parts))
            .build();
    return node.get().send(request);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  Reply uploadBase64(String key, JsonNode body) {
    return node.get().post("/api/file-base64-upload", key, body.toString());
  }

  Reply uploadUrl(String key, JsonNode body) {
    return node.get().post("/api/file-url-upload", key, body.toString());
  }
}
