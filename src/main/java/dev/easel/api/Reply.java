package dev.easel.api;

import dev.easel.asset.FileAnswer;
import java.io.IOException;
import java.io.OutputStream;

/** What goes back to the caller, where that is not always a short text. */
public sealed interface Reply {
  /** JSON in one piece. */
  record Text(Answer answer) implements Reply {}

  /** JSON with status 200 that is written while it is sent, however large it is. */
  record Written(Writer writer) implements Reply {}

  /** A file, or the part of it that was asked for. */
  record File(FileAnswer answer) implements Reply {}

  /** Events, as long as there are any. */
  record Events(Teller teller) implements Reply {}

  /** Nothing is left to tell: 204, at which browsers stop asking for events. */
  record Nothing() implements Reply {}

  /** What one caller is told by events. */
  interface Teller {
    /**
     * Tells it, and returns when nothing is left to tell. May block for as long as the stream is
     * open.
     */
    void tell(EventStream out) throws IOException, InterruptedException;
  }

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
