package dev.easel.catalog;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
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
  private final IdentityHashMap<Listing, Form> forms = new IdentityHashMap<>();
  private final Map<String, Map<String, Listing>> byAnyId = new HashMap<>();

  /**
   * Puts a catalogue together.
   *
   * @throws CatalogException when an id is there twice, something named is not there, or a price or
   *     schema makes no sense
   */
  public Catalog(List<Channel> channels, List<Model> models, List<Listing> listings) {
    this(new Parts(channels, models, listings));
  }

  /** Puts {@code parts} together; see above. */
  Catalog(Parts parts) {
    Mistakes mistakes = new Mistakes();
    mistakes.addAll(parts.unread().mistakes());
    parts.channels().forEach(channel -> add(channel, mistakes));
    Set<String> unread = parts.unread().abouts();
    parts.models().forEach(model -> add(model, unread, mistakes));
    parts
        .listings()
        .forEach(listing -> {
          if (!unread.contains(Model.about(listing.model()))) {
            add(listing, mistakes);
          }
        });
    mistakes.tell();
  }

  private void add(Channel channel, Mistakes mistakes) {
    if (channels.put(channel.id(), channel) != null) {
      mistakes.add(
          new Mistake(Channel.about(channel.id()), "channel " + channel.id() + " is there twice"));
    }
  }

  private void add(Model model, Set<String> unread, Mistakes mistakes) {
    String about = Model.about(model.id());
    if (models.put(model.id(), model) != null) {
      mistakes.add(new Mistake(about, "model " + model.id() + " is there twice"));
    }
    for (Route route : model.routes()) {
      if (!channels.containsKey(route.channel())
          && !unread.contains(Channel.about(route.channel()))) {
        mistakes.add(
            new Mistake(
                about + ".routes",
                "model %s: a route leads to channel %s, which is not there"
                    .formatted(model.id(), route.channel())));
      }
    }
    mistakes
        .attempt(() -> ParameterSchema.compile(model))
        .ifPresent(schema -> schemas.put(model.id(), schema));
  }

  private void add(Listing listing, Mistakes mistakes) {
    if (!models.containsKey(listing.model())) {
      mistakes.add(fault(listing, ".model", "there is no model " + listing.model()));
      return;
    }
    ParameterSchema schema = schemas.get(listing.model());
    if (schema == null) {
      return; // its model makes no sense, which is told already
    }
    try {
      forms.put(listing, Form.compile(listing.request(), schema));
    } catch (CatalogException unfit) {
      unfit.mistakes().forEach(it -> mistakes.add(fault(listing, it.about(), it.why())));
    }
    checkPrice(listing, schema, mistakes);
    listings.computeIfAbsent(listing.dialect(), _ -> new TreeMap<>()).put(listing.id(), listing);
    Map<String, Listing> ids = byAnyId.computeIfAbsent(listing.dialect(), _ -> new HashMap<>());
    claim(ids, listing.id(), listing, mistakes);
    listing.aliases().forEach(alias -> claim(ids, alias, listing, mistakes));
  }

  private static Mistake fault(Listing listing, String where, String why) {
    return new Mistake(
        "listings.%s.%s%s".formatted(listing.dialect(), listing.id(), where),
        "listing %s %s: %s".formatted(listing.dialect(), listing.id(), why));
  }

  private static void claim(
      Map<String, Listing> ids, String id, Listing listing, Mistakes mistakes) {
    if (ids.put(id, listing) != null) {
      mistakes.add(fault(listing, "", "the id or alias " + id + " is there twice"));
    }
  }

  private static void checkPrice(Listing listing, ParameterSchema schema, Mistakes mistakes) {
    List<Price.Row> rows = listing.price().rows();
    for (int i = 0; i < rows.size(); i++) {
      String where = ".price[" + i + "]";
      if (rows.get(i).per() == Price.Per.SECOND && !schema.knows("duration")) {
        mistakes.add(
            fault(
                listing,
                where,
                "a price per second, but model %s has no duration".formatted(listing.model())));
      }
      new TreeMap<>(rows.get(i).when())
          .forEach((parameter, values) -> {
            if (values.stream().anyMatch(value -> !schema.allows(parameter, value))) {
              mistakes.add(
                  fault(
                      listing,
                      where,
                      "the price has a condition that model %s never meets: %s %s"
                          .formatted(listing.model(), parameter, new TreeSet<>(values))));
            }
          });
    }
  }

  /** The same catalogue with another model of that id. */
  public Catalog withModel(Model model) {
    return new Catalog(channels(), replaced(models(), model, Model::id), listings());
  }

  /** The same catalogue with another listing of that dialect and id. */
  public Catalog withListing(Listing listing) {
    return new Catalog(
        channels(), models(), replaced(listings(), listing, it -> it.dialect() + " " + it.id()));
  }

  private static <T> List<T> replaced(List<T> all, T young, Function<T, String> id) {
    return all.stream().map(old -> id.apply(old).equals(id.apply(young)) ? young : old).toList();
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
    return form(listing).parse(body);
  }

  /**
   * What {@link #parse} takes for a listing, as JSON Schema (2020-12) of an object: its fields,
   * their values, bounds and defaults, for whoever fills them in. Rules over several fields are not
   * in it.
   */
  public ObjectNode schema(Listing listing) {
    return form(listing).schema();
  }

  private Form form(Listing listing) {
    Form form = forms.get(listing);
    if (form == null) {
      throw new NoSuchElementException("no listing " + listing.dialect() + " " + listing.id());
    }
    return form;
  }

  /**
   * The price of a request; empty when none is set for it, and then it is to be refused. Where the
   * length of a film is left to the model, it is the most that any length costs.
   *
   * @param parameters as {@link #parse} made them for this listing
   */
  public Optional<Quote> quote(Listing listing, Parameters parameters) {
    if (parameters.duration().isPresent() || !schemaOf(listing).knows("duration")) {
      return listing.price().quote(parameters);
    }
    List<Quote.Length> lengths = new ArrayList<>();
    for (int seconds : form(listing).durations()) {
      listing
          .price()
          .quote(parameters.lasting(seconds))
          .ifPresent(quote -> lengths.add(new Quote.Length(seconds, quote.credits())));
    }
    return lengths.stream().mapToLong(Quote.Length::credits).max().stream()
        .mapToObj(most -> new Quote(most, lengths))
        .findFirst();
  }

  /**
   * What to tell the sender of a request for which no price is set: a field, and what is allowed.
   *
   * @param body as {@link #parse} took it for this listing
   */
  public Parsed.Invalid unpriced(Listing listing, ObjectNode body) {
    return Unpriced.problem(this, listing, body);
  }

  private ParameterSchema schemaOf(Listing listing) {
    return Objects.requireNonNull(schemas.get(listing.model()), listing.model());
  }
}
