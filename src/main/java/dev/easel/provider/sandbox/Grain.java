package dev.easel.provider.sandbox;

import java.awt.image.BufferedImage;

/** Fine noise that hides the steps in smooth gradients. */
final class Grain {
  private static final int LARGE = 2048 * 2048;

  private Grain() {}

  /** Makes pixels of an INT_RGB picture a little lighter or darker; less in large pictures. */
  static void sprinkle(BufferedImage image, long seed) {
    int[] pixels = Pixels.of(image);
    int strength = pixels.length > LARGE ? 1 : 3;
    long state = seed | 1;
    for (int i = 0; i < pixels.length; i++) {
      state ^= state << 13;
      state ^= state >>> 7;
      state ^= state << 17;
      int noise = (int) (state >>> 40) % (2 * strength + 1) - strength;
      int p = pixels[i];
      pixels[i] =
          (p & 0xFF000000)
              | (clamp(((p >> 16) & 255) + noise) << 16)
              | (clamp(((p >> 8) & 255) + noise) << 8)
              | clamp((p & 255) + noise);
    }
  }

  private static int clamp(int level) {
    return Math.clamp(level, 0, 255);
  }
}
