package dev.easel.provider.sandbox;

import java.awt.geom.Path2D;
import java.nio.ByteBuffer;

/** The outline of a simple glyph in a font file's glyf table, in font units. */
final class Contours {
  private static final int ON_CURVE = 1;
  private static final int REPEAT = 8;

  private final int[] ends;
  private final byte[] flags;
  private final int[] xs;
  private final int[] ys;

  /** Reads the {@code count} contours of the glyph that begins at {@code start}. */
  Contours(ByteBuffer file, int start, int count) {
    ends = new int[count];
    for (int i = 0; i < count; i++) {
      ends[i] = file.getShort(start + 10 + 2 * i) & 0xFFFF;
    }
    int points = count == 0 ? 0 : ends[count - 1] + 1;
    flags = new byte[points];
    int at = start + 10 + 2 * count;
    ByteBuffer data = file.duplicate().position(at + 2 + (file.getShort(at) & 0xFFFF));
    for (int i = 0; i < points; i++) {
      flags[i] = data.get();
      if ((flags[i] & REPEAT) != 0) {
        for (int times = data.get() & 0xFF; times > 0; times--, i++) {
          flags[i + 1] = flags[i];
        }
      }
    }
    xs = coordinates(data, 2, 16);
    ys = coordinates(data, 4, 32);
  }

  private int[] coordinates(ByteBuffer data, int isByte, int isSameOrPositive) {
    int[] values = new int[flags.length];
    int value = 0;
    for (int i = 0; i < values.length; i++) {
      boolean marked = (flags[i] & isSameOrPositive) != 0;
      if ((flags[i] & isByte) != 0) {
        int distance = data.get() & 0xFF;
        value += marked ? distance : -distance;
      } else if (!marked) {
        value += data.getShort();
      }
      values[i] = value;
    }
    return values;
  }

  /** The outline as lines and quadratic curves. */
  Path2D path() {
    Path2D path = new Path2D.Double(Path2D.WIND_NON_ZERO);
    int first = 0;
    for (int end : ends) {
      if (end > first) {
        contour(path, first, end);
      }
      first = end + 1;
    }
    return path;
  }

  /** Between two control points in a row lies an implied point of the curve, half way. */
  private void contour(Path2D path, int first, int last) {
    int start = onCurve(first) ? first : last;
    double startX = onCurve(start) ? xs[start] : (xs[first] + xs[last]) / 2.0;
    double startY = onCurve(start) ? ys[start] : (ys[first] + ys[last]) / 2.0;
    path.moveTo(startX, startY);
    int control = -1;
    for (int i = first; i <= last; i++) {
      if (control < 0 && onCurve(i)) {
        path.lineTo(xs[i], ys[i]);
      } else if (control >= 0) {
        double x = onCurve(i) ? xs[i] : (xs[control] + xs[i]) / 2.0;
        double y = onCurve(i) ? ys[i] : (ys[control] + ys[i]) / 2.0;
        path.quadTo(xs[control], ys[control], x, y);
      }
      control = onCurve(i) ? -1 : i;
    }
    if (control >= 0) {
      path.quadTo(xs[control], ys[control], startX, startY);
    }
    path.closePath();
  }

  private boolean onCurve(int point) {
    return (flags[point] & ON_CURVE) != 0;
  }
}
