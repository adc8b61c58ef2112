package dev.easel.api;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code {code, msg, data}}: what several APIs put around whatever they answer. */
public final class Envelope {
  private Envelope() {}

  /** The envelope around {@code data}. */
  public static ObjectNode of(int code, String message, JsonNode data) {
    ObjectNode envelope = JsonNodeFactory.instance.objectNode().put("code", code);
    envelope.put("msg", message).set("data", data);
    return envelope;
  }

  /** The envelope around nothing. */
  public static ObjectNode of(int code, String message) {
    return of(code, message, JsonNodeFactory.instance.nullNode());
  }

  /** The envelope around what went well, in the words of the APIs that say {@code success}. */
  public static ObjectNode success(JsonNode data) {
    return of(200, "success", data);
  }
}
