package dev.easel.fuzz;

import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Breaks JSON: its values first, then its text. */
final class Damage {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /** What no UTF-8 can carry, JSON can: half of a pair of surrogates. */
  private static final JsonMapper ESCAPING =
      JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private Damage() {}

  /** A place in a tree, and what stands there. */
  private record Spot(JsonNode value, Consumer<JsonNode> set, Runnable remove) {}

  /** Changes one value somewhere in {@code root}. */
  static void values(JsonNode root, Dice dice) {
    List<Spot> spots = new ArrayList<>();
    collect(root, spots);
    if (root instanceof ObjectNode object && (spots.isEmpty() || dice.happens(10))) {
      object.set(dice.pick("unknown", "", "__proto__", "\u0000", "N"), wrong(dice));
    } else if (!spots.isEmpty()) {
      harm(dice.pick(spots), dice);
    }
  }

  private static void collect(JsonNode node, List<Spot> spots) {
    if (node instanceof ObjectNode object) {
      object.forEachEntry((name, value) -> {
        spots.add(new Spot(value, it -> object.set(name, it), () -> object.remove(name)));
        collect(value, spots);
      });
    } else if (node instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        int at = i;
        spots.add(new Spot(array.get(i), it -> array.set(at, it), () -> array.remove(at)));
        collect(array.get(i), spots);
      }
    }
  }

  private static void harm(Spot spot, Dice dice) {
    switch (dice.below(10)) {
      case 0, 1 -> spot.remove.run();
      case 2 -> spot.set.accept(JSON.nullNode());
      case 3, 4 -> spot.set.accept(wrong(dice));
      case 5 -> spot.set.accept(repeated(spot.value, dice));
      case 6 -> spot.set.accept(JSON.stringNode(spot.value.asString("") + Odd.text(dice)));
      default ->
          spot.set.accept(spot.value.isNumber() ? number(dice) : JSON.stringNode(Odd.text(dice)));
    }
  }

  private static ArrayNode repeated(JsonNode value, Dice dice) {
    ArrayNode array = JSON.arrayNode();
    JsonNode one = value.isArray() && !value.isEmpty() ? value.get(0) : value;
    int times = dice.pick(0, 1, 2, 17, 300);
    for (int i = 0; i < times; i++) {
      array.add(one.deepCopy());
    }
    return array;
  }

  private static JsonNode wrong(Dice dice) {
    return switch (dice.below(8)) {
      case 0 -> JSON.booleanNode(dice.happens(50));
      case 1, 2 -> number(dice);
      case 3 -> JSON.arrayNode();
      case 4 -> JSON.objectNode().put("image_url", Odd.text(dice));
      case 5 -> nested(dice.pick(5, 60, 70, 400));
      case 6 -> JSON.arrayNode().add(number(dice)).addNull().add(Odd.text(dice));
      default -> JSON.stringNode(Odd.text(dice));
    };
  }

  private static JsonNode nested(int depth) {
    return depth == 0 ? JSON.nullNode() : JSON.arrayNode().add(nested(depth - 1));
  }

  private static JsonNode number(Dice dice) {
    return switch (Odd.number(dice)) {
      case Integer number -> JSON.numberNode(number);
      case Long number -> JSON.numberNode(number);
      case Double number -> JSON.numberNode(new BigDecimal(number));
      case Object raw -> JSON.stringNode(raw.toString());
    };
  }

  /** The bytes of {@code root}, every text in it as it is. */
  static byte[] bytes(JsonNode root, boolean isEscaped) {
    String text = JsonMapper.shared().writeValueAsString(root);
    boolean isWhole = UTF_8.newEncoder().canEncode(text);
    String written = isWhole && !isEscaped ? text : ESCAPING.writeValueAsString(root);
    return written.replaceAll("\"" + Odd.RAW + "([^@\"]*)@\"", "$1").getBytes(UTF_8);
  }

  /** Breaks the text of a body. */
  static byte[] text(byte[] body, Dice dice) {
    String text = new String(body, UTF_8);
    return switch (dice.below(16)) {
      case 0 -> new byte[0];
      case 1, 2 -> Arrays.copyOf(body, dice.below(body.length + 1));
      case 3 -> twice(text).getBytes(UTF_8);
      case 4 -> (text + dice.pick("x", "{}", ",", "\u0000", "]")).getBytes(UTF_8);
      case 5 -> ("\ufeff" + text).getBytes(UTF_8);
      case 6 -> text.getBytes(UTF_16);
      case 7 -> flipped(body.clone(), dice);
      case 8 -> ("[".repeat(dice.pick(63, 64, 65, 100_000)) + text).getBytes(UTF_8);
      case 9 -> ("[" + text + "]").getBytes(UTF_8);
      case 10 ->
          dice.pick("null", "true", "0", "\"x\"", "[]", "{}", "{", "\"", " ", "NaN")
              .getBytes(UTF_8);
      case 11 -> text.replace('"', '\'').getBytes(UTF_8);
      case 12 -> text.replaceFirst("\\{", "{/* comment */").getBytes(UTF_8);
      case 13 -> text.replaceFirst("}\\s*$", ",}").getBytes(UTF_8);
      case 14 -> dice.bytes(dice.pick(1, 100, 10_000));
      default -> (text + " ".repeat(1 << 20)).getBytes(UTF_8);
    };
  }

  /** The first field stands there a second time. */
  private static String twice(String text) {
    int colon = text.indexOf(':');
    return colon < 0 || !text.startsWith("{")
        ? text
        : "{" + text.substring(1, colon) + ":\"twice\"," + text.substring(1);
  }

  private static byte[] flipped(byte[] body, Dice dice) {
    for (int i = 0; i < Math.min(3, body.length); i++) {
      body[dice.below(body.length)] = (byte) dice.below(256);
    }
    return body;
  }
}
