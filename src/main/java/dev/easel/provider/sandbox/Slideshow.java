package dev.easel.provider.sandbox;

import java.awt.geom.AffineTransform;
import java.awt.image.BufferedImage;
import java.util.List;

/**
 * Reference images in motion: each comes slowly closer, and passes over into the next. The first
 * frame is the first reference, the last frame shows the last.
 */
final class Slideshow {
  private static final double CLOSER = 0.12;
  private static final double FADE_BEGINS = 0.6;

  private final List<BufferedImage> slides;

  Slideshow(List<BufferedImage> references, PixelSize size) {
    slides = references.stream().map(it -> Scaling.cover(it, size)).toList();
  }

  /** Paints the moment {@code time}, 0 to 1, all over {@code image}. */
  void paint(BufferedImage image, double time) {
    double at = time * slides.size();
    int slide = Math.min((int) at, slides.size() - 1);
    double within = at - slide;
    try (Canvas canvas = new Canvas(image)) {
      show(canvas, slides.get(slide), within, 1);
      if (slide + 1 < slides.size() && within > FADE_BEGINS) {
        double part = (within - FADE_BEGINS) / (1 - FADE_BEGINS);
        show(canvas, slides.get(slide + 1), 0, part * part * (3 - 2 * part));
      }
    }
  }

  private static void show(Canvas canvas, BufferedImage slide, double time, double opacity) {
    AffineTransform place = Scaling.covering(slide, canvas.width, canvas.height, 1 + CLOSER * time);
    canvas.image(slide, place, opacity);
  }
}
