package dev.easel.provider.sandbox;

import java.awt.AlphaComposite;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.LinearGradientPaint;
import java.awt.Paint;
import java.awt.RadialGradientPaint;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Point2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.function.DoubleUnaryOperator;

/**
 * A picture being painted. Lengths other than positions are multiples of {@link #unit}, a
 * thousandth of the side of a square of the picture's area, so that a picture looks the same at any
 * resolution.
 */
final class Canvas implements AutoCloseable {
  final double width;
  final double height;
  final double unit;
  private final Graphics2D graphics;

  Canvas(BufferedImage image) {
    width = image.getWidth();
    height = image.getHeight();
    unit = Math.sqrt(width * height) / 1000;
    graphics = image.createGraphics();
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setRenderingHint(RenderingHints.KEY_RENDERING, RenderingHints.VALUE_RENDER_QUALITY);
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
    graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
  }

  void fill(Shape shape, Paint paint) {
    graphics.setPaint(paint);
    graphics.fill(shape);
  }

  void stroke(Shape shape, Paint paint, double thickness) {
    graphics.setPaint(paint);
    graphics.setStroke(
        new BasicStroke((float) thickness, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
    graphics.draw(shape);
  }

  /** As {@link #stroke}, but cut off where the line ends. */
  void band(Shape shape, Paint paint, double thickness) {
    graphics.setPaint(paint);
    graphics.setStroke(
        new BasicStroke((float) thickness, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND));
    graphics.draw(shape);
  }

  void disc(double x, double y, double radius, Paint paint) {
    fill(new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius), paint);
  }

  void rectangle(double x, double y, double w, double h, Paint paint) {
    fill(new Rectangle2D.Double(x, y, w, h), paint);
  }

  void image(BufferedImage image, AffineTransform place) {
    graphics.drawImage(image, place, null);
  }

  void image(BufferedImage image, AffineTransform place, double opacity) {
    graphics.setComposite(AlphaComposite.SrcOver.derive((float) opacity));
    image(image, place);
    graphics.setComposite(AlphaComposite.SrcOver);
  }

  /** Everything painted by {@code painting} appears only inside of {@code shape}. */
  void within(Shape shape, Runnable painting) {
    Shape before = graphics.getClip();
    graphics.clip(shape);
    painting.run();
    graphics.setClip(before);
  }

  /** A gradient from the picture's top to {@code bottom}, through evenly spread colours. */
  void sky(double bottom, Color... colours) {
    rectangle(0, 0, width, Math.ceil(bottom), vertical(0, bottom, colours));
  }

  /** Light around a point, fading out towards {@code radius}. */
  void glow(double x, double y, double radius, Color colour, double opacity) {
    ellipseGlow(x, y, radius, radius, colour, opacity);
  }

  /** As {@link #glow}, wider than high: a cloud, or light on water. */
  void ellipseGlow(double x, double y, double rx, double ry, Color colour, double opacity) {
    Color[] colours = new Color[6];
    float[] stops = new float[6];
    for (int i = 0; i < 6; i++) {
      stops[i] = i / 5f;
      double rest = 1 - stops[i];
      colours[i] = Palette.fade(colour, opacity * rest * rest);
    }
    AffineTransform squeeze = AffineTransform.getTranslateInstance(x, y);
    squeeze.scale(1, ry / rx);
    Paint paint =
        new RadialGradientPaint(
            new Point2D.Double(),
            (float) rx,
            new Point2D.Double(),
            stops,
            colours,
            RadialGradientPaint.CycleMethod.NO_CYCLE,
            RadialGradientPaint.ColorSpaceType.SRGB,
            squeeze);
    fill(new Ellipse2D.Double(x - rx, y - ry, 2 * rx, 2 * ry), paint);
  }

  /** Colours evenly spread between two heights. */
  static Paint vertical(double from, double to, Color... colours) {
    return linear(0, from, 0, to, colours);
  }

  /** Colours evenly spread between two points. */
  static Paint linear(double x1, double y1, double x2, double y2, Color... colours) {
    float[] stops = new float[colours.length];
    for (int i = 0; i < stops.length; i++) {
      stops[i] = i / (stops.length - 1f);
    }
    return new LinearGradientPaint(
        new Point2D.Double(x1, y1), new Point2D.Double(x2, y2 + 1e-3), stops, colours);
  }

  /** The ground below a line whose height at each x is {@code line}. */
  Path2D ground(DoubleUnaryOperator line) {
    return strip(line, height + 5);
  }

  /** As {@link #ground}, only down to {@code bottom}. */
  Path2D strip(DoubleUnaryOperator line, double bottom) {
    Path2D strip = new Path2D.Double();
    strip.moveTo(-5, bottom);
    double step = Math.max(1, 3 * unit);
    for (double x = -5; x < width + 5 + step; x += step) {
      strip.lineTo(x, line.applyAsDouble(x));
    }
    strip.lineTo(width + 5 + step, bottom);
    strip.closePath();
    return strip;
  }

  @Override
  public void close() {
    graphics.dispose();
  }
}
