package dev.easel.catalog;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/** Some of a catalogue: what files say, which need not be all of it. */
public record Parts(List<Channel> channels, List<Model> models, List<Listing> listings) {
  public Parts {
    channels = List.copyOf(channels);
    models = List.copyOf(models);
    listings = List.copyOf(listings);
  }

  /** All of a catalogue. */
  static Parts of(Catalog catalog) {
    return new Parts(catalog.channels(), catalog.models(), catalog.listings());
  }

  Parts and(Parts more) {
    return new Parts(
        concat(channels, more.channels),
        concat(models, more.models),
        concat(listings, more.listings));
  }

  private static <T> List<T> concat(List<T> some, List<T> more) {
    return Stream.concat(some.stream(), more.stream()).toList();
  }

  /**
   * The catalogue that these are.
   *
   * @throws CatalogException when something is there twice, missing, or makes no sense
   */
  public Catalog whole() {
    return new Catalog(channels, models, listings);
  }

  /**
   * The catalogue that {@code before} becomes when these take the place of what has their ids
   * there, and all else stays as it is, routes included.
   *
   * @throws CatalogException as {@link #whole} does
   */
  public Catalog over(Catalog before) {
    Parts old = Parts.of(before);
    return new Parts(
            over(old.channels, channels, Channel::id),
            over(
                old.models,
                models.stream().map(model -> model.keepingRoutesOf(before)).toList(),
                Model::id),
            over(old.listings, listings, listing -> listing.dialect() + " " + listing.id()))
        .whole();
  }

  private static <T> List<T> over(List<T> old, List<T> young, Function<T, String> id) {
    Map<String, T> kept = new LinkedHashMap<>();
    old.forEach(it -> kept.put(id.apply(it), it));
    young.forEach(it -> kept.remove(id.apply(it)));
    Collection<T> others = kept.values();
    // Twice in these is still twice, and refused.
    return concat(List.copyOf(others), young);
  }
}
