package dev.easel.api.dialect.openai;

import dev.easel.api.ApiError.InvalidRequest;
import dev.easel.api.ApiError.InvalidRequest.Cause;
import dev.easel.api.Ask;
import dev.easel.api.Verdict;
import dev.easel.catalog.Field;
import dev.easel.catalog.Listing;
import dev.easel.wording.Phrase;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * How the pictures of a request are to be handed over. None of it matters to the task.
 *
 * @param isStream as events
 * @param previews how many coarser pictures to send before each one
 * @param isUrl by their addresses instead of in base64
 * @param isGptImage whether it is asked of a GPT image model, whose answers say more
 */
record Wish(Purpose purpose, boolean isStream, int previews, boolean isUrl, boolean isGptImage) {
  private static final String FORMAT = "response_format";
  private static final int MOST_PREVIEWS = 3;

  /** What {@code ask} wishes of {@code listing}. */
  static Verdict<Wish> of(Purpose purpose, Ask ask, Listing listing) {
    Optional<Field> format = listing.field(FORMAT);
    boolean knowsUrl = format.isPresent() && format.get().values().containsKey("url");
    String preset =
        format.flatMap(field -> field.presence().preset()).map(JsonNode::asString).orElse("");
    ObjectNode fields = ask.fields();
    boolean isUrl =
        knowsUrl
            && fields
                .path(FORMAT)
                .asStringOpt()
                .filter(text -> !text.isBlank())
                .orElse(preset)
                .equalsIgnoreCase("url");
    return stream(fields.path("stream"))
        .then(isStream ->
            isStream && knowsUrl
                ? refuse("stream", Cause.WRONG_VALUE, Phrase.of("%s cannot stream", ask.model()))
                : previews(fields.path("partial_images"), isStream)
                    .map(previews -> new Wish(purpose, isStream, previews, isUrl, !knowsUrl)));
  }

  private static Verdict<Boolean> stream(JsonNode given) {
    String text = given.isNull() ? "" : given.asString("").toLowerCase(Locale.ROOT);
    boolean isKnown =
        given.isBoolean() || (given.isString() && text.matches("true|false|")) || text.isEmpty();
    return isKnown && !given.isContainer()
        ? Verdict.pass(text.equals("true"))
        : refuse("stream", Cause.WRONG_TYPE, Phrase.of("must be true or false"));
  }

  private static Verdict<Integer> previews(JsonNode given, boolean isStream) {
    if (given.isMissingNode() || given.isNull()) {
      return Verdict.pass(0);
    }
    String text = given.isIntegralNumber() || given.isString() ? given.asString() : "";
    if (!text.matches("[0-" + MOST_PREVIEWS + "]")) {
      return refuse(
          "partial_images",
          Cause.WRONG_VALUE,
          Phrase.of("must be a whole number from %s to %s", 0, MOST_PREVIEWS));
    }
    int previews = Integer.parseInt(text);
    return previews > 0 && !isStream
        ? refuse("partial_images", Cause.WRONG_VALUE, Phrase.of("not allowed without stream"))
        : Verdict.pass(previews);
  }

  private static <T> Verdict<T> refuse(String field, Cause cause, Phrase why) {
    return Verdict.refuse(new InvalidRequest(field, cause, why));
  }
}
