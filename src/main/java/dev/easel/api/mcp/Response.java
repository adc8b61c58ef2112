package dev.easel.api.mcp;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What a request of JSON-RPC 2.0 comes to. */
sealed interface Response {
  /** The method's own answer; a tool that refuses says so in here. */
  record Result(ObjectNode value) implements Response {}

  /** The request itself is wrong: an assistant can do nothing about it, its client can. */
  record Fault(Code code, String message) implements Response {}

  /** The codes of JSON-RPC, section 5.1, and those of our own range. */
  enum Code {
    UNREADABLE(-32700),
    INVALID_REQUEST(-32600),
    UNKNOWN_METHOD(-32601),
    INVALID_PARAMS(-32602),
    INTERNAL(-32603),
    REFUSED(-32001);

    private final int number;

    Code(int number) {
      this.number = number;
    }
  }

  /** The message that answers the request of that id; null where the id cannot be told. */
  default ObjectNode to(JsonNode id) {
    ObjectNode message = JsonNodeFactory.instance.objectNode().put("jsonrpc", "2.0");
    message.set("id", id);
    switch (this) {
      case Result(ObjectNode value) -> message.set("result", value);
      case Fault(Code code, String text) ->
          message.putObject("error").put("code", code.number).put("message", text);
    }
    return message;
  }
}
