package dev.easel.task;

import java.net.URI;
import java.util.List;
import java.util.stream.Stream;

/** One output of an attempt, on its way from the provider into our own storage. */
public sealed interface Copy {
  /** It is still where the provider has put it; the address is for nobody else's eyes. */
  record Wanted(URI address) implements Copy {
    @Override
    public String toString() {
      return "Wanted";
    }
  }

  /** It is stored. */
  record Kept(Asset asset) implements Copy {}

  /** What is stored of {@code copies}. */
  static List<Asset> kept(List<Copy> copies) {
    return copies.stream()
        .flatMap(copy -> copy instanceof Kept(Asset asset) ? Stream.of(asset) : Stream.of())
        .toList();
  }
}
