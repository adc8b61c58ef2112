package dev.easel.catalog;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Some of a catalogue: what files say, which need not be all of it.
 *
 * @param unread what they say, but nobody understands
 */
public record Parts(
    List<Channel> channels, List<Model> models, List<Listing> listings, Unread unread) {
  public Parts {
    channels = List.copyOf(channels);
    models = List.copyOf(models);
    listings = List.copyOf(listings);
  }

  /** Parts of which nothing is wrong in itself. */
  public Parts(List<Channel> channels, List<Model> models, List<Listing> listings) {
    this(channels, models, listings, Unread.NOTHING);
  }

  /**
   * What is there and could not be read.
   *
   * @param mistakes why
   * @param abouts the paths of what it was, {@code models.pen}: nothing is said of those who refer
   *     to it
   */
  record Unread(List<Mistake> mistakes, Set<String> abouts) {
    static final Unread NOTHING = new Unread(List.of(), Set.of());

    Unread {
      mistakes = List.copyOf(mistakes);
      abouts = Set.copyOf(abouts);
    }

    private Unread and(Unread more) {
      return new Unread(
          concat(mistakes, more.mistakes),
          Stream.concat(abouts.stream(), more.abouts.stream()).collect(Collectors.toSet()));
    }
  }

  /** All of a catalogue. */
  static Parts of(Catalog catalog) {
    return new Parts(catalog.channels(), catalog.models(), catalog.listings());
  }

  Parts and(Parts more) {
    return new Parts(
        concat(channels, more.channels),
        concat(models, more.models),
        concat(listings, more.listings),
        unread.and(more.unread));
  }

  /** The same, where {@code check} of the channels alone may find more that is wrong. */
  Parts checked(Consumer<Catalog> check) {
    Mistakes found = new Mistakes();
    for (Channel channel : channels) {
      found.attempt(() -> {
        Catalog alone = new Catalog(List.of(channel), List.of(), List.of());
        check.accept(alone);
        return alone;
      });
    }
    return new Parts(channels, models, listings, unread.and(new Unread(found.all(), Set.of())));
  }

  private static <T> List<T> concat(List<T> some, List<T> more) {
    return Stream.concat(some.stream(), more.stream()).toList();
  }

  /**
   * The catalogue that these are.
   *
   * @throws CatalogException with all that could not be read, is there twice, missing, or makes no
   *     sense
   */
  public Catalog whole() {
    return new Catalog(this);
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
            over(old.listings, listings, listing -> listing.dialect() + " " + listing.id()),
            unread)
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
