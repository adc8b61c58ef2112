package dev.easel.provider.sandbox;

import static dev.easel.provider.sandbox.Palette.fade;
import static dev.easel.provider.sandbox.Palette.mix;

import java.awt.Color;
import java.awt.geom.AffineTransform;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.SplittableRandom;

/** Pictures made of reference images: one all over, several side by side in slanted panels. */
final class Collage {
  private static final int MOST_IN_ROW = 4;
  private static final double TONING = 0.42;

  private Collage() {}

  /** Fills {@code image} with the references, toned with the artwork's palette and lit anew. */
  static void paint(BufferedImage image, List<BufferedImage> references, Artwork artwork) {
    try (Canvas canvas = new Canvas(image)) {
      canvas.rectangle(0, 0, canvas.width, canvas.height, artwork.palette().light());
      panels(canvas, references, artwork.palette().light());
      tone(image, artwork.palette());
      light(canvas, artwork);
    }
  }

  private static void panels(Canvas canvas, List<BufferedImage> references, Color seams) {
    int rows = (references.size() + MOST_IN_ROW - 1) / MOST_IN_ROW;
    if (canvas.height > canvas.width * 1.4) {
      rows = Math.max(rows, (references.size() + 1) / 2);
    }
    int first = 0;
    for (int row = 0; row < rows; row++) {
      int count = references.size() * (row + 1) / rows - first;
      double top = canvas.height * row / rows;
      row(canvas, references.subList(first, first + count), top, canvas.height / rows, seams);
      first += count;
    }
  }

  private static void row(
      Canvas canvas, List<BufferedImage> images, double top, double height, Color seams) {
    double gap = canvas.unit * 7;
    double cell = canvas.width / images.size();
    double slant = Math.min(cell * 0.3, height * 0.12);
    double upper = top == 0 ? 0 : top + gap / 2;
    double lower = top + height >= canvas.height - 1 ? canvas.height : top + height - gap / 2;
    for (int i = 0; i < images.size(); i++) {
      BufferedImage image = images.get(i);
      double left = i == 0 ? 0 : slant / 2;
      double right = i == images.size() - 1 ? 0 : slant / 2;
      double from = i * cell;
      double to = from + cell;
      Path2D panel = new Path2D.Double();
      panel.moveTo(from + left, upper);
      panel.lineTo(to + right, upper);
      panel.lineTo(to - right, lower);
      panel.lineTo(from - left, lower);
      panel.closePath();
      AffineTransform place = Scaling.covering(image, cell + left + right, lower - upper, 1);
      place.preConcatenate(AffineTransform.getTranslateInstance(from - left, upper));
      canvas.within(panel, () -> Scaling.draw(canvas, image, place));
    }
    for (int i = 1; i < images.size(); i++) {
      double x = i * cell;
      Line2D seam = new Line2D.Double(x + slant / 2, upper, x - slant / 2, lower);
      canvas.band(seam, seams, gap + 2); // covers the panels' edges, which clipping leaves jagged
    }
  }

  /** Moves every colour towards that of the palette which is as light. */
  private static void tone(BufferedImage image, Palette palette) {
    Color shadow = mix(palette.near(), Color.BLACK, 0.35);
    Color[] scale = {
      shadow,
      mix(shadow, palette.far(), 0.7),
      mix(palette.far(), palette.middle(), 0.6),
      palette.low(),
      palette.light()
    };
    int[] tones = new int[256];
    for (int level = 0; level < 256; level++) {
      double at = level / 255.0 * (scale.length - 1);
      int step = Math.min((int) at, scale.length - 2);
      tones[level] = mix(scale[step], scale[step + 1], at - step).getRGB();
    }
    int[] pixels = Pixels.of(image);
    int weight = (int) Math.round(TONING * 256);
    for (int i = 0; i < pixels.length; i++) {
      int p = pixels[i];
      int level = Pixels.lightness(p);
      int tone = tones[level];
      pixels[i] =
          0xFF000000
              | channel(p, tone, 16, weight)
              | channel(p, tone, 8, weight)
              | channel(p, tone, 0, weight);
    }
  }

  private static int channel(int pixel, int tone, int shift, int weight) {
    int from = (pixel >> shift) & 255;
    return (from + (((tone >> shift) & 255) - from) * weight / 256) << shift;
  }

  /** Light from one corner, and sparks of it. */
  private static void light(Canvas canvas, Artwork artwork) {
    SplittableRandom random = new SplittableRandom(artwork.seed());
    Palette palette = artwork.palette();
    double x = random.nextBoolean() ? canvas.width * 0.08 : canvas.width * 0.92;
    canvas.glow(x, canvas.height * 0.06, canvas.unit * 900, palette.light(), 0.5);
    canvas.glow(canvas.width - x, canvas.height, canvas.unit * 800, palette.accent(), 0.3);
    for (int i = 0; i < 26; i++) {
      double radius = canvas.unit * random.nextDouble(3, 34);
      double px = random.nextDouble() * canvas.width;
      double py = random.nextDouble() * canvas.height;
      canvas.disc(px, py, radius, fade(palette.light(), random.nextDouble(0.04, 0.15)));
    }
    double inset = canvas.unit * 20;
    canvas.stroke(
        new Rectangle2D.Double(inset, inset, canvas.width - 2 * inset, canvas.height - 2 * inset),
        fade(Color.WHITE, 0.55),
        canvas.unit * 2);
  }
}
