package dev.easel.api;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A request's body: a JSON object, read strictly, because every doubt here would be an ambiguity in
 * what is charged for.
 *
 * @param text as it was sent
 */
public record JsonBody(String text, ObjectNode object) {
  private static final int DEEPEST = 64;
  private static final JsonMapper STRICT =
      JsonMapper.builder(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /** Reads {@code bytes}. */
  public static Verdict<JsonBody> parse(byte[] bytes) {
    String text;
    try {
      text =
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT)
              .decode(ByteBuffer.wrap(bytes))
              .toString();
    } catch (CharacterCodingException malformed) {
      return refuse("The body is not valid UTF-8.");
    }
    try {
      JsonNode root = STRICT.readTree(text);
      return root instanceof ObjectNode object
          ? Verdict.pass(new JsonBody(text, object))
          : refuse("The body must be a JSON object.");
    } catch (JacksonException malformed) {
      return refuse("The body is not valid JSON: " + reason(malformed));
    }
  }

  /** What is wrong and where, without the parser's own words for its own classes. */
  private static String reason(JacksonException malformed) {
    String message = malformed.getOriginalMessage();
    TokenStreamLocation at = malformed.getLocation();
    String where =
        at == null ? "" : " (line %d, column %d)".formatted(at.getLineNr(), at.getColumnNr());
    if (message.startsWith("Duplicate")) {
      return "a field stands there twice" + where + ".";
    }
    if (message.contains("nesting depth")) {
      return "nested deeper than %d levels%s.".formatted(DEEPEST, where);
    }
    return "unexpected input" + where + ".";
  }

  private static Verdict<JsonBody> refuse(String why) {
    return Verdict.refuse(new ApiError.InvalidRequest("", why));
  }
}
