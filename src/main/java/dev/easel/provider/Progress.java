package dev.easel.provider;

import java.net.URI;
import java.time.Duration;
import java.util.List;

/** How an accepted generation is doing. */
public sealed interface Progress {
  /**
   * Still being made.
   *
   * @param percent done, 0 to 100; 0 where the provider does not say
   * @param checkAfter when to ask again
   */
  record Pending(int percent, Duration checkAfter) implements Progress {}

  /** Done. */
  record Produced(List<Output> outputs) implements Progress {
    public Produced {
      outputs = List.copyOf(outputs);
      if (outputs.isEmpty()) {
        throw new IllegalArgumentException("a produced generation has outputs");
      }
    }
  }

  /**
   * Done; its outputs lie at addresses of the provider's, to be {@linkplain Provider#fetch
   * fetched}.
   *
   * @param lasts for how long they are there at least, as far as anybody knows
   */
  record Published(List<URI> addresses, Duration lasts) implements Progress {
    public Published {
      addresses = List.copyOf(addresses);
      if (addresses.isEmpty()) {
        throw new IllegalArgumentException("a published generation has outputs");
      }
    }
  }

  /** The provider says that it failed. */
  record Failed(Failure failure) implements Progress {}

  /** The provider says that it does not know the id. */
  record Missing() implements Progress {}

  /** The provider could not be asked: says nothing about the generation. */
  record Unreachable(String reason) implements Progress {
    public Unreachable {
      reason = Said.keepable(reason);
    }
  }
}
