package dev.easel.asset;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.DataBufferInt;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Reads and writes image files in memory. */
public final class ImageFiles {
  private static final long MOST_PIXELS = 50_000_000;

  private ImageFiles() {}

  /** A file format to write. */
  public enum Format {
    PNG(MediaType.PNG, 0.6f, true),
    JPEG(MediaType.JPEG, 0.92f, false),
    WEBP(MediaType.WEBP, 0.88f, true);

    private final MediaType type;
    private final float quality;
    private final boolean alpha;

    Format(MediaType type, float quality, boolean alpha) {
      this.type = type;
      this.quality = quality;
      this.alpha = alpha;
    }

    private float quality(OptionalInt percent) {
      return percent.isPresent() && this != PNG ? percent.getAsInt() / 100f : quality;
    }

    MediaType type() {
      return type;
    }

    /** The format of this name, {@code jpg} included. */
    public static Optional<Format> of(String name) {
      return switch (name.toLowerCase(Locale.ROOT)) {
        case "png" -> Optional.of(PNG);
        case "jpeg", "jpg" -> Optional.of(JPEG);
        case "webp" -> Optional.of(WEBP);
        default -> Optional.empty();
      };
    }
  }

  /** What became of reading a file. */
  public sealed interface Decoding {
    /** Its picture, of type INT_ARGB. */
    record Decoded(BufferedImage image) implements Decoding {}

    /** It shows none; the reason is fit for a customer. */
    record Undecodable(String reason) implements Decoding {}
  }

  /**
   * Reads the first picture of a PNG, JPEG, GIF, WebP or BMP file. Every decoder that takes the
   * file for its own is tried; whatever one throws means that it cannot.
   */
  public static Decoding decode(byte[] content) {
    return decode(content, MOST_PIXELS);
  }

  /** The same, of at most {@code mostPixels}, whatever the head of the file says. */
  static Decoding decode(byte[] content, long mostPixels) {
    return decode(content, mostPixels, Integer.MAX_VALUE);
  }

  /**
   * The same, but of a picture whose longer side is at least twice {@code longestSide} only every
   * second, third, … pixel of every second, third, … line: as few as make that side not shorter.
   */
  static Decoding decode(byte[] content, long mostPixels, int longestSide) {
    String reason = "it is not an image that can be read";
    for (ImageReader reader : readers(content)) {
      try (ImageInputStream input =
          new MemoryCacheImageInputStream(new ByteArrayInputStream(content))) {
        reader.setInput(input, true, true);
        if ((long) reader.getWidth(0) * reader.getHeight(0) > mostPixels) {
          return new Decoding.Undecodable("it has more pixels than can be worked on");
        }
        int step = Math.max(1, Math.max(reader.getWidth(0), reader.getHeight(0)) / longestSide);
        ImageReadParam parameters = reader.getDefaultReadParam();
        parameters.setSourceSubsampling(step, step, 0, 0);
        return new Decoding.Decoded(argb(reader.read(0, parameters)));
      } catch (IOException | RuntimeException broken) {
        reason = "it is damaged or of an unusual kind";
      } finally {
        reader.dispose();
      }
    }
    return new Decoding.Undecodable(reason);
  }

  private static List<ImageReader> readers(byte[] content) {
    List<ImageReader> readers = new ArrayList<>();
    try (ImageInputStream input =
        new MemoryCacheImageInputStream(new ByteArrayInputStream(content))) {
      Iterator<ImageReader> found = ImageIO.getImageReaders(input);
      found.forEachRemaining(readers::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory cannot be unreadable
    }
    return readers;
  }

  /**
   * The picture with its colours as the file has them. Grey is copied sample by sample: {@link
   * BufferedImage#getRGB} takes Java's grey for linear light and would brighten it.
   */
  private static BufferedImage argb(BufferedImage read) {
    int width = read.getWidth();
    int height = read.getHeight();
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_ARGB);
    int[] pixels = ((DataBufferInt) image.getRaster().getDataBuffer()).getData();
    ColorModel model = read.getColorModel();
    Raster raster = read.getRaster();
    boolean grey = raster.getNumBands() <= 2 && model.getNumColorComponents() == 1;
    if (!grey) {
      read.getRGB(0, 0, width, height, pixels, 0, width);
      return image;
    }
    int bits = model.getComponentSize(0);
    int most = (1 << bits) - 1;
    boolean alpha = raster.getNumBands() == 2;
    int[] row = new int[width];
    int[] opacity = new int[width];
    for (int y = 0; y < height; y++) {
      raster.getSamples(0, y, width, 1, 0, row);
      if (alpha) {
        raster.getSamples(0, y, width, 1, 1, opacity);
      }
      for (int x = 0; x < width; x++) {
        int level = row[x] * 255 / most;
        int a = alpha ? opacity[x] * 255 / most : 255;
        pixels[y * width + x] = (a << 24) | (level * 0x010101);
      }
    }
    return image;
  }

  /**
   * Writes {@code image}; transparency becomes white where the format has none.
   *
   * @param percent the quality asked for, 0 to 100, of a format that loses some; a good one unless
   *     told
   */
  public static byte[] encode(BufferedImage image, Format format, OptionalInt percent) {
    BufferedImage written = format.alpha && !isOpaque(image) ? image : flattened(image);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 20);
    ImageWriter writer = ImageIO.getImageWritersByMIMEType(format.type.mime()).next();
    try (ImageOutputStream output = new MemoryCacheImageOutputStream(bytes)) {
      ImageWriteParam parameters = writer.getDefaultWriteParam();
      parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      if (parameters.getCompressionType() == null) {
        parameters.setCompressionType(parameters.getCompressionTypes()[0]);
      }
      parameters.setCompressionQuality(format.quality(percent));
      writer.setOutput(output);
      writer.write(null, new IIOImage(written, null, null), parameters);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  /** Whether nothing shines through: then an alpha channel would be for nothing. */
  private static boolean isOpaque(BufferedImage image) {
    if (image.getType() != BufferedImage.TYPE_INT_ARGB) {
      return !image.getColorModel().hasAlpha();
    }
    for (int pixel : ((DataBufferInt) image.getRaster().getDataBuffer()).getData()) {
      if (pixel >>> 24 != 255) {
        return false;
      }
    }
    return true;
  }

  private static BufferedImage flattened(BufferedImage image) {
    if (!image.getColorModel().hasAlpha()) {
      return image;
    }
    BufferedImage flat =
        new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = flat.createGraphics();
    graphics.drawImage(image, 0, 0, Color.WHITE, null);
    graphics.dispose();
    return flat;
  }
}
