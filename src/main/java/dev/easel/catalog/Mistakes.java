package dev.easel.catalog;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** What was found to be wrong so far: gathered, so that all of it is told at once. */
final class Mistakes {
  private final List<Mistake> found = new ArrayList<>();

  void add(Mistake mistake) {
    found.add(mistake);
  }

  void addAll(List<Mistake> mistakes) {
    found.addAll(mistakes);
  }

  int count() {
    return found.size();
  }

  List<Mistake> all() {
    return List.copyOf(found);
  }

  /** What {@code make} makes; empty where that is not possible, and then it is noted why. */
  <T> Optional<T> attempt(Supplier<T> make) {
    try {
      return Optional.of(make.get());
    } catch (CatalogException unfit) {
      addAll(unfit.mistakes());
      return Optional.empty();
    }
  }

  /**
   * Ends the work where there is something to tell.
   *
   * @throws CatalogException with all that was found, if anything was
   */
  void tell() {
    if (!found.isEmpty()) {
      throw new CatalogException(found);
    }
  }
}
