package dev.easel.api.dialect.openai;

import dev.easel.api.Reply;
import dev.easel.asset.AssetStore;
import dev.easel.asset.OwnFiles;
import dev.easel.asset.Previews;
import dev.easel.asset.StoreAway;
import dev.easel.catalog.Parameters;
import dev.easel.task.Asset;
import dev.easel.task.Task;
import dev.easel.task.TaskRequest;
import dev.easel.task.TaskState;
import java.io.ByteArrayInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The shapes of a task's pictures. Files go out in base64 as they are read: ten pictures of 4K are
 * never in memory.
 */
final class Pictured {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final AssetStore store;
  private final OwnFiles files;
  private final Previews previews;

  Pictured(AssetStore store, OwnFiles files, Previews previews) {
    this.store = store;
    this.files = files;
    this.previews = previews;
  }

  /** Whether all files of {@code results} are still there. */
  boolean areThere(List<Asset> results) {
    return results.stream().allMatch(result -> files.isThere(result.name()));
  }

  /** The answer with addresses. */
  ObjectNode inUrls(Task task, TaskState.Succeeded state) {
    ObjectNode json = JSON.objectNode().put("created", state.finishedAt().getEpochSecond());
    ArrayNode data = json.putArray("data");
    for (Asset result : state.results()) {
      data.add(
          revised(task.request()).put("url", files.link(task.request().account(), result.name())));
    }
    return json;
  }

  /** The answer with the pictures in it. */
  Reply.Writer inBase64(Task task, TaskState.Succeeded state, boolean isGptImage) {
    ObjectNode head = JSON.objectNode().put("created", state.finishedAt().getEpochSecond());
    ObjectNode each = isGptImage ? JSON.objectNode() : revised(task.request());
    if (isGptImage) {
      head.setAll(made(task.request(), state.results().getFirst()));
      head.set("usage", Usage.of(task.request(), state.results()));
    }
    return out -> {
      text(out, unclosed(head) + "\"data\":[");
      String between = "";
      for (Asset result : state.results()) {
        text(out, between);
        try (AssetStore.Opened file = open(result)) {
          write(out, each, file);
        }
        between = ",";
      }
      text(out, "]}");
    };
  }

  /** Whatever was asked for is what was drawn: nobody here revises prompts. */
  private static ObjectNode revised(TaskRequest request) {
    return JSON.objectNode().put("revised_prompt", request.parameters().prompt());
  }

  /** The event with a picture, which is in {@code file}. */
  Reply.Writer completed(
      Purpose purpose,
      TaskRequest request,
      TaskState.Succeeded state,
      Asset result,
      AssetStore.Opened file) {
    ObjectNode head = event(purpose.word() + ".completed", request, state, result);
    head.set("usage", Usage.of(request, List.of(result)));
    return out -> write(out, head, file);
  }

  /**
   * The event with a coarser one before it; empty where it cannot be made.
   *
   * @throws StoreAway when the file cannot be read
   */
  Optional<Reply.Writer> preview(
      Purpose purpose, TaskRequest request, TaskState.Succeeded state, Asset result, int index) {
    ObjectNode head = event(purpose.word() + ".partial_image", request, state, result);
    head.put("partial_image_index", index);
    return coarser(result, 8 >> index)
        .map(content ->
            out -> write(out, head, to -> new ByteArrayInputStream(content).transferTo(to)));
  }

  private Optional<byte[]> coarser(Asset result, int divisor) {
    try {
      return previews.coarser(result.name(), divisor);
    } catch (IOException broken) {
      throw away(result, broken);
    }
  }

  /**
   * The file of {@code result}.
   *
   * @throws StoreAway when it cannot be read
   */
  AssetStore.Opened open(Asset result) {
    try {
      return store
          .open(result.name())
          .orElseThrow(() -> new NoSuchFileException(result.name(), null, "deleted meanwhile"));
    } catch (IOException broken) {
      throw away(result, broken);
    }
  }

  private static StoreAway away(Asset result, IOException broken) {
    return new StoreAway("cannot read " + result.name(), broken);
  }

  private static ObjectNode event(
      String type, TaskRequest request, TaskState.Succeeded state, Asset result) {
    ObjectNode head =
        JSON.objectNode().put("type", type).put("created_at", state.finishedAt().getEpochSecond());
    return head.setAll(made(request, result));
  }

  /** What was made, as far as it was a choice: of what was left open, the usual. */
  private static ObjectNode made(TaskRequest request, Asset result) {
    Parameters parameters = request.parameters();
    return JSON.objectNode()
        .put("background", chosen(parameters, "background", "opaque"))
        .put("output_format", parameters.outputFormat().orElse("png"))
        .put("quality", chosen(parameters, "quality", "medium"))
        .put("size", result.width().orElse(0) + "x" + result.height().orElse(0));
  }

  private static String chosen(Parameters parameters, String name, String usual) {
    return parameters.text(name).filter(value -> !value.equals("auto")).orElse(usual);
  }

  private static void write(OutputStream out, ObjectNode fields, AssetStore.Opened file)
      throws IOException {
    write(out, fields, to -> file.copy(0, file.bytes(), to));
  }

  private static void write(OutputStream out, ObjectNode fields, Reply.Writer content)
      throws IOException {
    text(out, unclosed(fields) + "\"b64_json\":\"");
    try (OutputStream digits = Base64.getEncoder().wrap(new Open(out))) {
      content.write(digits);
    }
    text(out, "\"}");
  }

  /** An object to which another field will be added. */
  private static String unclosed(ObjectNode fields) {
    String text = fields.toString();
    return text.substring(0, text.length() - 1) + (fields.isEmpty() ? "" : ",");
  }

  private static void text(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Stays open when what is in front of it is closed. */
  private static final class Open extends FilterOutputStream {
    Open(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
      // The answer goes on.
    }
  }
}
