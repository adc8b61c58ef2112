package dev.easel.asset;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.OptionalInt;
import java.util.Random;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.jcodec.api.awt.AWTSequenceEncoder;

/** Small real files. */
final class Samples {
  private Samples() {}

  /** A picture in a format of the JDK: {@code png}, {@code jpeg}, {@code gif}. */
  static byte[] image(String format, int width, int height) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      ImageIO.write(new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB), format, out);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return out.toByteArray();
  }

  /** A WebP of one pixel. */
  static byte[] webp() {
    return Base64.getDecoder().decode("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA");
  }

  /** The head of a PNG that would need some 14 GB when decoded. */
  static byte[] bomb() {
    ByteBuffer png = ByteBuffer.allocate(33);
    png.put(image("png", 1, 1), 0, 16).putInt(60_000).putInt(60_000);
    png.put(new byte[] {8, 6, 0, 0, 0});
    CRC32 crc = new CRC32();
    crc.update(png.array(), 12, 17);
    return png.putInt((int) crc.getValue()).array();
  }

  /** An H.264 film of 64 by 48 pixels with {@code frames} frames, 10 a second. */
  static byte[] film(Path directory, int frames) throws IOException {
    Path file = Files.createTempFile(directory, "film", ".mp4");
    AWTSequenceEncoder encoder = AWTSequenceEncoder.createSequenceEncoder(file.toFile(), 10);
    for (int i = 0; i < frames; i++) {
      encoder.encodeImage(new BufferedImage(64, 48, BufferedImage.TYPE_3BYTE_BGR));
    }
    encoder.finish();
    return Files.readAllBytes(file);
  }

  /** A PNG that nothing compresses. */
  static byte[] noise(int width, int height) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Random random = new Random(1);
    for (int i = 0; i < width * height; i++) {
      image.setRGB(i % width, i / width, random.nextInt());
    }
    return ImageFiles.encode(image, ImageFiles.Format.PNG, OptionalInt.empty());
  }
}
