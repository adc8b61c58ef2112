package dev.easel.api;

import dev.easel.wording.Phrase;
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
    return text(bytes)
        .then(text ->
            root(text)
                .then(root ->
                    root instanceof ObjectNode object
                        ? Verdict.pass(new JsonBody(text, object))
                        : refuse("The body must be a JSON object.")));
  }

  /** Reads {@code bytes} just as strictly, where they need not be an object. */
  static Verdict<JsonNode> parseAny(byte[] bytes) {
    return text(bytes).then(JsonBody::root);
  }

  private static Verdict<String> text(byte[] bytes) {
    try {
      return Verdict.pass(
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT)
              .decode(ByteBuffer.wrap(bytes))
              .toString());
    } catch (CharacterCodingException malformed) {
      return refuse("The body is not valid UTF-8.");
    }
  }

  private static Verdict<JsonNode> root(String text) {
    try {
      return Verdict.pass(STRICT.readTree(text));
    } catch (JacksonException malformed) {
      return Verdict.refuse(
          new ApiError.InvalidRequest(
              "", ApiError.InvalidRequest.Cause.UNREADABLE, reason(malformed)));
    }
  }

  /** What is wrong and where, without the parser's own words for its own classes. */
  private static Phrase reason(JacksonException malformed) {
    String message = malformed.getOriginalMessage();
    TokenStreamLocation at = malformed.getLocation();
    Phrase where =
        at == null
            ? Phrase.of("")
            : Phrase.of(" (line %d, column %d)", at.getLineNr(), at.getColumnNr());
    if (message.startsWith("Duplicate")) {
      return Phrase.of("The body is not valid JSON: a field stands there twice%s.", where);
    }
    if (message.contains("nesting depth")) {
      return Phrase.of(
          "The body is not valid JSON: nested deeper than %d levels%s.", DEEPEST, where);
    }
    return Phrase.of("The body is not valid JSON: unexpected input%s.", where);
  }

  private static <T> Verdict<T> refuse(String why) {
    return Verdict.refuse(new ApiError.InvalidRequest("", why));
  }
}
