package dev.easel.provider.sandbox;

import java.awt.geom.AffineTransform;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Optional;

/**
 * The pictures of a request in motion. References come slowly closer, one after the other, and each
 * passes over into the next. A film that is to begin or end with a picture begins with exactly that
 * one, and ends with exactly that one.
 */
final class Slideshow {
  private static final double CLOSER = 0.12;
  private static final double FADE_BEGINS = 0.6;

  private final List<BufferedImage> slides;
  private final Optional<BufferedImage> last;

  Slideshow(Materials.Gathered materials, PixelSize size) {
    List<BufferedImage> shown = materials.first().map(List::of).orElseGet(materials::images);
    slides = shown.stream().map(it -> Scaling.cover(it, size)).toList();
    last = materials.last().map(it -> Scaling.cover(it, size));
  }

  /** Whether there is anything to begin with. */
  boolean isEmpty() {
    return slides.isEmpty();
  }

  /** Paints the moment {@code time}, 0 to 1, all over {@code image}. */
  void paint(BufferedImage image, double time) {
    double at = time * slides.size();
    int slide = Math.min((int) at, slides.size() - 1);
    double within = at - slide;
    try (Canvas canvas = new Canvas(image)) {
      show(canvas, slides.get(slide), within, 1);
      if (slide + 1 < slides.size() && within > FADE_BEGINS) {
        show(canvas, slides.get(slide + 1), 0, smooth((within - FADE_BEGINS) / (1 - FADE_BEGINS)));
      }
    }
  }

  /** Paints the last picture over {@code image}, as much of it as there is to see by now. */
  void paintLast(BufferedImage image, double time) {
    last.ifPresent(picture -> {
      try (Canvas canvas = new Canvas(image)) {
        show(canvas, picture, 1 - time, smooth(time));
      }
    });
  }

  private static double smooth(double part) {
    return part * part * (3 - 2 * part);
  }

  private static void show(Canvas canvas, BufferedImage slide, double time, double opacity) {
    AffineTransform place = Scaling.covering(slide, canvas.width, canvas.height, 1 + CLOSER * time);
    canvas.image(slide, place, opacity);
  }
}
