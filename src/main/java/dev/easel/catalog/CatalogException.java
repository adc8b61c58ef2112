package dev.easel.catalog;

import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The catalogue cannot be used as it is written. The message says where and why, a line for each
 * mistake, so that an operator can act on all of them at once.
 */
public final class CatalogException extends RuntimeException {
  private static final long serialVersionUID = 1;

  @SuppressWarnings("serial") // nobody sends it anywhere
  private final List<Mistake> mistakes;

  /** A mistake that stands nowhere in particular. */
  public CatalogException(String message) {
    this("", message);
  }

  /** A mistake in what stands at a path: {@code models.gpt-image-2.parameters}. */
  public CatalogException(String about, String message) {
    this(List.of(new Mistake(about, message)));
  }

  public CatalogException(String message, Throwable cause) {
    super(message, cause);
    mistakes = List.of(new Mistake("", message));
  }

  /** All of these, of which there is at least one. */
  CatalogException(List<Mistake> mistakes) {
    super(mistakes.stream().map(Mistake::told).collect(Collectors.joining("\n")));
    this.mistakes = List.copyOf(mistakes);
  }

  /** Several that were found one by one; there is at least one. */
  public static CatalogException all(Collection<CatalogException> found) {
    return new CatalogException(found.stream().flatMap(it -> it.mistakes.stream()).toList());
  }

  List<Mistake> mistakes() {
    return mistakes;
  }

  /**
   * Where the mistakes are, in brackets, without what is written there; nothing if nobody knows.
   */
  String places() {
    List<String> abouts =
        mistakes.stream().map(Mistake::about).filter(it -> !it.isEmpty()).distinct().toList();
    return switch (abouts.size()) {
      case 0 -> "";
      case 1 -> " (" + abouts.getFirst() + ")";
      default -> " (%s and %d more)".formatted(abouts.getFirst(), abouts.size() - 1);
    };
  }

  /** The first mistake, and how many more there are, in one line for the log. */
  public String inBrief() {
    String first = mistakes.getFirst().told();
    return mistakes.size() == 1 ? first : first + " (" + (mistakes.size() - 1) + " more)";
  }
}
