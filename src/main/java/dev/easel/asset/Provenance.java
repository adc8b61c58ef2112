package dev.easel.asset;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.io.SequenceInputStream;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says in generated files, for machines to read, that they were generated: an XMP packet is put
 * into the container, and not a pixel is touched. A file whose container makes no sense stays as it
 * is: it has been paid for.
 *
 * <p>The same file with the same mark comes out the same, so that a copy cut short by a crash is
 * repeated onto itself.
 */
public final class Provenance {
  private static final Logger log = LoggerFactory.getLogger(Provenance.class);

  /** Of pictures, which are held in memory; films are not. */
  private static final int LARGEST_PICTURE = 64 << 20;

  /** Of metadata that goes into a picture of a few kilobytes. */
  private static final int LONGEST_COPIED = 16 << 10;

  private Provenance() {}

  /**
   * What is said of a file.
   *
   * @param id of the file, the same at every try
   * @param iptc whether its IPTC DigitalSourceType is said to be {@code trainedAlgorithmicMedia}
   * @param producer who answers for it in the label that GB 45438-2025 asks for; without the label,
   *     empty
   */
  public record Mark(String id, boolean iptc, Optional<String> producer) {
    /** Whether nothing is said. */
    boolean isBlank() {
      return !iptc && producer.isEmpty();
    }
  }

  /**
   * The file {@code content} with {@code mark}. Whoever reads the answer closes {@code content}.
   *
   * @throws IOException when {@code content} cannot be read
   */
  public static InputStream marked(InputStream content, Mark mark) throws IOException {
    if (mark.isBlank()) {
      return content;
    }
    PushbackInputStream file = new PushbackInputStream(content, MediaType.HEAD);
    byte[] head = file.readNBytes(MediaType.HEAD);
    file.unread(head);
    Optional<MediaType> type = MediaType.sniff(head);
    if (type.isEmpty()) {
      return file;
    }
    return switch (type.get()) {
      case PNG -> picture(new PngContainer(), file, mark);
      case JPEG -> picture(new JpegContainer(), file, mark);
      case WEBP -> picture(new WebpContainer(), file, mark);
      case MP4 -> new MarkedFilm(file, mark);
      case GIF -> file;
    };
  }

  private static InputStream picture(PictureContainer container, InputStream file, Mark mark)
      throws IOException {
    byte[] content = file.readNBytes(LARGEST_PICTURE + 1);
    if (content.length > LARGEST_PICTURE) {
      unmarked(mark, "it is too large");
      return new SequenceInputStream(new ByteArrayInputStream(content), file);
    }
    return new ByteArrayInputStream(picture(container, content, mark));
  }

  private static byte[] picture(PictureContainer container, byte[] content, Mark mark) {
    Optional<PictureContainer.Site> site = container.survey(content);
    if (site.isEmpty()) {
      unmarked(mark, "its container is damaged or of an unusual kind");
      return content;
    }
    if (site.get().isSigned() && mark.producer().isEmpty()) {
      return content;
    }
    return switch (XmpPacket.with(site.get().packet(), mark)) {
      case XmpPacket.Written(byte[] packet) when packet.length <= container.longestPacket() ->
          container.with(content, site.get(), packet);
      case XmpPacket.Written _ -> {
        unmarked(mark, "with the metadata that it has it would be too long");
        yield content;
      }
      case XmpPacket.SaidAlready _ -> content;
      case XmpPacket.Unreadable _ -> {
        unmarked(mark, "the metadata that it has makes no sense");
        yield content;
      }
    };
  }

  /**
   * The WebP picture {@code small} with the metadata that {@code file} has, from which it was made.
   */
  static byte[] copied(MediaType type, byte[] file, byte[] small) {
    byte[] packet =
        switch (type) {
          case PNG -> packet(new PngContainer(), file);
          case JPEG -> packet(new JpegContainer(), file);
          case WEBP -> packet(new WebpContainer(), file);
          case MP4 -> MarkedFilm.packet(file);
          case GIF -> new byte[0];
        };
    WebpContainer webp = new WebpContainer();
    Optional<PictureContainer.Site> site = webp.survey(small);
    return packet.length == 0 || packet.length > LONGEST_COPIED || site.isEmpty()
        ? small
        : webp.with(small, site.get(), packet);
  }

  private static byte[] packet(PictureContainer container, byte[] file) {
    return container.survey(file).map(PictureContainer.Site::packet).orElse(new byte[0]);
  }

  static void unmarked(Mark mark, String why) {
    log.warn("result {} is stored without a word on where it comes from: {}", mark.id(), why);
  }
}
