package dev.easel.catalog;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The catalogue's one written form: what files say and what the database holds.
 *
 * <pre>
 * channels: {ID: {provider, settings?, concurrency?}}
 * models:   {ID: {name, description, kind, abilities, parameters, typical, deadline, attempts?,
 *                 state?, routes: [{channel, model, priority?, weight?, outputs?}]}}
 * listings: {DIALECT: {ID: {model, aliases?, fields: {FIELD: PARAMETER}, state?,
 *                           price: [{credits, per, when?}]}}}
 * </pre>
 */
final class Definitions {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private Definitions() {}

  /**
   * Puts documents together to one catalogue.
   *
   * @throws CatalogException when something is wrong with them
   */
  static Catalog read(List<Keys> documents) {
    List<Channel> channels = new ArrayList<>();
    List<Model> models = new ArrayList<>();
    List<Listing> listings = new ArrayList<>();
    for (Keys document : documents) {
      document.read(sections -> {
        channels.addAll(channels(sections));
        models.addAll(models(sections));
        listings.addAll(listings(sections));
        return sections;
      });
    }
    return new Catalog(channels, models, listings);
  }

  private static List<Channel> channels(Keys document) {
    List<Channel> channels = new ArrayList<>();
    section(document, "channels")
        .forEach((id, keys) -> channels.add(keys.read(channel -> channel(id, channel))));
    return channels;
  }

  private static List<Model> models(Keys document) {
    List<Model> models = new ArrayList<>();
    section(document, "models")
        .forEach((id, keys) -> models.add(keys.read(model -> model(id, model))));
    return models;
  }

  private static List<Listing> listings(Keys document) {
    List<Listing> listings = new ArrayList<>();
    section(document, "listings")
        .forEach((dialect, sold) ->
            sold.children()
                .forEach((id, keys) ->
                    listings.add(keys.read(listing -> listing(dialect, id, listing)))));
    return listings;
  }

  private static Map<String, Keys> section(Keys document, String name) {
    return document.has(name) ? document.object(name).children() : Map.of();
  }

  private static Channel channel(String id, Keys keys) {
    return new Channel(
        id,
        keys.text("provider"),
        keys.has("settings") ? keys.tree("settings") : JSON.objectNode(),
        keys.has("concurrency")
            ? OptionalInt.of(keys.integer("concurrency"))
            : OptionalInt.empty());
  }

  private static Model model(String id, Keys keys) {
    return new Model(
        id,
        new Model.Label(keys.text("name"), keys.text("description")),
        keys.word("kind", MediaKind::of),
        abilities(keys.words("abilities", Ability::of)),
        keys.tree("parameters"),
        new Model.Limits(
            keys.duration("typical"),
            keys.duration("deadline"),
            keys.has("attempts") ? keys.integer("attempts") : Model.Limits.USUAL_ATTEMPTS),
        state(keys),
        keys.objects("routes").stream().map(route -> route.read(Definitions::route)).toList());
  }

  private static Set<Ability> abilities(List<Ability> words) {
    Set<Ability> abilities = EnumSet.noneOf(Ability.class);
    abilities.addAll(words);
    return abilities;
  }

  private static Route route(Keys keys) {
    return new Route(
        keys.text("channel"),
        keys.text("model"),
        keys.has("priority") ? keys.integer("priority") : 1,
        keys.has("weight") ? keys.integer("weight") : 1,
        keys.has("outputs") ? keys.integer("outputs") : Route.ANY_OUTPUTS);
  }

  private static Listing listing(String dialect, String id, Keys keys) {
    return new Listing(
        dialect,
        id,
        keys.has("aliases") ? keys.words("aliases", alias -> alias) : List.of(),
        keys.text("model"),
        keys.object("fields").read(Definitions::fields),
        new Price(keys.objects("price").stream().map(row -> row.read(Definitions::row)).toList()),
        state(keys));
  }

  private static List<Listing.Field> fields(Keys keys) {
    return keys.names().stream().map(name -> new Listing.Field(name, keys.text(name))).toList();
  }

  private static Price.Row row(Keys keys) {
    Map<String, Set<String>> when = new LinkedHashMap<>();
    if (keys.has("when")) {
      Keys conditions = keys.object("when");
      for (String parameter : conditions.names()) {
        when.put(parameter, new HashSet<>(conditions.scalars(parameter)));
      }
    }
    return new Price.Row(when, keys.integer("credits"), keys.word("per", Price.Per::of));
  }

  private static Availability state(Keys keys) {
    return keys.has("state") ? keys.word("state", Availability::of) : Availability.ON;
  }

  /** A model as it is read. */
  static ObjectNode write(Model model) {
    ObjectNode keys = JSON.objectNode();
    keys.put("name", model.label().name());
    keys.put("description", model.label().description());
    keys.put("kind", model.kind().word());
    model.abilities().forEach(ability -> keys.withArray("abilities").add(ability.word()));
    keys.set("parameters", model.parameters());
    keys.put("typical", written(model.limits().typical()));
    keys.put("deadline", written(model.limits().deadline()));
    keys.put("attempts", model.limits().attempts());
    keys.put("state", model.state().word());
    ArrayNode routes = keys.putArray("routes");
    model.routes().forEach(route -> routes.add(write(route)));
    return keys;
  }

  private static ObjectNode write(Route route) {
    ObjectNode keys = JSON.objectNode();
    keys.put("channel", route.channel());
    keys.put("model", route.upstreamModel());
    keys.put("priority", route.priority());
    keys.put("weight", route.weight());
    keys.put("outputs", route.outputs());
    return keys;
  }

  private static String written(Duration duration) {
    return duration.toSeconds() + "s";
  }

  /** A listing as it is read. */
  static ObjectNode write(Listing listing) {
    ObjectNode keys = JSON.objectNode();
    keys.put("model", listing.model());
    ArrayNode aliases = keys.putArray("aliases");
    listing.aliases().forEach(aliases::add);
    ObjectNode fields = keys.putObject("fields");
    listing.fields().forEach(field -> fields.put(field.name(), field.parameter()));
    ArrayNode price = keys.putArray("price");
    listing.price().rows().forEach(row -> price.add(write(row)));
    keys.put("state", listing.state().word());
    return keys;
  }

  private static ObjectNode write(Price.Row row) {
    ObjectNode keys = JSON.objectNode();
    keys.put("credits", row.credits());
    keys.put("per", row.per().word());
    ObjectNode when = keys.putObject("when");
    // Sorted, so that the same price is always written the same way.
    new TreeMap<>(row.when())
        .forEach((name, values) -> values.stream().sorted().forEach(when.putArray(name)::add));
    return keys;
  }
}
