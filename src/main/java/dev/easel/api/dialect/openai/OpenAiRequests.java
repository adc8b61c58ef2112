package dev.easel.api.dialect.openai;

import dev.easel.api.ApiError;
import dev.easel.api.ApiError.InvalidRequest;
import dev.easel.api.ApiError.InvalidRequest.Cause;
import dev.easel.api.Ask;
import dev.easel.api.Caller;
import dev.easel.api.Exchange;
import dev.easel.api.Form;
import dev.easel.api.InlinePictures;
import dev.easel.api.JsonBody;
import dev.easel.api.Verdict;
import dev.easel.asset.Inputs;
import dev.easel.asset.Picture;
import dev.easel.asset.PixelSize;
import dev.easel.catalog.Catalog;
import dev.easel.catalog.Listing;
import dev.easel.wording.Phrase;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads what is asked for, from JSON or from a form. Pictures may come as files, in base64 as
 * {@code data:} URLs, or by their address, alone or in an object ({@code {"image_url": …}}); the
 * fields that are handed on have addresses only.
 */
final class OpenAiRequests {
  static final Ask.Names NAMES = new Ask.Names(OpenAi.NAME, "model", "", "callback_url");

  /** Of a body with files: they are in memory until they are stored. */
  private static final int LARGEST_BODY = 64 << 20;

  private static final String IMAGE = "image";
  private static final String MASK = "mask";
  private static final String REFERENCE = "input_reference";

  /** {@code image[]} is how the official SDKs write it, {@code image[0]} how some others do. */
  private static final Pattern IN_LIST = Pattern.compile("image(?:\\[[0-9]{0,3}\\])?");

  /** Without a model, these tell that a GPT image model is meant. */
  private static final Set<String> OF_GPT_IMAGE =
      Set.of(
          "background",
          "moderation",
          "output_format",
          "output_compression",
          "partial_images",
          "stream");

  private final Supplier<Catalog> catalog;
  private final Inputs inputs;
  private final InlinePictures inline;

  OpenAiRequests(Supplier<Catalog> catalog, Inputs inputs) {
    this.catalog = catalog;
    this.inputs = inputs;
    this.inline = new InlinePictures(inputs);
  }

  /** What the caller of {@code exchange} asks for. */
  Verdict<Ask> read(Exchange exchange, Caller caller, Purpose purpose) {
    return sent(exchange, caller, purpose)
        .map(ask -> named(ask, purpose))
        .then(ask -> fit(ask, purpose));
  }

  /** What {@code body} asks for, of which nobody says at which path it will be sent. */
  Verdict<Ask> read(Caller caller, JsonBody body) {
    return ofJson(caller, body).map(ask -> named(ask, likely(ask)));
  }

  private static Purpose likely(Ask ask) {
    boolean isFilm =
        !isAbsent(ask.fields().path("seconds")) || !isAbsent(ask.fields().path(REFERENCE));
    boolean isEdit = !isAbsent(ask.fields().path(IMAGE));
    return isFilm ? Purpose.VIDEO : isEdit ? Purpose.EDIT : Purpose.GENERATION;
  }

  private Verdict<Ask> sent(Exchange exchange, Caller caller, Purpose purpose) {
    return switch (purpose) {
      case GENERATION -> exchange.json().then(body -> ofJson(caller, body));
      case EDIT, VIDEO ->
          exchange.isForm()
              ? exchange.form(LARGEST_BODY).then(form -> ofForm(caller, form))
              : exchange.json(LARGEST_BODY).then(body -> ofJson(caller, body));
    };
  }

  private static Ask named(Ask ask, Purpose purpose) {
    JsonNode model = ask.fields().path("model");
    boolean isLeftOut = isAbsent(model) || model.asStringOpt().orElse("?").isBlank();
    return isLeftOut ? ask.of(preset(ask.fields(), purpose)) : ask;
  }

  /** As OpenAI's documentation has it. */
  private static String preset(ObjectNode fields, Purpose purpose) {
    return switch (purpose) {
      case GENERATION ->
          OF_GPT_IMAGE.stream().allMatch(field -> isAbsent(fields.path(field)))
              ? "dall-e-2"
              : "gpt-image-1.5";
      case EDIT -> "gpt-image-1.5";
      case VIDEO -> "sora-2";
    };
  }

  /** A model that is not sold at all is refused later, like in every dialect. */
  private Verdict<Ask> fit(Ask ask, Purpose purpose) {
    Catalog now = catalog.get();
    Optional<Listing> listing = now.listing(OpenAi.NAME, ask.model());
    if (listing.isPresent() && !purpose.fits(now, listing.get())) {
      List<String> fitting =
          now.listings(OpenAi.NAME).stream()
              .filter(it -> purpose.fits(now, it))
              .map(Listing::id)
              .toList();
      return Verdict.refuse(
          new InvalidRequest(
              "model",
              Phrase.of(
                  "%s cannot be used at this path; allowed: %s",
                  ask.model(), String.join(", ", fitting))));
    }
    return purpose == Purpose.EDIT && isAbsent(ask.fields().path(IMAGE))
        ? Verdict.refuse(
            new InvalidRequest(
                IMAGE, Cause.MISSING, Phrase.of("required; send one picture at least")))
        : Verdict.pass(ask);
  }

  private static boolean isAbsent(JsonNode node) {
    return node.isMissingNode() || node.isNull() || (node.isArray() && node.isEmpty());
  }

  /** An address may stand in an object, and the pictures of an edit under {@code images} too. */
  private Verdict<Ask> ofJson(Caller caller, JsonBody body) {
    ObjectNode fields = body.object();
    ArrayNode images = JsonNodeFactory.instance.arrayNode();
    for (String name : List.of(IMAGE, "images")) {
      JsonNode given = fields.path(name);
      if (given.isArray()) {
        given.forEach(each -> images.add(address(each)));
      } else if (!isAbsent(given)) {
        images.add(address(given));
      }
      fields.remove(name);
    }
    if (!images.isEmpty()) {
      fields.set(IMAGE, images);
    }
    for (String name : List.of(MASK, REFERENCE)) {
      if (fields.has(name)) {
        fields.set(name, address(fields.path(name)));
      }
    }
    return inline
        .takeOut(caller, Ask.of(NAMES, body, fields), fields)
        .then(OpenAiRequests::withFittingMask);
  }

  private static JsonNode address(JsonNode given) {
    return given.path("image_url").isString() ? given.path("image_url") : given;
  }

  private Verdict<Ask> ofForm(Caller caller, Form form) {
    ObjectNode fields = JsonNodeFactory.instance.objectNode();
    ArrayNode images = JsonNodeFactory.instance.arrayNode();
    List<Picture> pictures = new ArrayList<>();
    for (Form.Part part : form.parts()) {
      boolean isImage = IN_LIST.matcher(part.name()).matches();
      String field = isImage ? IMAGE + "[" + images.size() + "]" : part.name();
      switch (part.fileName().isPresent()
          ? file(caller, field, part, pictures)
          : text(form, field, part)) {
        case Verdict.Refuse<String>(ApiError error) -> {
          return Verdict.refuse(error);
        }
        case Verdict.Pass<String>(String value) when isImage -> images.add(value);
        case Verdict.Pass<String>(String value) -> putIfAbsent(fields, field, value);
      }
    }
    if (!images.isEmpty()) {
      fields.set(IMAGE, images);
    }
    String model = fields.path("model").asString("");
    return withFittingMask(
        new Ask(NAMES, model, fields, fields.path(NAMES.callback()), fields.toString(), pictures));
  }

  private static void putIfAbsent(ObjectNode fields, String field, String value) {
    String name = field.equals(REFERENCE + "[image_url]") ? REFERENCE : field;
    if (!fields.has(name)) {
      fields.put(name, value);
    }
  }

  /** The address that a file will have. */
  private Verdict<String> file(
      Caller caller, String field, Form.Part part, List<Picture> pictures) {
    return switch (inputs.look(caller.account(), part.content())) {
      case Inputs.Looked.Bad(Phrase reason) -> Verdict.refuse(new InvalidRequest(field, reason));
      case Inputs.Looked.Good(Picture picture) -> {
        pictures.add(picture);
        yield Verdict.pass(picture.url());
      }
    };
  }

  private static Verdict<String> text(Form form, String field, Form.Part part) {
    return form.text(part.name())
        .map(Verdict::pass)
        .orElseGet(() -> Verdict.refuse(new InvalidRequest(field, "is not valid UTF-8")));
  }

  /** A mask lies on the first picture: of another size, it would mean nothing. */
  private static Verdict<Ask> withFittingMask(Ask ask) {
    Optional<PixelSize> mask = size(ask, ask.fields().path(MASK));
    Optional<PixelSize> first = size(ask, ask.fields().path(IMAGE).path(0));
    return mask.isPresent() && first.isPresent() && !mask.equals(first)
        ? Verdict.refuse(
            new InvalidRequest(
                MASK,
                Phrase.of(
                    "has %dx%d pixels, must have as many as the first image: %dx%d",
                    mask.get().width(),
                    mask.get().height(),
                    first.get().width(),
                    first.get().height())))
        : Verdict.pass(ask);
  }

  private static Optional<PixelSize> size(Ask ask, JsonNode address) {
    return ask.pictures().stream()
        .filter(picture -> picture.url().equals(address.asString("")))
        .findFirst()
        .map(Picture::size);
  }
}
