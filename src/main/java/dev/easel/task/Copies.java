package dev.easel.task;

import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** How far the storing of an attempt's outputs has got, as it is written in its row. */
final class Copies {
  private static final JsonMapper JSON = JsonMapper.shared();

  private Copies() {}

  static String write(Attempt.State.Storing storing) {
    ObjectNode json = JSON.createObjectNode();
    json.put("until", storing.until().toString()).put("tries", storing.tries());
    ArrayNode copies = json.putArray("copies");
    for (Copy copy : storing.copies()) {
      switch (copy) {
        // In ASCII: nothing that a database could choke on.
        case Copy.Wanted(URI address) -> copies.addObject().put("at", address.toASCIIString());
        case Copy.Kept(Asset asset) -> write(asset, copies.addObject());
      }
    }
    return json.toString();
  }

  private static void write(Asset asset, ObjectNode json) {
    json.put("name", asset.name()).put("type", asset.mediaType()).put("bytes", asset.bytes());
    json.put("sha256", asset.sha256());
    asset.width().ifPresent(width -> json.put("width", width));
    asset.height().ifPresent(height -> json.put("height", height));
    asset.durationMillis().ifPresent(millis -> json.put("millis", millis));
    asset.expiresAt().ifPresent(end -> json.put("expires", end.toString()));
  }

  static Attempt.State.Storing read(String text) {
    JsonNode json = JSON.readTree(text);
    List<Copy> copies = new ArrayList<>();
    for (JsonNode copy : json.get("copies")) {
      copies.add(
          copy.has("at")
              ? new Copy.Wanted(URI.create(copy.get("at").stringValue()))
              : new Copy.Kept(asset(copy)));
    }
    return new Attempt.State.Storing(
        copies, Instant.parse(json.get("until").stringValue()), json.get("tries").intValue());
  }

  private static Asset asset(JsonNode json) {
    return new Asset(
        json.get("name").stringValue(),
        json.get("type").stringValue(),
        json.get("bytes").longValue(),
        json.get("sha256").stringValue(),
        number(json, "width"),
        number(json, "height"),
        json.has("millis") ? OptionalLong.of(json.get("millis").longValue()) : OptionalLong.empty(),
        json.has("expires")
            ? Optional.of(Instant.parse(json.get("expires").stringValue()))
            : Optional.empty());
  }

  private static OptionalInt number(JsonNode json, String key) {
    return json.has(key) ? OptionalInt.of(json.get(key).intValue()) : OptionalInt.empty();
  }
}
