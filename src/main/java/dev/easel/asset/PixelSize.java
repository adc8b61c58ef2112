package dev.easel.asset;

import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** Width and height of a picture or film in pixels. */
public record PixelSize(int width, int height) {
  public PixelSize {
    if (width < 1 || height < 1) {
      throw new IllegalArgumentException("a picture has at least one pixel");
    }
  }

  /** Width times height. */
  public long pixels() {
    return (long) width * height;
  }

  /**
   * The size that the head of a picture names; reads no further and decodes nothing. It is what
   * ImageIO's decoders believe, so that a limit on it limits what they would allocate. Empty when
   * the head makes no sense.
   */
  static Optional<PixelSize> ofImage(MediaType type, InputStream content) {
    ImageReader reader;
    try {
      reader = reader(type);
    } catch (IOException impossible) {
      throw new IllegalStateException("no reader for " + type, impossible);
    }
    try (ImageInputStream input = new MemoryCacheImageInputStream(content)) {
      reader.setInput(input, true, true);
      return Optional.of(new PixelSize(reader.getWidth(0), reader.getHeight(0)));
    } catch (IOException | RuntimeException malformed) {
      // Readers of hostile files fail with all kinds of unchecked exceptions.
      return Optional.empty();
    } finally {
      reader.dispose();
    }
  }

  private static ImageReader reader(MediaType type) throws IOException {
    // Two libraries read WebP; this one is Java all the way down.
    return type == MediaType.WEBP
        ? new WebPImageReaderSpi().createReaderInstance(null)
        : ImageIO.getImageReadersByFormatName(type.name()).next();
  }
}
