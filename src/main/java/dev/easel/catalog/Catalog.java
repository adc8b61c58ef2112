package dev.easel.catalog;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import tools.jackson.databind.node.ObjectNode;

/**
 * What is sold at one moment: an immutable snapshot whose parts fit each other, with every schema
 * compiled. Building one costs milliseconds; asking it costs next to nothing.
 */
public final class Catalog {
  private final Map<String, Channel> channels = new TreeMap<>();
  private final Map<String, Model> models = new TreeMap<>();
  private final Map<String, ParameterSchema> schemas = new HashMap<>();
  private final Map<String, Map<String, Listing>> listings = new TreeMap<>();
  private final Map<String, Map<String, Listing>> byAnyId = new HashMap<>();

  /**
   * Puts a catalogue together.
   *
   * @throws CatalogException when an id is there twice, something named is not there, or a price or
   *     schema makes no sense
   */
  public Catalog(List<Channel> channels, List<Model> models, List<Listing> listings) {
    channels.forEach(this::add);
    models.forEach(this::add);
    listings.forEach(this::add);
  }

  private void add(Channel channel) {
    if (channels.put(channel.id(), channel) != null) {
      throw new CatalogException("channel " + channel.id() + " is there twice");
    }
  }

  private void add(Model model) {
    if (models.put(model.id(), model) != null) {
      throw new CatalogException("model " + model.id() + " is there twice");
    }
    for (Route route : model.routes()) {
      if (!channels.containsKey(route.channel())) {
        throw new CatalogException(
            "model %s: a route leads to channel %s, which is not there"
                .formatted(model.id(), route.channel()));
      }
    }
    schemas.put(model.id(), ParameterSchema.compile(model));
  }

  private void add(Listing listing) {
    String name = "listing " + listing.dialect() + " " + listing.id();
    ParameterSchema schema = schemas.get(listing.model());
    if (schema == null) {
      throw new CatalogException(name + ": there is no model " + listing.model());
    }
    checkFields(name, listing, schema);
    checkPrice(name, listing, schema);
    listings.computeIfAbsent(listing.dialect(), _ -> new TreeMap<>()).put(listing.id(), listing);
    Map<String, Listing> ids = byAnyId.computeIfAbsent(listing.dialect(), _ -> new HashMap<>());
    claim(name, ids, listing.id(), listing);
    listing.aliases().forEach(alias -> claim(name, ids, alias, listing));
  }

  private static void claim(String name, Map<String, Listing> ids, String id, Listing listing) {
    if (ids.put(id, listing) != null) {
      throw new CatalogException(name + ": the id or alias " + id + " is there twice");
    }
  }

  private static void checkFields(String name, Listing listing, ParameterSchema schema) {
    Set<String> needed = new TreeSet<>(schema.indispensable());
    for (Listing.Field field : listing.fields()) {
      if (!schema.knows(field.parameter())) {
        throw new CatalogException(
            "%s: field %s means %s, which model %s does not know"
                .formatted(name, field.name(), field.parameter(), listing.model()));
      }
      needed.remove(field.parameter());
    }
    if (!needed.isEmpty()) {
      throw new CatalogException(name + ": no field for " + String.join(", ", needed));
    }
  }

  private static void checkPrice(String name, Listing listing, ParameterSchema schema) {
    for (Price.Row row : listing.price().rows()) {
      if (row.per() == Price.Per.SECOND && !schema.knows("duration")) {
        throw new CatalogException(
            "%s: a price per second, but model %s has no duration"
                .formatted(name, listing.model()));
      }
      row.when()
          .forEach((parameter, values) -> {
            if (values.stream().anyMatch(value -> !schema.allows(parameter, value))) {
              throw new CatalogException(
                  "%s: the price has a condition that model %s never meets: %s %s"
                      .formatted(name, listing.model(), parameter, values));
            }
          });
    }
  }

  /** The listing that a dialect sells under this id or alias, whatever its state. */
  public Optional<Listing> listing(String dialect, String idOrAlias) {
    return Optional.ofNullable(byAnyId.getOrDefault(dialect, Map.of()).get(idOrAlias));
  }

  /** What a dialect sells, by id, whatever its state. */
  public List<Listing> listings(String dialect) {
    return List.copyOf(listings.getOrDefault(dialect, Map.of()).values());
  }

  /** What is sold, by dialect and id. */
  public List<Listing> listings() {
    return listings.values().stream().flatMap(sold -> sold.values().stream()).toList();
  }

  /** The model of this id; tasks may outlive theirs. */
  public Optional<Model> model(String id) {
    return Optional.ofNullable(models.get(id));
  }

  /** The model that a listing of this catalogue sells. */
  public Model model(Listing listing) {
    return model(listing.model()).orElseThrow();
  }

  /** The models, by id. */
  public List<Model> models() {
    return List.copyOf(models.values());
  }

  /** The channels, by id. */
  public List<Channel> channels() {
    return List.copyOf(channels.values());
  }

  /** Whether a listing can be asked for: the stricter of its own state and its model's. */
  public Availability availability(Listing listing) {
    return listing.state().and(model(listing).state());
  }

  /**
   * Reads a request: maps the dialect's fields to the model's parameters, ignores all others, takes
   * null, blank and empty for absent, fills in defaults, and checks. Costs microseconds.
   *
   * @param listing one of this catalogue's
   * @param body the object that holds the fields
   */
  public Parsed parse(Listing listing, ObjectNode body) {
    ParameterSchema schema = schemas.get(listing.model());
    if (schema == null) {
      throw new NoSuchElementException("no model " + listing.model());
    }
    return schema.parse(listing, body);
  }
}
