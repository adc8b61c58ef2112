package dev.easel.asset;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.Optional;

/**
 * What an MP4 file says about itself in its {@code moov} box (ISO/IEC 14496-12): the size of the
 * first track that has one, and the length. Reads the heads of boxes and a few fields, wherever the
 * box stands in the file; nothing it reads makes it allocate.
 *
 * @param size empty when no track has one
 * @param duration empty when the file does not say, as a fragmented one
 */
record FilmHead(Optional<PixelSize> size, Optional<Duration> duration) {
  private static final int MOVIE = code("moov");
  private static final int MOVIE_HEADER = code("mvhd");
  private static final int TRACK = code("trak");
  private static final int TRACK_HEADER = code("tkhd");
  private static final int MOST_BOXES = 1_000;

  /** Reads the file behind {@code file}; whatever cannot be found is empty. */
  static FilmHead read(FileChannel file) throws IOException {
    return new Walk(file).movie();
  }

  private static int code(String name) {
    return name.charAt(0) << 24 | name.charAt(1) << 16 | name.charAt(2) << 8 | name.charAt(3);
  }

  /** A box: {@code from} is where its content begins, {@code to} where the next box does. */
  private record Box(int code, long from, long to) {}

  private static final class Walk {
    private final FileChannel file;
    private int boxes;

    Walk(FileChannel file) {
      this.file = file;
    }

    FilmHead movie() throws IOException {
      Optional<Box> movie = find(MOVIE, 0, file.size());
      return movie.isEmpty()
          ? new FilmHead(Optional.empty(), Optional.empty())
          : new FilmHead(size(movie.get()), duration(movie.get()));
    }

    private Optional<PixelSize> size(Box movie) throws IOException {
      long from = movie.from();
      while (true) {
        Optional<Box> track = find(TRACK, from, movie.to());
        if (track.isEmpty()) {
          return Optional.empty();
        }
        Optional<Box> header = find(TRACK_HEADER, track.get().from(), track.get().to());
        if (header.isPresent()) {
          // The last two fields, as 16.16 fixed point; a track without pictures has zeros.
          ByteBuffer fields = at(header.get().to() - 8, 8);
          int width = fields.remaining() < 8 ? 0 : fields.getInt(0) >>> 16;
          int height = fields.remaining() < 8 ? 0 : fields.getInt(4) >>> 16;
          if (width > 0 && height > 0) {
            return Optional.of(new PixelSize(width, height));
          }
        }
        from = track.get().to();
      }
    }

    private Optional<Duration> duration(Box movie) throws IOException {
      Optional<Box> header = find(MOVIE_HEADER, movie.from(), movie.to());
      if (header.isEmpty()) {
        return Optional.empty();
      }
      ByteBuffer fields = at(header.get().from(), 32);
      if (fields.remaining() < 32) {
        return Optional.empty();
      }
      // Version 1 has 64-bit times before the two fields, version 0 has 32-bit ones.
      boolean wide = fields.get(0) == 1;
      long scale = Integer.toUnsignedLong(fields.getInt(wide ? 20 : 12));
      long length = wide ? fields.getLong(24) : Integer.toUnsignedLong(fields.getInt(16));
      boolean said = scale > 0 && length > 0 && length <= Long.MAX_VALUE / 1_000;
      return said ? Optional.of(Duration.ofMillis(length * 1_000 / scale)) : Optional.empty();
    }

    private Optional<Box> find(int code, long from, long to) throws IOException {
      long position = from;
      while (position + 8 <= to && boxes++ < MOST_BOXES) {
        Box box = box(position, to);
        if (box.code() == code) {
          return Optional.of(box);
        }
        position = box.to();
      }
      return Optional.empty();
    }

    private Box box(long position, long end) throws IOException {
      ByteBuffer head = at(position, 16);
      if (head.remaining() < 8) {
        return new Box(0, end, end);
      }
      long length = Integer.toUnsignedLong(head.getInt(0));
      int lead = 8;
      if (length == 1 && head.remaining() == 16) {
        length = head.getLong(8);
        lead = 16;
      }
      // Zero is a box that goes on to the end; what is malformed ends the search in the same way.
      long to = length < lead || length > end - position ? end : position + length;
      return new Box(head.getInt(4), Math.min(position + lead, to), to);
    }

    private ByteBuffer at(long position, int length) throws IOException {
      ByteBuffer buffer = ByteBuffer.allocate(length);
      while (buffer.hasRemaining() && file.read(buffer, position + buffer.position()) > 0) {
        // Goes on until it is full or the file ends.
      }
      return buffer.flip();
    }
  }
}
