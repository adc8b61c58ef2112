package dev.easel.net;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A body that breaks off after {@code limit} bytes, and remembers how it ended: a reader may
 * swallow or wrap the exception.
 */
final class CappedBody extends FilterInputStream {
  private final long limit;
  private long read;
  private boolean exceeded;
  private @Nullable IOException failure;

  CappedBody(InputStream body, long limit) {
    super(body);
    this.limit = limit;
  }

  long limit() {
    return limit;
  }

  boolean exceeded() {
    return exceeded;
  }

  Optional<IOException> failure() {
    return Optional.ofNullable(failure);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int count;
    try {
      count = super.read(buffer, offset, length);
    } catch (IOException broken) {
      failure = broken;
      throw broken;
    }
    read += Math.max(count, 0);
    if (read > limit) {
      exceeded = true;
      throw new IOException("the body is longer than " + limit + " bytes");
    }
    return count;
  }

  @Override
  public long skip(long count) throws IOException {
    return readNBytes((int) Math.min(count, 8_192)).length;
  }

  @Override
  public boolean markSupported() {
    return false;
  }

  @Override
  public void close() {
    // The answer is closed by whoever sent the request: closing here would read it to its end.
  }
}
