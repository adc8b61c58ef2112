package dev.easel.provider.sandbox;

import java.awt.image.BufferedImage;

/** A picture without its surroundings: what is left is round and fades out at its edge. */
final class Cutout {
  private static final double FADES_FROM = 0.86;
  private static final double ENDS_AT = 0.94;

  private Cutout() {}

  /** What is left of {@code image}, of type INT_RGB. */
  static BufferedImage of(BufferedImage image) {
    int width = image.getWidth();
    int height = image.getHeight();
    BufferedImage cut = new BufferedImage(width, height, BufferedImage.TYPE_INT_ARGB);
    int[] from = Pixels.of(image);
    int[] to = Pixels.of(cut);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        double distance = Math.hypot((2 * x + 1.0) / width - 1, (2 * y + 1.0) / height - 1);
        double left = Math.clamp((ENDS_AT - distance) / (ENDS_AT - FADES_FROM), 0, 1);
        int opacity = (int) Math.round(255 * left);
        to[y * width + x] = opacity == 0 ? 0 : opacity << 24 | (from[y * width + x] & 0xFFFFFF);
      }
    }
    return cut;
  }
}
