package dev.easel.db;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The exclusive use of one data directory: a locked file {@code easel.lock} in it, which holds the
 * owner's process id as text.
 *
 * <p>The operating system drops the lock when its owner ends, however it ends.
 */
final class DataLock implements AutoCloseable {
  /**
   * The directories locked by this process. POSIX drops a process's lock as soon as the process
   * closes any descriptor of the file, so that a second look at the file from here would undo it.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path data;
  private final FileChannel channel;

  private DataLock(Path data, FileChannel channel) {
    this.data = data;
    this.channel = channel;
  }

  /**
   * Locks {@code data}, an existing directory under its real path.
   *
   * @throws DatabaseException when a running node holds it
   */
  static DataLock take(Path data) throws IOException {
    String self = Long.toString(ProcessHandle.current().pid());
    if (!HELD.add(data)) {
      throw held(data, self);
    }
    boolean taken = false;
    FileChannel channel = null;
    try {
      channel = FileChannel.open(data.resolve("easel.lock"), CREATE, READ, WRITE);
      if (channel.tryLock() == null) {
        throw held(data, owner(channel));
      }
      channel.truncate(0);
      channel.write(US_ASCII.encode(self + "\n"), 0);
      taken = true;
      return new DataLock(data, channel);
    } finally {
      if (!taken) {
        HELD.remove(data);
        if (channel != null) {
          channel.close();
        }
      }
    }
  }

  private static String owner(FileChannel channel) throws IOException {
    ByteBuffer text = ByteBuffer.allocate(32);
    channel.read(text, 0);
    return US_ASCII.decode(text.flip()).toString().strip();
  }

  private static DatabaseException held(Path data, String owner) {
    return new DatabaseException(
        "the data directory " + data + " is in use by another running node (pid " + owner + ")");
  }

  @Override
  public void close() throws IOException {
    // A second close must not touch the lock that somebody else has taken since.
    if (channel.isOpen()) {
      channel.close();
      HELD.remove(data);
    }
  }
}
