package dev.easel.blackbox;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;

/** Pictures to send, and what only looks like some. */
final class Pictures {
  private Pictures() {}

  /** A square of one colour. */
  static byte[] png(int argb, int side) {
    BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_INT_ARGB);
    for (int x = 0; x < side; x++) {
      for (int y = 0; y < side; y++) {
        image.setRGB(x, y, argb);
      }
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", out);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return out.toByteArray();
  }

  /** A picture that says that it has 60000x60000 pixels, in its proper checksum too. */
  static byte[] bomb() {
    byte[] picture = png(0xffc81414, 16);
    ByteBuffer bytes = ByteBuffer.wrap(picture);
    bytes.putInt(16, 60_000).putInt(20, 60_000);
    CRC32 checksum = new CRC32();
    checksum.update(picture, 12, 17);
    bytes.putInt(29, (int) checksum.getValue());
    return picture;
  }
}
