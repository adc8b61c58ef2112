package dev.easel.api;

import java.io.IOException;
import java.util.Optional;

/**
 * Answers one kind of request with server-sent events. Runs on a virtual thread; may block for as
 * long as the stream is open.
 */
public interface EventEndpoint {
  /**
   * Says what will be told, or why nothing. Empty when the caller has heard everything before: the
   * answer is 204, at which browsers stop asking.
   */
  Verdict<Optional<Events>> open(Exchange exchange);

  /** What is told to one caller. */
  interface Events {
    /** Tells it, and returns when nothing is left to tell. */
    void tell(EventStream out) throws IOException, InterruptedException;
  }
}
