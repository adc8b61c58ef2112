package dev.easel.provider.sandbox;

import dev.easel.provider.ChannelSettings;
import java.util.EnumMap;
import java.util.Map;
import java.util.UUID;

/**
 * How often what goes wrong. An attempt's id alone decides, so that every node and every replay
 * sees the same fault.
 */
public record Faults(Map<Fault, Double> probabilities) {
  /** Nothing ever goes wrong. */
  public static final Faults NONE = new Faults(Map.of());

  public Faults {
    probabilities = Map.copyOf(probabilities);
    double sum = probabilities.values().stream().mapToDouble(Double::doubleValue).sum();
    // Ten tenths may be a little more than one.
    if (sum > 1 + 1e-9) {
      throw new IllegalArgumentException("the probabilities may add up to 1, not to " + sum);
    }
  }

  /** Reads {@code {refuse: 0.1, …}}. */
  static Faults read(ChannelSettings settings) {
    Map<Fault, Double> probabilities = new EnumMap<>(Fault.class);
    for (Fault fault : Fault.values()) {
      if (fault != Fault.NONE) {
        probabilities.put(fault, settings.probability(fault.word()));
      }
    }
    return new Faults(probabilities);
  }

  /** What goes wrong with {@code attempt}. */
  Fault of(UUID attempt) {
    double left = fraction(attempt);
    for (Fault fault : Fault.values()) {
      left -= probabilities.getOrDefault(fault, 0.0);
      if (left < 0) {
        return fault;
      }
    }
    return Fault.NONE;
  }

  /** Spreads ids evenly over 0 to 1, also those that differ in few bits (SplitMix64's mixer). */
  private static double fraction(UUID attempt) {
    long bits = attempt.getMostSignificantBits() * 31 + attempt.getLeastSignificantBits();
    bits = (bits ^ bits >>> 30) * 0xbf58476d1ce4e5b9L;
    bits = (bits ^ bits >>> 27) * 0x94d049bb133111ebL;
    return ((bits ^ bits >>> 31) >>> 11) * 0x1p-53;
  }
}
