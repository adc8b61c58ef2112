package dev.easel.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Bodies that are forms. */
final class Form {
  /** A picture of one pixel. */
  static final String PIXEL =
      "data:image/png;base64,"
          + "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

  private static final byte[] PICTURE =
      Base64.getDecoder().decode(PIXEL.substring(PIXEL.indexOf(',') + 1));

  private Form() {}

  /**
   * The form of {@code fields}, of which {@code schema} says which are files.
   *
   * @param isBroken whether something may be wrong with it
   */
  static byte[] of(
      ObjectNode fields, JsonNode schema, String boundary, boolean isBroken, Dice dice) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    fields.forEachEntry((name, value) -> {
      boolean isFile = isFile(schema.path("properties").path(name));
      for (JsonNode one : value.isArray() ? value : List.of(value)) {
        out.writeBytes(("--" + boundary + "\r\n").getBytes(ISO_8859_1));
        out.writeBytes(head(name, isFile, isBroken, dice).getBytes(UTF_8));
        out.writeBytes(
            isFile ? file(isBroken, dice) : one.asString(one.toString()).getBytes(UTF_8));
        out.writeBytes("\r\n".getBytes(ISO_8859_1));
      }
    });
    out.writeBytes(("--" + boundary + "--\r\n").getBytes(ISO_8859_1));
    return isBroken ? broken(out.toByteArray(), boundary, dice) : out.toByteArray();
  }

  private static boolean isFile(JsonNode property) {
    return property.has("contentMediaType") || property.path("items").has("contentMediaType");
  }

  private static String head(String name, boolean isFile, boolean isBroken, Dice dice) {
    boolean isOdd = isBroken && dice.happens(20);
    if (!isFile) {
      return isOdd
          ? dice.pick(
              "\r\n",
              "Content-Disposition: form-data\r\n\r\n",
              "Content-Disposition: form-data; name=\r\n\r\n",
              "Content-Disposition: attachment; name=\"" + name + "\"\r\n\r\n",
              "Content-Disposition: form-data; name=\"" + name + "\"; name=\"prompt\"\r\n\r\n",
              "X: " + "y".repeat(20_000) + "\r\n\r\n",
              "Content-Disposition form-data name=" + name + "\r\n\r\n")
          : "Content-Disposition: form-data; name=\"" + name + "\"\r\n\r\n";
    }
    String fileName =
        isOdd
            ? dice.pick("", "../../x.png", "\u0000.png", "💥.png", "a\\\"b.png", "x".repeat(5_000))
            : "x.png";
    return "Content-Disposition: form-data; name=\"%s\"; filename=\"%s\"\r\nContent-Type: %s\r\n\r\n"
        .formatted(
            name, fileName, isOdd ? dice.pick("text/html", "image/png", "", "é/é") : "image/png");
  }

  private static byte[] file(boolean isBroken, Dice dice) {
    if (!isBroken || dice.happens(50)) {
      return PICTURE;
    }
    return switch (dice.below(6)) {
      case 0 -> new byte[0];
      case 1 -> Arrays.copyOf(PICTURE, dice.below(PICTURE.length));
      case 2 -> dice.bytes(dice.pick(1, 100, 5_000));
      case 3 -> "GIF89a".getBytes(ISO_8859_1);
      case 4 -> "<svg xmlns='http://www.w3.org/2000/svg'/>".getBytes(ISO_8859_1);
      default -> flipped(PICTURE.clone(), dice);
    };
  }

  /** With some bytes changed, perhaps those that say how large the picture is. */
  private static byte[] flipped(byte[] picture, Dice dice) {
    for (int i = 0; i < 4; i++) {
      picture[dice.below(picture.length)] = (byte) dice.below(256);
    }
    return picture;
  }

  private static byte[] broken(byte[] form, String boundary, Dice dice) {
    String text = new String(form, ISO_8859_1);
    return switch (dice.below(8)) {
      case 0 -> Arrays.copyOf(form, dice.below(form.length + 1));
      case 1 -> text.replace("\r\n", "\n").getBytes(ISO_8859_1);
      case 2 -> text.replace("--" + boundary + "--", "").getBytes(ISO_8859_1);
      case 3 -> ("preamble\r\n" + text + "epilogue").getBytes(ISO_8859_1);
      case 4 -> text.replace("--" + boundary + "--", "").repeat(30).getBytes(ISO_8859_1);
      case 5 -> flipped(form, dice);
      default -> form;
    };
  }
}
