package dev.easel.provider.sandbox;

import static dev.easel.provider.sandbox.Palette.fade;

import java.awt.Color;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.geom.RoundRectangle2D;
import java.util.ArrayList;
import java.util.List;

/** The prompt along the bottom of a picture, and the sandbox's mark in its upper right corner. */
final class Caption {
  private static final int MOST_LINES = 4;
  private static final double LEAST_SIZE = 8;
  private static final String MARK = "sandbox";

  private Caption() {}

  /** Sets both, the prompt at an opacity of 0 to 1; what would be too small to read is left out. */
  static void paint(Canvas canvas, Palette palette, String prompt, double opacity) {
    double shorter = Math.min(canvas.width, canvas.height);
    double size = Math.max(canvas.unit * 36, shorter / 30);
    if (shorter / 30 >= LEAST_SIZE / 2) {
      mark(canvas, Math.max(LEAST_SIZE, shorter / 46));
    }
    if (size >= LEAST_SIZE && Lettering.canShow(prompt)) {
      prompt(canvas, palette, prompt, size, opacity);
    }
  }

  private static void prompt(
      Canvas canvas, Palette palette, String prompt, double largest, double opacity) {
    double margin = Math.min(canvas.width, canvas.height) * 0.055;
    double width = Math.min(canvas.width - 2 * margin, canvas.unit * 1050) - margin * 0.45;
    double size = largest;
    while (size > Math.max(LEAST_SIZE, largest * 0.6)
        && Lettering.wrap(prompt, size, width).size() > 2) {
      size *= 0.92;
    }
    List<String> lines = fit(Lettering.wrap(prompt, size, width), size, width, canvas.height);
    double leading = size * 1.34;
    double block = leading * (lines.size() - 1) + size;
    double top = canvas.height - margin - block;
    double scrim = Math.max(0, top - margin * 2.4);
    canvas.rectangle(
        0,
        scrim,
        canvas.width,
        canvas.height - scrim,
        Canvas.vertical(
            scrim,
            canvas.height,
            fade(Color.BLACK, 0),
            fade(Color.BLACK, 0.38 * opacity),
            fade(Color.BLACK, 0.54 * opacity),
            fade(Color.BLACK, 0.6 * opacity)));
    canvas.fill(
        new Rectangle2D.Double(margin, top + size * 0.02, size * 0.14, block),
        fade(palette.accent(), opacity));
    double baseline = top + size * 0.82;
    for (String line : lines) {
      Path2D text = Lettering.outline(line, size, margin + margin * 0.45, baseline);
      canvas.fill(text, fade(Color.WHITE, 0.97 * opacity));
      baseline += leading;
    }
  }

  private static List<String> fit(List<String> lines, double size, double width, double height) {
    int most = Math.clamp((long) (height * 0.4 / (size * 1.34)), 1, MOST_LINES);
    if (lines.size() <= most) {
      return lines;
    }
    List<String> kept = new ArrayList<>(lines.subList(0, most));
    kept.set(most - 1, Lettering.truncate(kept.getLast(), size, width));
    return kept;
  }

  private static void mark(Canvas canvas, double size) {
    double spacing = size * 0.09;
    double width = Lettering.width(MARK, size) + spacing * (MARK.length() - 1);
    double right = canvas.width - size * 1.3;
    double top = size * 1.2;
    canvas.fill(
        new RoundRectangle2D.Double(
            right - width - size * 1.4,
            top,
            width + size * 1.4,
            size * 1.7,
            size * 1.7,
            size * 1.7),
        fade(Color.BLACK, 0.34));
    canvas.fill(
        Lettering.outline(MARK, size, right - width - size * 0.7, top + size * 1.14, spacing),
        fade(Color.WHITE, 0.88));
  }
}
