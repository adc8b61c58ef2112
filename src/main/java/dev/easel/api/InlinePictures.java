package dev.easel.api;

import dev.easel.asset.Inputs;
import dev.easel.asset.Picture;
import dev.easel.wording.Phrase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * Takes pictures that stand in a request's JSON as {@code data:} URLs out of it. What stays are the
 * addresses under which they will be: in the fields, and in the body that is kept.
 */
public final class InlinePictures {
  private final Inputs inputs;

  /** Pictures are looked at by {@code inputs}. */
  public InlinePictures(Inputs inputs) {
    this.inputs = inputs;
  }

  /**
   * {@code ask} without inline pictures, or what is wrong with the first one that is none.
   *
   * @param root the whole body, in which the ask's fields are
   */
  public Verdict<Ask> takeOut(Caller caller, Ask ask, ObjectNode root) {
    List<Picture> pictures = new ArrayList<>();
    for (Map.Entry<String, JsonNode> field : List.copyOf(ask.fields().properties())) {
      Verdict<JsonNode> without =
          takeOut(caller, ask.names().within() + field.getKey(), field.getValue(), pictures);
      switch (without) {
        case Verdict.Pass<JsonNode>(JsonNode value) -> ask.fields().set(field.getKey(), value);
        case Verdict.Refuse<JsonNode>(ApiError error) -> {
          return Verdict.refuse(error);
        }
      }
    }
    return Verdict.pass(pictures.isEmpty() ? ask : ask.with(pictures, root.toString()));
  }

  private Verdict<JsonNode> takeOut(
      Caller caller, String field, JsonNode value, List<Picture> pictures) {
    if (value instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        switch (one(caller, field + "[" + i + "]", array.get(i), pictures)) {
          case Verdict.Pass<JsonNode>(JsonNode item) -> array.set(i, item);
          case Verdict.Refuse<JsonNode> refused -> {
            return refused;
          }
        }
      }
      return Verdict.pass(array);
    }
    return one(caller, field, value, pictures);
  }

  private Verdict<JsonNode> one(
      Caller caller, String field, JsonNode value, List<Picture> pictures) {
    if (!value.isString() || !Inputs.isDataUrl(value.stringValue())) {
      return Verdict.pass(value);
    }
    return switch (inputs.look(caller.account(), value.stringValue())) {
      case Inputs.Looked.Good(Picture picture) -> {
        pictures.add(picture);
        yield Verdict.pass(StringNode.valueOf(picture.url()));
      }
      case Inputs.Looked.Bad(Phrase reason) ->
          Verdict.refuse(new ApiError.InvalidRequest(field, reason));
    };
  }
}
