package dev.easel.api.dialect.kie;

import dev.easel.api.Answer;
import dev.easel.api.ApiError;
import dev.easel.api.ApiError.InvalidRequest;
import dev.easel.api.ApiError.InvalidRequest.Cause;
import dev.easel.api.Caller;
import dev.easel.api.Door;
import dev.easel.api.Exchange;
import dev.easel.api.Form;
import dev.easel.api.Verdict;
import dev.easel.asset.ImageFetcher;
import dev.easel.asset.Inputs;
import dev.easel.asset.Picture;
import dev.easel.wording.Phrase;
import io.helidon.webserver.http.HttpRules;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The three ways to upload a picture: in base64, as a form, and by its address. What the caller
 * calls it, and where they put it, is told back and means nothing here: the same picture has the
 * same address wherever it is put, and another one never takes its place.
 */
final class KieUploads {
  /** Path and name are told back in JSON and end up in whoever knows what file systems. */
  private static final Pattern NAME =
      Pattern.compile("(?!\\.{1,2}(?:/|$))[\\p{L}\\p{N} ._+@()-]{1,200}");

  private static final int LONGEST_PATH = 500;

  /** Room for what stands around a file in a body. */
  private static final int AROUND = 64 * 1024;

  private final Door door;
  private final Kie.Uploads means;
  private final KieRefusals refusals;

  KieUploads(Door door, Kie.Uploads means, KieRefusals refusals) {
    this.door = door;
    this.means = means;
    this.refusals = refusals;
  }

  void routing(HttpRules rules) {
    route(rules, "/api/file-base64-upload", this::ofBase64);
    route(rules, "/api/file-stream-upload", this::ofForm);
    route(rules, "/api/file-url-upload", this::ofUrl);
  }

  private void route(HttpRules rules, String path, Reader reader) {
    rules
        .post(
            path,
            door.to(
                exchange ->
                    exchange
                        .caller()
                        .then(caller -> means.pace().count(caller, exchange::standsAt))
                        .then(this::room)
                        .then(caller ->
                            reader.read(exchange, caller).map(upload -> stored(caller, upload))),
                refusals::ofUpload))
        .any(path, door.to(exchange -> Verdict.pass(onlyPost(exchange)), refusals::ofUpload));
  }

  private static Answer onlyPost(Exchange exchange) {
    return Answer.of(
        405,
        JsonNodeFactory.instance
            .objectNode()
            .put("success", false)
            .put("code", 405)
            .put("msg", "Method %s is not allowed; use POST.".formatted(exchange.method())));
  }

  private Verdict<Caller> room(Caller caller) {
    return means
        .intake()
        .room(caller)
        .map(Verdict::<Caller>refuse)
        .orElseGet(() -> Verdict.pass(caller));
  }

  /** Finds the picture in a request. */
  private interface Reader {
    Verdict<Upload> read(Exchange exchange, Caller caller);
  }

  /** A picture and what its sender calls it. */
  private record Upload(Picture picture, String fileName, String filePath) {}

  private Verdict<Upload> ofBase64(Exchange exchange, Caller caller) {
    return exchange
        .json((int) (means.inputs().maxBytes() * 4 / 3) + AROUND)
        .then(body ->
            text(body.object(), "base64Data")
                .then(base64 ->
                    place(field -> optional(body.object(), field))
                        .then(place ->
                            switch (means.inputs().look(caller.account(), base64)) {
                              case Inputs.Looked.Good(Picture picture) ->
                                  Verdict.pass(place.of(picture));
                              case Inputs.Looked.Bad(Phrase reason) -> refuse("base64Data", reason);
                            })));
  }

  private Verdict<Upload> ofForm(Exchange exchange, Caller caller) {
    return exchange
        .form((int) means.inputs().maxBytes() + AROUND)
        .then(form -> {
          List<Form.Part> files = form.files("file");
          return files.isEmpty()
              ? missing("file")
              : place(form::text)
                  .then(place ->
                      inspect(
                          caller,
                          "file",
                          files.getFirst().content(),
                          place.named(files.getFirst().fileName())));
        });
  }

  private Verdict<Upload> ofUrl(Exchange exchange, Caller caller) {
    return exchange
        .json()
        .then(body ->
            text(body.object(), "fileUrl")
                .then(url ->
                    place(field -> optional(body.object(), field))
                        .then(place -> fetched(caller, url, place))));
  }

  private Verdict<Upload> fetched(Caller caller, String url, Place place) {
    Optional<String> refused = means.images().refuse(url);
    if (refused.isPresent()) {
      return refuse("fileUrl", Phrase.of(refused.get()));
    }
    return switch (means.images().fetch(url)) {
      case ImageFetcher.Fetched.Image image -> inspect(caller, "fileUrl", image.content(), place);
      case ImageFetcher.Fetched.Refused(String reason) -> refuse("fileUrl", Phrase.of(reason));
    };
  }

  private Verdict<Upload> inspect(Caller caller, String field, byte[] content, Place place) {
    return switch (means.inputs().look(caller.account(), content)) {
      case Inputs.Looked.Good(Picture picture) -> Verdict.pass(place.of(picture));
      case Inputs.Looked.Bad(Phrase reason) -> refuse(field, reason);
    };
  }

  /** What the caller calls a file, and where they put it. */
  private record Place(String path, Optional<String> name) {
    /** The same, with {@code given} for a name where there is none and it can be one. */
    Place named(Optional<String> given) {
      return name.isPresent()
          ? this
          : new Place(path, given.filter(text -> NAME.matcher(text).matches()));
    }

    Upload of(Picture picture) {
      String fileName = name.orElse(picture.name());
      return new Upload(picture, fileName, path + "/" + fileName);
    }
  }

  private static Verdict<Place> place(Function<String, Optional<String>> fields) {
    Optional<String> given = fields.apply("uploadPath").map(KieUploads::withoutSlashes);
    Optional<String> name = fields.apply("fileName").map(String::strip).filter(s -> !s.isEmpty());
    if (given.isEmpty() || given.get().isEmpty()) {
      return missing("uploadPath");
    }
    String path = given.get();
    boolean isPath =
        path.length() <= LONGEST_PATH
            && List.of(path.split("/", -1)).stream().allMatch(part -> NAME.matcher(part).matches());
    if (!isPath) {
      return refuse(
          "uploadPath",
          Phrase.of("must be names of letters, digits, blanks and ._+@()- with slashes between"));
    }
    return name.isPresent() && !NAME.matcher(name.get()).matches()
        ? refuse(
            "fileName",
            Phrase.of("must be 1 to 200 letters, digits, blanks and ._+@()- without slashes"))
        : Verdict.pass(new Place(path, name));
  }

  private static String withoutSlashes(String path) {
    return path.strip().replaceAll("^/+|/+$", "");
  }

  private static Verdict<String> text(ObjectNode body, String field) {
    JsonNode value = body.path(field);
    if (value.isMissingNode() || value.isNull() || value.asStringOpt().orElse("?").isBlank()) {
      return missing(field);
    }
    return value.isString()
        ? Verdict.pass(value.stringValue().strip())
        : Verdict.refuse(
            new InvalidRequest(field, Cause.WRONG_TYPE, Phrase.of("must be a string")));
  }

  private static Optional<String> optional(ObjectNode body, String field) {
    return body.path(field).asStringOpt();
  }

  private static <T> Verdict<T> missing(String field) {
    return Verdict.refuse(
        new InvalidRequest("", Cause.MISSING, Phrase.of("Missing required parameter: %s", field)));
  }

  private static <T> Verdict<T> refuse(String field, Phrase why) {
    return Verdict.refuse((ApiError) new InvalidRequest(field, why));
  }

  private Answer stored(Caller caller, Upload upload) {
    Picture picture = upload.picture;
    means.inputs().store(caller.account(), List.of(picture));
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("success", true)
            .put("code", 200)
            .put("msg", "File uploaded successfully");
    json.putObject("data")
        .put("fileName", upload.fileName)
        .put("filePath", upload.filePath)
        .put("downloadUrl", picture.url())
        .put("fileSize", picture.content().length)
        .put("mimeType", picture.type().mime())
        .put("uploadedAt", means.clock().instant().truncatedTo(ChronoUnit.MILLIS).toString());
    return Answer.ok(json);
  }
}
