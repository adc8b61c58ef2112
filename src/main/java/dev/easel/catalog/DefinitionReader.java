package dev.easel.catalog;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads the catalogue's one written form: what files say and what the database holds.
 *
 * <pre>
 * channels: {ID: {provider, settings?, concurrency?}}
 * models:   {ID: {name, description, kind, abilities, parameters, typical, deadline, attempts?,
 *                 state?, routes: [{channel, model, priority?, weight?, outputs?}]}}
 * listings: {DIALECT: {ID: {model, aliases?, fields: {FIELD: PARAMETER | {means?, required?, values?,
 *                           open?, default?, quoted?, BOUND?}}, rules?, state?, price: [{credits, per, when?}]}}}
 * </pre>
 */
final class DefinitionReader {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private DefinitionReader() {}

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
      all = all.and(parts(document));
    }
    return all;
  }

  private static Parts parts(Keys document) {
    Map<String, Channel> channels = new LinkedHashMap<>();
    Map<String, Model> models = new LinkedHashMap<>();
    List<Listing> listings = new ArrayList<>();
    Set<String> unread = new HashSet<>();
    document.read(sections -> {
      section(sections, "channels")
          .ifPresent(section -> {
            channels.putAll(section.children(DefinitionReader::channel));
            unread.addAll(abouts(section, channels, Channel::about));
          });
      section(sections, "models")
          .ifPresent(section -> {
            models.putAll(section.children(DefinitionReader::model));
            unread.addAll(abouts(section, models, Model::about));
          });
      section(sections, "listings")
          .ifPresent(section ->
              section.names().forEach(dialect -> listings.addAll(listings(dialect, section))));
      return sections;
    });
    return new Parts(
        List.copyOf(channels.values()),
        List.copyOf(models.values()),
        listings,
        new Parts.Unread(document.mistakes(), unread));
  }

  private static Optional<Keys> section(Keys document, String name) {
    return document.has(name) ? Optional.of(document.object(name)) : Optional.empty();
  }

  /** What stands in a section without having been read. */
  private static List<String> abouts(
      Keys section, Map<String, ?> read, UnaryOperator<String> about) {
    return section.names().stream().filter(id -> !read.containsKey(id)).map(about).toList();
  }

  /** Puts what is wrong with what stands in {@code documents} in its place, and in their order. */
  static <T> T located(List<Keys> documents, Supplier<T> make) {
    try {
      return make.get();
    } catch (CatalogException unfit) {
      List<String> files = documents.stream().map(Keys::document).toList();
      throw new CatalogException(
          unfit.mistakes().stream()
              .map(mistake -> located(documents, mistake))
              .sorted(Comparator.comparing(Mistake::place, inOrder(files)))
              .toList());
    }
  }

  /** Sections may stand in several files: it is about the one that knows most of its path. */
  private static Mistake located(List<Keys> documents, Mistake mistake) {
    return mistake.place().isPresent()
        ? mistake
        : new Mistake(
            mistake.about(),
            documents.stream()
                .flatMap(document -> document.place(mistake.about()).stream())
                .reduce((one, other) -> other.path().length() > one.path().length() ? other : one),
            mistake.why());
  }

  /** What has no place comes last. */
  private static Comparator<Optional<Places.Place>> inOrder(List<String> files) {
    Comparator<Places.Place> byPlace =
        Comparator.<Places.Place>comparingInt(place -> files.indexOf(place.file()))
            .thenComparingInt(Places.Place::line)
            .thenComparingInt(Places.Place::column);
    return Comparator.comparing(place -> place.orElse(null), Comparator.nullsLast(byPlace));
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
        keys.word("kind", MediaKind::of, MediaKind.IMAGE),
        abilities(keys.words("abilities", Ability::of)),
        keys.tree("parameters"),
        new Model.Limits(
            keys.duration("typical"),
            keys.duration("deadline"),
            keys.has("attempts") ? keys.integer("attempts") : Model.Limits.USUAL_ATTEMPTS),
        state(keys),
        keys.objects("routes", DefinitionReader::route));
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

  private static Collection<Listing> listings(String dialect, Keys section) {
    return section.object(dialect).children((id, keys) -> listing(dialect, id, keys)).values();
  }

  private static Listing listing(String dialect, String id, Keys keys) {
    Availability state = state(keys);
    return new Listing(
        dialect,
        id,
        keys.has("aliases") ? keys.words("aliases", alias -> alias) : List.of(),
        keys.text("model"),
        new Listing.Request(
            fields(keys.object("fields")),
            keys.has("rules") ? keys.objects("rules", DefinitionReader::rule) : List.of()),
        new Price(keys.objects("price", DefinitionReader::row)),
        state);
  }

  private static List<Field> fields(Keys keys) {
    return keys.names().stream().flatMap(name -> field(name, keys).stream()).toList();
  }

  private static Optional<Field> field(String name, Keys keys) {
    return keys.isText(name)
        ? Optional.of(
            new Field(
                name,
                Optional.of(Field.Meaning.of(keys.text(name), Optional.empty())),
                Map.of(),
                JSON.objectNode(),
                Field.Presence.USUAL))
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
            ? Optional.of(Field.Meaning.of(keys.text("means"), open.map(JsonNode::asString)))
            : Optional.empty(),
        keys.dictionary("values"),
        bounds,
        new Field.Presence(keys.flag("required"), keys.scalar("default"), keys.flag("quoted")));
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
    return new Price.Row(
        when, keys.integer("credits"), keys.word("per", Price.Per::of, Price.Per.TASK));
  }

  private static Availability state(Keys keys) {
    return keys.has("state")
        ? keys.word("state", Availability::of, Availability.ON)
        : Availability.ON;
  }
}
