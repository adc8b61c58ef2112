package dev.easel.task;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What one transaction learns about channels. */
final class Omens {
  private final Set<String> fair = new TreeSet<>();
  private final Map<String, Omen> bad = new TreeMap<>();

  /** Notes what was seen of {@code channel}. */
  void add(String channel, Omen omen) {
    switch (omen) {
      case Omen.Fair _ -> fair.add(channel);
      case Omen.Fault _, Omen.Broken _ -> bad.merge(channel, omen, Omen::worse);
    }
  }

  /** Channels for which something went well. */
  Set<String> fair() {
    return fair;
  }

  /** The worst that was seen of each of the others, and of some of those. */
  Map<String, Omen> bad() {
    return bad;
  }
}
