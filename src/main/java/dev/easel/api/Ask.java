package dev.easel.api;

import dev.easel.asset.Picture;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a dialect made of a request's bytes: the same for all of them, but for the names.
 *
 * @param model the id as the caller wrote it; empty when there is none
 * @param fields holds the fields of the model's listing
 * @param callback where the caller wants to be told of the end, unchecked; missing when nowhere
 * @param body the request as it is kept: as sent, with inline files replaced by their addresses
 * @param pictures the files that came with the request, whose addresses stand in {@code fields};
 *     stored when the request is accepted
 */
public record Ask(
    Names names,
    String model,
    ObjectNode fields,
    JsonNode callback,
    String body,
    List<Picture> pictures) {
  public Ask {
    pictures = List.copyOf(pictures);
  }

  /**
   * What a dialect calls things.
   *
   * @param dialect its name
   * @param model the field that names the model
   * @param within what stands before the name of one of the model's fields: {@code input.}
   * @param callback the field that says where to tell of the end; empty when there is none
   */
  public record Names(String dialect, String model, String within, String callback) {
    /** The asked-for model in {@code body}, when it is text. */
    String model(ObjectNode body) {
      return body.path(model).asStringOpt().orElse("");
    }

    JsonNode callback(ObjectNode body) {
      return callback.isEmpty() ? MissingNode.getInstance() : body.path(callback);
    }
  }

  /** What {@code body} asks for, whose fields are in {@code fields}. */
  public static Ask of(Names names, JsonBody body, ObjectNode fields) {
    return new Ask(
        names,
        names.model(body.object()),
        fields,
        names.callback(body.object()),
        body.text(),
        List.of());
  }

  /** Whether {@code body} names the model, rather than leave it to the dialect. */
  public boolean isNamedIn(JsonBody body) {
    return names.model(body.object()).equals(model);
  }

  /** The same with another model: for dialects in which one may be left out. */
  public Ask of(String model) {
    return new Ask(names, model, fields, callback, body, pictures);
  }

  /** The same with files that came along, and the body as it is kept without them. */
  public Ask with(List<Picture> pictures, String body) {
    return new Ask(names, model, fields, callback, body, pictures);
  }
}
