package dev.easel.provider.sandbox;

import dev.easel.provider.sandbox.Typeface.Glyph;
import java.awt.Font;
import java.awt.GraphicsEnvironment;
import java.awt.font.FontRenderContext;
import java.awt.font.GlyphVector;
import java.awt.geom.AffineTransform;
import java.awt.geom.Path2D;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Sets text as outlines: Lato for alphabets, a subset of Droid Sans Fallback for Chinese, and
 * whatever the machine has for the rest. Characters that nobody can draw are left out.
 */
final class Lettering {
  private static final List<Typeface> FACES =
      List.of(
          Typeface.ofResource("Lato-Medium.ttf"),
          Typeface.ofResource("DroidSansFallback-GB2312.ttf"));
  private static final String ELLIPSIS = "…";

  private Lettering() {}

  /** The width of {@code text} at {@code size}, in pixels. */
  static double width(String text, double size) {
    return size
        * text.codePoints()
            .mapToObj(Lettering::glyph)
            .flatMap(Optional::stream)
            .mapToDouble(Glyph::advance)
            .sum();
  }

  /** The outline of {@code text} at {@code size}, from {@code x} along the baseline {@code y}. */
  static Path2D outline(String text, double size, double x, double y) {
    return outline(text, size, x, y, 0);
  }

  /** As above, with so many pixels more between the letters. */
  static Path2D outline(String text, double size, double x, double y, double spacing) {
    Path2D line = new Path2D.Double(Path2D.WIND_NON_ZERO);
    double at = x;
    for (int codePoint : text.codePoints().toArray()) {
      Optional<Glyph> glyph = glyph(codePoint);
      if (glyph.isPresent()) {
        AffineTransform place = new AffineTransform(size, 0, 0, size, at, y);
        line.append(glyph.get().outline().getPathIterator(place), false);
        at += glyph.get().advance() * size + spacing;
      }
    }
    return line;
  }

  /** Whether anything of {@code text} can be seen. */
  static boolean canShow(String text) {
    return !outline(text, 1, 0, 0).getBounds2D().isEmpty();
  }

  /** Breaks {@code text} into lines of at most {@code width} pixels. */
  static List<String> wrap(String text, double size, double width) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String piece : pieces(text)) {
      if (!line.isEmpty() && width((line + piece).stripTrailing(), size) > width) {
        lines.add(line.toString().strip());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? piece.stripLeading() : piece);
      while (width(line.toString().stripTrailing(), size) > width && line.length() > 1) {
        int fitting = fitting(line.toString(), size, width);
        lines.add(line.substring(0, fitting));
        line.delete(0, fitting);
      }
    }
    if (!line.toString().isBlank()) {
      lines.add(line.toString().strip());
    }
    return lines;
  }

  /** {@code line} with an ellipsis, shortened so that both fit into {@code width} pixels. */
  static String truncate(String line, double size, double width) {
    int fitting = fitting(line, size, width - width(ELLIPSIS, size));
    return line.substring(0, fitting).stripTrailing() + ELLIPSIS;
  }

  private static int fitting(String line, double size, double width) {
    int end = 0;
    double used = 0;
    while (end < line.length()) {
      int codePoint = line.codePointAt(end);
      used += glyph(codePoint).map(Glyph::advance).orElse(0.0) * size;
      if (used > width && end > 0) {
        break;
      }
      end += Character.charCount(codePoint);
    }
    return end;
  }

  /**
   * What a line may not be broken within: words with the space after them, ideographs one by one.
   */
  private static List<String> pieces(String text) {
    List<String> pieces = new ArrayList<>();
    StringBuilder piece = new StringBuilder();
    for (int codePoint : text.strip().replaceAll("\\s+", " ").codePoints().toArray()) {
      boolean ideograph = Character.isIdeographic(codePoint);
      boolean wordEnds = !piece.isEmpty() && piece.charAt(piece.length() - 1) == ' ';
      boolean afterIdeograph =
          !piece.isEmpty()
              && Character.isIdeographic(piece.codePointBefore(piece.length()))
              && Character.isLetterOrDigit(codePoint);
      if (!piece.isEmpty() && codePoint != ' ' && (ideograph || wordEnds || afterIdeograph)) {
        pieces.add(piece.toString());
        piece.setLength(0);
      }
      piece.appendCodePoint(codePoint);
    }
    if (!piece.isEmpty()) {
      pieces.add(piece.toString());
    }
    return pieces;
  }

  private static Optional<Glyph> glyph(int codePoint) {
    for (Typeface face : FACES) {
      Optional<Glyph> glyph = face.glyph(codePoint);
      if (glyph.isPresent()) {
        return glyph;
      }
    }
    return Installed.glyph(codePoint);
  }

  /** The fonts of this machine, if it has any. */
  private static final class Installed {
    private static final List<Font> FONTS = find();
    private static final Map<Integer, Optional<Glyph>> GLYPHS = new ConcurrentHashMap<>();
    private static final FontRenderContext SMOOTH = new FontRenderContext(null, true, true);

    private Installed() {}

    private static List<Font> find() {
      try {
        return List.of(GraphicsEnvironment.getLocalGraphicsEnvironment().getAllFonts());
      } catch (RuntimeException | LinkageError | InternalError none) {
        return List.of(); // a machine without fontconfig or without fonts
      }
    }

    static Optional<Glyph> glyph(int codePoint) {
      return GLYPHS.computeIfAbsent(codePoint, Installed::find);
    }

    private static Optional<Glyph> find(int codePoint) {
      for (Font font : FONTS) {
        if (font.canDisplay(codePoint)) {
          GlyphVector vector =
              font.deriveFont(100f).createGlyphVector(SMOOTH, Character.toString(codePoint));
          AffineTransform toEm = AffineTransform.getScaleInstance(0.01, 0.01);
          Path2D outline = new Path2D.Double(vector.getOutline(), toEm);
          return Optional.of(new Glyph(outline, vector.getGlyphPosition(1).getX() / 100));
        }
      }
      return Optional.empty();
    }
  }
}
