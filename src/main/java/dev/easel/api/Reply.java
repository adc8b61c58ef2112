package dev.easel.api;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import java.util.OptionalLong;

/** What goes back to the caller, where that is not always a short text. */
public sealed interface Reply {
  /** JSON in one piece. */
  record Text(Answer answer) implements Reply {}

  /**
   * A body with status 200 that is written while it is sent, however large it is.
   *
   * @param type its {@code Content-Type}
   * @param length in bytes, where it is known beforehand
   * @param headers beyond those that every answer has
   */
  record Content(String type, OptionalLong length, Map<String, String> headers, Writer writer)
      implements Reply {
    public Content {
      headers = Map.copyOf(headers);
    }
  }

  /** Events, as long as there are any. */
  record Events(EventEndpoint.Events events) implements Reply {}

  /** Writes a body, or a part of one. */
  interface Writer {
    /**
     * Writes it, and leaves {@code out} open.
     *
     * @throws IOException when the caller has gone, or what is to be written cannot be read
     */
    void write(OutputStream out) throws IOException;
  }
}
