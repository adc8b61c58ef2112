package dev.easel.catalog;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
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
 * listings: {DIALECT: {ID: {model, aliases?, fields: {FIELD: PARAMETER | {means?, required?, values?,
 *                           open?, default?, quoted?, BOUND?}}, rules?, state?, price: [{credits, per, when?}]}}}
 * </pre>
 */
final class Definitions {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /** Behind a list parameter: one item of it. */
  private static final String ITEM = "[]";

  private Definitions() {}

  /**
   * Puts documents together to one catalogue.
   *
   * @throws CatalogException when something is wrong with them
   */
  static Catalog read(List<Keys> documents) {
    return located(documents, () -> parts(documents).whole());
  }

  /** Reads documents that need not be a whole catalogue. */
  static Parts parts(List<Keys> documents) {
    Parts all = new Parts(List.of(), List.of(), List.of());
    for (Keys document : documents) {
      all =
          all.and(
              document.read(
                  sections -> new Parts(channels(sections), models(sections), listings(sections))));
    }
    return all;
  }

  /** Puts a complaint about what stands in one of {@code documents} in its place. */
  static <T> T located(List<Keys> documents, Supplier<T> make) {
    try {
      return make.get();
    } catch (CatalogException unfit) {
      throw nearest(documents, unfit);
    }
  }

  /** Sections may stand in several files: it is about the one that knows most of its path. */
  private static CatalogException nearest(List<Keys> documents, CatalogException unfit) {
    CatalogException nearest = unfit;
    int depth = 0;
    for (Keys document : documents) {
      Optional<Places.Place> place = document.place(unfit);
      if (place.isPresent() && place.get().path().length() > depth) {
        depth = place.get().path().length();
        nearest = document.located(unfit, place.get());
      }
    }
    return nearest;
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
        new Listing.Request(
            keys.object("fields").read(Definitions::fields),
            keys.has("rules")
                ? keys.objects("rules").stream().map(rule -> rule.read(Definitions::rule)).toList()
                : List.of()),
        new Price(keys.objects("price").stream().map(row -> row.read(Definitions::row)).toList()),
        state(keys));
  }

  private static List<Field> fields(Keys keys) {
    return keys.names().stream().map(name -> field(name, keys)).toList();
  }

  private static Field field(String name, Keys keys) {
    return keys.isText(name)
        ? new Field(
            name,
            Optional.of(meaning(keys.text(name), Optional.empty())),
            Map.of(),
            JSON.objectNode(),
            Field.Presence.USUAL)
        : keys.object(name).read(field -> field(name, field, field.scalar("open")));
  }

  private static Field field(String name, Keys keys, Optional<JsonNode> open) {
    ObjectNode bounds = JSON.objectNode();
    for (String keyword : Field.BOUNDS) {
      if (keys.has(keyword)) {
        bounds.set(keyword, keys.tree().path(keyword));
      }
    }
    return new Field(
        name,
        keys.has("means")
            ? Optional.of(meaning(keys.text("means"), open.map(JsonNode::asString)))
            : Optional.empty(),
        keys.dictionary("values"),
        bounds,
        new Field.Presence(keys.flag("required"), keys.scalar("default"), keys.flag("quoted")));
  }

  /** {@code images[]} is one item of {@code images}. */
  private static Field.Meaning meaning(String text, Optional<String> open) {
    boolean item = text.endsWith(ITEM);
    return new Field.Meaning(
        item ? text.substring(0, text.length() - ITEM.length()) : text, item, open);
  }

  private static Rule rule(Keys keys) {
    Rule.Conditions conditions =
        new Rule.Conditions(texts(keys, "with"), texts(keys, "without"), choices(keys, "when"));
    List<Rule.Demand> demands = new ArrayList<>();
    if (keys.has("needs")) {
      demands.add(new Rule.Demand.Needs(texts(keys, "needs")));
    }
    if (keys.has("excludes")) {
      demands.add(new Rule.Demand.Excludes(texts(keys, "excludes")));
    }
    choices(keys, "only").forEach(choice -> demands.add(new Rule.Demand.Only(choice)));
    choices(keys, "never").forEach(choice -> demands.add(new Rule.Demand.Never(choice)));
    if (demands.size() != 1) {
      throw new IllegalArgumentException(
          "a rule demands one thing: needs, excludes, only (of one field) or never (of one field)");
    }
    return new Rule(conditions, demands.getFirst());
  }

  private static List<String> texts(Keys keys, String key) {
    return keys.has(key) ? keys.scalars(key) : List.of();
  }

  private static List<Rule.Choice> choices(Keys keys, String key) {
    if (!keys.has(key)) {
      return List.of();
    }
    Keys fields = keys.object(key);
    return fields.names().stream()
        .map(field -> new Rule.Choice(field, new LinkedHashSet<>(fields.scalars(field))))
        .toList();
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

  /** All of it as one document. */
  static ObjectNode write(Catalog catalog) {
    ObjectNode document = JSON.objectNode();
    ObjectNode channels = document.putObject("channels");
    catalog.channels().forEach(channel -> channels.set(channel.id(), write(channel)));
    ObjectNode models = document.putObject("models");
    catalog.models().forEach(model -> models.set(model.id(), write(model)));
    ObjectNode listings = document.putObject("listings");
    catalog
        .listings()
        .forEach(listing ->
            listings.withObjectProperty(listing.dialect()).set(listing.id(), write(listing)));
    return document;
  }

  /** A channel as it is read; its settings name secrets and hold none. */
  static ObjectNode write(Channel channel) {
    ObjectNode keys = JSON.objectNode();
    keys.put("provider", channel.provider());
    channel.concurrency().ifPresent(most -> keys.put("concurrency", most));
    if (!channel.settings().isEmpty()) {
      keys.set("settings", channel.settings());
    }
    return keys;
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

  static ObjectNode write(Route route) {
    ObjectNode keys = JSON.objectNode();
    keys.put("channel", route.channel());
    keys.put("model", route.upstreamModel());
    keys.put("priority", route.priority());
    keys.put("weight", route.weight());
    keys.put("outputs", route.outputs());
    return keys;
  }

  private static String written(Duration duration) {
    long seconds = duration.toSeconds();
    if (seconds % 3600 == 0) {
      return seconds / 3600 + "h";
    }
    return seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
  }

  /** A listing as it is read. */
  static ObjectNode write(Listing listing) {
    ObjectNode keys = JSON.objectNode();
    keys.put("model", listing.model());
    listing.aliases().forEach(alias -> keys.withArray("aliases").add(alias));
    ObjectNode fields = keys.putObject("fields");
    listing.fields().forEach(field -> fields.set(field.name(), write(field)));
    listing.request().rules().forEach(rule -> keys.withArray("rules").add(write(rule)));
    ArrayNode price = keys.putArray("price");
    listing.price().rows().forEach(row -> price.add(write(row)));
    keys.put("state", listing.state().word());
    return keys;
  }

  /** The name of the parameter where there is no more to say. */
  private static JsonNode write(Field field) {
    ObjectNode keys = JSON.objectNode();
    field
        .meaning()
        .ifPresent(meaning ->
            keys.put("means", meaning.item() ? meaning.parameter() + ITEM : meaning.parameter()));
    if (field.presence().required()) {
      keys.put("required", true);
    }
    if (!field.values().isEmpty()) {
      keys.set("values", write(field.values()));
    }
    field.meaning().flatMap(Field.Meaning::open).ifPresent(open -> keys.put("open", open));
    keys.setAll(field.bounds());
    field.presence().preset().ifPresent(preset -> keys.set("default", preset));
    if (field.presence().quoted()) {
      keys.put("quoted", true);
    }
    return keys.size() == 1 && keys.has("means") ? keys.path("means") : keys;
  }

  private static JsonNode write(Map<String, JsonNode> values) {
    if (values.entrySet().stream().allMatch(it -> it.getValue().asString().equals(it.getKey()))) {
      return JSON.arrayNode().addAll(values.values());
    }
    ObjectNode words = JSON.objectNode();
    values.forEach(words::set);
    return words;
  }

  private static ObjectNode write(Rule rule) {
    ObjectNode keys = JSON.objectNode();
    rule.conditions().with().forEach(keys.withArray("with")::add);
    rule.conditions().without().forEach(keys.withArray("without")::add);
    ObjectNode when = keys.putObject("when");
    rule.conditions().when().forEach(choice -> write(choice, when));
    keys.properties().removeIf(condition -> condition.getValue().isEmpty());
    switch (rule.demand()) {
      case Rule.Demand.Needs(List<String> fields) -> fields.forEach(keys.putArray("needs")::add);
      case Rule.Demand.Excludes(List<String> fields) ->
          fields.forEach(keys.putArray("excludes")::add);
      case Rule.Demand.Only(Rule.Choice choice) -> write(choice, keys.putObject("only"));
      case Rule.Demand.Never(Rule.Choice choice) -> write(choice, keys.putObject("never"));
    }
    return keys;
  }

  private static void write(Rule.Choice choice, ObjectNode keys) {
    choice.words().forEach(keys.putArray(choice.field())::add);
  }

  private static ObjectNode write(Price.Row row) {
    ObjectNode keys = JSON.objectNode();
    keys.put("credits", row.credits());
    keys.put("per", row.per().word());
    if (row.when().isEmpty()) {
      return keys;
    }
    ObjectNode when = keys.putObject("when");
    // Sorted, so that the same price is always written the same way.
    new TreeMap<>(row.when())
        .forEach((name, values) -> values.stream().sorted().forEach(when.putArray(name)::add));
    return keys;
  }
}
