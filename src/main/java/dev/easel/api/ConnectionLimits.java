package dev.easel.api;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;

/**
 * How many connections there may be, and how long they may take.
 *
 * @param most at once; who comes then waits until another one goes
 * @param head for a request, from its first bytes to the end of its headers; for the first one from
 *     the beginning of the connection
 * @param silence of a body that is being read
 * @param body from when it is wanted to its last byte
 * @param idle between two requests
 * @param goodbye how long what still comes is read and thrown away, once the last answer is out
 * @param look how often they are looked after: so much later than it should, something may end
 */
record ConnectionLimits(
    int most,
    Duration head,
    Duration silence,
    Duration body,
    Duration idle,
    Duration goodbye,
    Duration look) {
  private static final int FEWEST = 16;

  /** What an open connection takes of the heap: its buffers, its thread, and half a request. */
  private static final long HEAP_OF_EACH = 32 * 1024;

  static final ConnectionLimits USUAL =
      new ConnectionLimits(
          mostHere(),
          Duration.ofMinutes(1),
          Duration.ofSeconds(30),
          Duration.ofMinutes(10),
          Duration.ofMinutes(5),
          Duration.ofSeconds(30),
          Duration.ofSeconds(1));

  /**
   * Half of what the process may have open, the other half being for files, the database and
   * upstreams; and no more than fit into half of the heap.
   */
  private static int mostHere() {
    long open =
        ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
            ? unix.getMaxFileDescriptorCount()
            : -1;
    long byHeap = Runtime.getRuntime().maxMemory() / 2 / HEAP_OF_EACH;
    long most = open > 0 ? Math.min(open / 2, byHeap) : byHeap; // -1 is no limit
    return Math.toIntExact(Math.clamp(most, FEWEST, Integer.MAX_VALUE));
  }
}
