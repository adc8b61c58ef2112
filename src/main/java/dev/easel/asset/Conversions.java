package dev.easel.asset;

import dev.easel.asset.ImageFiles.Decoding;
import dev.easel.asset.ImageFiles.Format;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.OptionalInt;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns pictures of one format into another. So many megapixels are worked on at once as fit into
 * little memory; whoever comes later waits.
 */
public final class Conversions {
  private static final Logger log = LoggerFactory.getLogger(Conversions.class);

  /** More than any picture of 4K has. */
  private static final int MOST_MEGAPIXELS = 24;

  private static final int LARGEST_FILE = 64 << 20;

  private final Semaphore megapixels = new Semaphore(MOST_MEGAPIXELS, true);

  /**
   * The picture {@code content} in {@code format}. It comes back as it is when it has that format
   * already, and when it cannot be converted: it has been paid for, and whoever looks at it is told
   * of what type it really is.
   *
   * @param percent the quality asked for of a format that loses some
   */
  public byte[] to(Format format, byte[] content, OptionalInt percent) {
    if (MediaType.sniff(content).filter(type -> type.isImage() && type != format.type()).isEmpty()
        || content.length > LARGEST_FILE) {
      return content;
    }
    return switch (ImageHead.of(content, MOST_MEGAPIXELS * 1_000_000L)) {
      case ImageHead.Unfit unfit -> unchanged(content, format, unfit.reason().toString());
      case ImageHead.Fit(_, PixelSize size) -> {
        int share = (int) (size.pixels() / 1_000_000) + 1;
        int taken = Math.min(share, MOST_MEGAPIXELS);
        megapixels.acquireUninterruptibly(taken);
        try {
          yield switch (ImageFiles.decode(content, size.pixels())) {
            case Decoding.Decoded(BufferedImage image) -> ImageFiles.encode(image, format, percent);
            case Decoding.Undecodable(String reason) -> unchanged(content, format, reason);
          };
        } catch (RuntimeException | LinkageError unwritable) {
          // It is paid for. A side is too long for the format, or its library is not for this
          // machine.
          yield unchanged(content, format, "cannot be written so: " + unwritable);
        } finally {
          megapixels.release(taken);
        }
      }
    };
  }

  /**
   * The same while it arrives: of what stays as it is only the beginning is looked at, and no more
   * than one picture is held.
   *
   * @throws IOException when {@code content} cannot be read
   */
  public InputStream to(Format format, InputStream content, OptionalInt percent)
      throws IOException {
    byte[] head = content.readNBytes(MediaType.HEAD);
    InputStream whole = joined(head, content);
    if (MediaType.sniff(head).filter(type -> type.isImage() && type != format.type()).isEmpty()) {
      return whole;
    }
    byte[] picture = whole.readNBytes(LARGEST_FILE + 1);
    return picture.length > LARGEST_FILE
        ? joined(picture, content)
        : new ByteArrayInputStream(to(format, picture, percent));
  }

  private static InputStream joined(byte[] first, InputStream rest) {
    return new SequenceInputStream(new ByteArrayInputStream(first), rest);
  }

  private static byte[] unchanged(byte[] content, Format format, String reason) {
    log.warn("a result stays what it is, {} was asked for: the picture {}", format, reason);
    return content;
  }
}
