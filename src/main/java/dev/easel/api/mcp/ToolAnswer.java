package dev.easel.api.mcp;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a tool says.
 *
 * @param text for the assistant, one block each
 * @param fields the same for programs, where there is anything for them
 * @param links to what was made
 * @param pictures what was made itself, where it is small
 * @param isError whether it did not do what it was asked to
 */
record ToolAnswer(
    List<String> text,
    Optional<ObjectNode> fields,
    List<ObjectNode> links,
    List<ObjectNode> pictures,
    boolean isError) {
  ToolAnswer {
    text = List.copyOf(text);
    links = List.copyOf(links);
    pictures = List.copyOf(pictures);
  }

  /** What {@code fields} say. */
  static ToolAnswer of(ObjectNode fields) {
    return new ToolAnswer(
        List.of(fields.toString()), Optional.of(fields), List.of(), List.of(), false);
  }

  /** Why it did nothing. */
  static ToolAnswer refusal(String why) {
    return new ToolAnswer(List.of(why), Optional.empty(), List.of(), List.of(), true);
  }

  /** The same with one more thing to say. */
  ToolAnswer saying(String more) {
    List<String> all = new ArrayList<>(text);
    all.add(more);
    return new ToolAnswer(all, fields, links, pictures, isError);
  }

  /** The same with what was made. */
  ToolAnswer with(List<ObjectNode> links, List<ObjectNode> pictures) {
    return new ToolAnswer(text, fields, links, pictures, isError);
  }

  /** The same where that is not what was asked for. */
  ToolAnswer asError() {
    return new ToolAnswer(text, fields, links, pictures, true);
  }

  /** The result of {@code tools/call}. */
  ObjectNode json(Protocol protocol) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ArrayNode content = json.putArray("content");
    text.forEach(block -> content.addObject().put("type", "text").put("text", block));
    pictures.forEach(content::add);
    if (protocol.hasStructuredAnswers()) {
      links.forEach(content::add);
      fields.ifPresent(value -> json.set("structuredContent", value));
    }
    return json.put("isError", isError);
  }
}
