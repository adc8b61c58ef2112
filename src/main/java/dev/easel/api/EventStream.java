package dev.easel.api;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * A stream of server-sent events, as the HTML standard's section 9.2 defines it. What is written is
 * sent at once; a caller that has gone shows as an {@link IOException}, at the second write after
 * it went at the latest.
 */
public final class EventStream {
  private final OutputStream out;

  EventStream(OutputStream out) {
    this.out = out;
  }

  /** Says how long a caller should wait before it comes back. */
  public void retry(Duration pause) throws IOException {
    write("retry: " + pause.toMillis() + "\n\n");
  }

  /**
   * An event.
   *
   * @param id what the caller sends as {@code Last-Event-ID} when it comes back
   * @param data one line
   */
  public void event(String id, String name, String data) throws IOException {
    write("id: " + id + "\nevent: " + name + "\ndata: " + data + "\n\n");
  }

  /**
   * An event of a stream in which nobody comes back to where they were.
   *
   * @param data one line, which may be long
   */
  public void event(String name, Reply.Writer data) throws IOException {
    write("event: " + name + "\ndata: ");
    data.write(out);
    write("\n\n");
  }

  /** A comment, which callers ignore. */
  public void comment() throws IOException {
    write(":\n");
  }

  private void write(String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.flush();
  }
}
