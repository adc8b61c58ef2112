package dev.easel.provider.sandbox;

import java.awt.geom.AffineTransform;
import java.awt.image.BufferedImage;

/** Shrinks pictures without losing detail to aliasing: halves them first, as often as is needed. */
final class Scaling {
  private Scaling() {}

  /** Draws {@code image} where {@code place} puts it. */
  static void draw(Canvas canvas, BufferedImage image, AffineTransform place) {
    BufferedImage current = image;
    for (double scale = place.getScaleX(); scale < 0.5 && divisible(current); scale *= 2) {
      current = half(current);
    }
    AffineTransform rest = new AffineTransform(place);
    rest.scale(
        (double) image.getWidth() / current.getWidth(),
        (double) image.getHeight() / current.getHeight());
    canvas.image(current, rest);
  }

  /** {@code image} at exactly this size, its middle cut out where the ratio differs. */
  static BufferedImage cover(BufferedImage image, PixelSize size) {
    if (image.getWidth() == size.width() && image.getHeight() == size.height()) {
      return image;
    }
    BufferedImage scaled =
        new BufferedImage(size.width(), size.height(), BufferedImage.TYPE_INT_ARGB);
    try (Canvas canvas = new Canvas(scaled)) {
      draw(canvas, image, covering(image, size.width(), size.height(), 1));
    }
    return scaled;
  }

  /** Places {@code image} so that it covers an area of this size, enlarged {@code zoom} times. */
  static AffineTransform covering(BufferedImage image, double width, double height, double zoom) {
    double scale = Math.max(width / image.getWidth(), height / image.getHeight()) * zoom;
    AffineTransform place =
        AffineTransform.getTranslateInstance(
            (width - image.getWidth() * scale) / 2, (height - image.getHeight() * scale) / 2);
    place.scale(scale, scale);
    return place;
  }

  /** {@code image} halved until it has at most so many pixels. */
  static BufferedImage within(int pixels, BufferedImage image) {
    BufferedImage current = image;
    while ((long) current.getWidth() * current.getHeight() > pixels && divisible(current)) {
      current = half(current);
    }
    return current;
  }

  private static boolean divisible(BufferedImage image) {
    return image.getWidth() > 1 && image.getHeight() > 1;
  }

  private static BufferedImage half(BufferedImage image) {
    int width = image.getWidth() / 2;
    int height = image.getHeight() / 2;
    BufferedImage half = new BufferedImage(width, height, BufferedImage.TYPE_INT_ARGB);
    try (Canvas canvas = new Canvas(half)) {
      canvas.image(
          image,
          AffineTransform.getScaleInstance(
              (double) width / image.getWidth(), (double) height / image.getHeight()));
    }
    return half;
  }
}
