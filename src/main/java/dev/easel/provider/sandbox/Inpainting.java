package dev.easel.provider.sandbox;

import java.awt.Rectangle;
import java.awt.image.BufferedImage;

/**
 * Paints new art where a mask allows it and leaves every other pixel exactly as it was.
 *
 * <p>A mask with any transparency paints where it is transparent, as OpenAI defines masks (image
 * edits, November 2026); one without paints where it is white. In between, old and new are mixed.
 */
final class Inpainting {
  private Inpainting() {}

  /** {@code base} with {@code artwork} in the masked area; all of one size. */
  static BufferedImage paint(BufferedImage base, BufferedImage mask, Artwork artwork) {
    int width = base.getWidth();
    int height = base.getHeight();
    int[] opening = openings(mask);
    BufferedImage result = new BufferedImage(width, height, BufferedImage.TYPE_INT_ARGB);
    int[] pixels = Pixels.of(result);
    System.arraycopy(Pixels.of(base), 0, pixels, 0, pixels.length);
    Rectangle area = bounds(opening, width);
    if (area.isEmpty()) {
      return result;
    }
    BufferedImage art = new BufferedImage(area.width, area.height, BufferedImage.TYPE_INT_RGB);
    artwork.paint(art, 0);
    Grain.sprinkle(art, artwork.seed());
    int[] fresh = Pixels.of(art);
    for (int y = 0; y < area.height; y++) {
      for (int x = 0; x < area.width; x++) {
        int at = (area.y + y) * width + area.x + x;
        pixels[at] = mix(pixels[at], fresh[y * area.width + x] | 0xFF000000, opening[at]);
      }
    }
    return result;
  }

  /** How much of each pixel may be painted: 0 nothing, 255 all. */
  private static int[] openings(BufferedImage mask) {
    int[] pixels = Pixels.of(mask);
    boolean transparent = false;
    for (int pixel : pixels) {
      transparent |= pixel >>> 24 != 255;
    }
    int[] openings = new int[pixels.length];
    for (int i = 0; i < pixels.length; i++) {
      int p = pixels[i];
      openings[i] = transparent ? 255 - (p >>> 24) : Pixels.lightness(p);
    }
    return openings;
  }

  private static Rectangle bounds(int[] openings, int width) {
    int left = width;
    int right = -1;
    int top = openings.length;
    int bottom = -1;
    for (int i = 0; i < openings.length; i++) {
      if (openings[i] > 0) {
        left = Math.min(left, i % width);
        right = Math.max(right, i % width);
        top = Math.min(top, i / width);
        bottom = i / width;
      }
    }
    return new Rectangle(left, top, right - left + 1, bottom - top + 1);
  }

  private static int mix(int old, int fresh, int opening) {
    if (opening == 0) {
      return old;
    }
    int result = 0;
    for (int shift = 0; shift <= 24; shift += 8) {
      int from = (old >>> shift) & 255;
      int to = (fresh >>> shift) & 255;
      result |= ((from * (255 - opening) + to * opening + 127) / 255) << shift;
    }
    return result;
  }
}
