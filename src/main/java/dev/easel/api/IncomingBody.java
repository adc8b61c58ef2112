package dev.easel.api;

import io.helidon.webserver.CloseConnectionException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * The body of a request while it comes. It takes its share of the {@link BodyRoom} as its bytes
 * arrive, before they can be read here: the web server keeps a chunk until the whole of it is
 * there.
 */
final class IncomingBody extends FilterInputStream {
  /** What comes with the last bytes that may: ends of chunks, and the buffer of the socket. */
  private static final long BESIDE = 16 * 1024;

  private final Connection connection;
  private final BodyRoom.Share room;
  private final long limit;
  private final long began;

  /** How many bytes have come that could not be read here yet. */
  private long ahead;

  private boolean tooLarge;
  private boolean hasRoom = true;

  /** What {@code content} has, {@code limit} bytes at most of which may lie in one chunk. */
  IncomingBody(Connection connection, InputStream content, BodyRoom.Share room, long limit) {
    super(content);
    this.connection = connection;
    this.room = room;
    this.limit = limit;
    this.began = connection.nanos();
    connection.reads(this);
  }

  /** When it was first wanted, in nanoseconds of {@link Connections#nanos}. */
  long began() {
    return began;
  }

  /** Counts {@code bytes} that have come. */
  void arrived(int bytes) {
    ahead += bytes;
    tooLarge |= ahead > limit + BESIDE;
    hasRoom &= room.take(bytes);
  }

  /** Ends the reading where no more may come; what has come stays where it is. */
  void goOn() {
    if (tooLarge || !hasRoom) {
      throw new CloseConnectionException("no more of this body is taken");
    }
  }

  /** Whether it ended because a single chunk of it was larger than a body may be. */
  boolean isTooLarge() {
    return tooLarge;
  }

  /** Whether it ended because others have the room. */
  boolean isCrowdedOut() {
    return !hasRoom;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    int count = in.read(into, offset, length);
    ahead = 0;
    goOn();
    return count;
  }

  /** Is read no more. Closing what is below would read on, and forget that there is more. */
  @Override
  public void close() {
    connection.readsNoMore();
  }
}
