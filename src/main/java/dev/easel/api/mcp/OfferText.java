package dev.easel.api.mcp;

import dev.easel.catalog.Ability;
import dev.easel.catalog.Catalog;
import dev.easel.catalog.Listing;
import dev.easel.catalog.Model;
import dev.easel.catalog.Price;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What is said of a listing to whoever has to choose one. */
final class OfferText {
  private OfferText() {}

  /** In a few sentences. */
  static String of(Catalog catalog, Listing listing) {
    Model model = catalog.model(listing);
    return "%s Makes %s; usually takes %d seconds. Costs %s."
        .formatted(
            model.label().description(),
            model.kind().word(),
            model.limits().typical().toSeconds(),
            price(listing.price()));
  }

  private static String price(Price price) {
    return price.rows().stream().map(OfferText::row).collect(Collectors.joining("; "));
  }

  private static String row(Price.Row row) {
    String credits =
        "%d %s per %s"
            .formatted(row.credits(), row.credits() == 1 ? "credit" : "credits", row.per().word());
    return row.when().isEmpty() ? credits : credits + " with " + conditions(row);
  }

  private static String conditions(Price.Row row) {
    return new TreeMap<>(row.when())
        .entrySet().stream()
            .map(each -> each.getKey() + " " + String.join(" or ", new TreeSet<>(each.getValue())))
            .collect(Collectors.joining(", "));
  }

  /** In fields; {@code tool} generates with it. */
  static ObjectNode json(String tool, Catalog catalog, Listing listing) {
    Model model = catalog.model(listing);
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("id", listing.id())
            .put("tool", tool)
            .put("name", model.label().name())
            .put("description", model.label().description())
            .put("kind", model.kind().word())
            .put("state", catalog.availability(listing).word())
            .put("price", price(listing.price()))
            .put("typical_seconds", model.limits().typical().toSeconds());
    ArrayNode abilities = json.putArray("abilities");
    model.abilities().stream().map(Ability::word).forEach(abilities::add);
    return json;
  }
}
