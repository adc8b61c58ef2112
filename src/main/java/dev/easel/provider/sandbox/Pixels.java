package dev.easel.provider.sandbox;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;

/** Pictures pixel by pixel. */
final class Pixels {
  private Pixels() {}

  /** The pixels of an image of type INT_RGB or INT_ARGB, row by row; writing to them paints. */
  static int[] of(BufferedImage image) {
    return ((DataBufferInt) image.getRaster().getDataBuffer()).getData();
  }

  /** How light the colour of a pixel is, 0 to 255. */
  static int lightness(int pixel) {
    return (((pixel >> 16) & 255) * 54 + ((pixel >> 8) & 255) * 183 + (pixel & 255) * 19) >> 8;
  }
}
