package dev.easel.provider.sandbox;

import static dev.easel.provider.sandbox.Palette.fade;
import static dev.easel.provider.sandbox.Palette.mix;

import java.awt.Color;
import java.awt.RadialGradientPaint;
import java.awt.geom.AffineTransform;
import java.awt.geom.Arc2D;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Point2D;
import java.awt.geom.Rectangle2D;
import java.util.SplittableRandom;

/** A ringed planet before a nebula. */
final class Cosmos implements Scene {
  @Override
  public void paint(Canvas canvas, Palette palette, SplittableRandom random, double time) {
    Color deep = mix(palette.near(), new Color(0x05060f), 0.55);
    canvas.sky(canvas.height, deep, mix(deep, palette.top(), 0.45), deep);
    nebula(canvas, palette, random.split(), time);
    Skies.stars(canvas, palette, random.split(), 420, canvas.height * 1.6, time);
    double x = canvas.width * random.nextDouble(0.34, 0.66);
    double y = canvas.height * random.nextDouble(0.34, 0.48);
    double radius = Math.min(canvas.unit * 215, canvas.height * 0.27);
    double tilt = random.nextDouble(-0.5, 0.5);
    ring(canvas, palette, x, y, radius, tilt, true);
    planet(canvas, palette, random.split(), x, y, radius, tilt, time);
    ring(canvas, palette, x, y, radius, tilt, false);
    double angle = random.nextDouble(0, 6.28) + time * 0.9;
    double mx = x + radius * 2.1 * Math.cos(angle);
    double my = y + radius * 1.05 * Math.sin(angle);
    sphere(canvas, mx, my, radius * 0.16, mix(palette.low(), palette.light(), 0.4), deep);
  }

  private static void nebula(Canvas canvas, Palette palette, SplittableRandom random, double time) {
    Noise path = new Noise(random.nextLong());
    Color[] tones = {palette.accent(), palette.middle(), palette.far(), palette.low()};
    for (int i = 0; i < 46; i++) {
      double along = random.nextDouble();
      double x = canvas.width * (along * 1.2 - 0.1) + canvas.unit * 25 * time;
      double y =
          canvas.height * (0.15 + 0.7 * path.at(along * 2.2))
              + canvas.unit * random.nextDouble(-130, 130);
      canvas.ellipseGlow(
          x,
          y,
          canvas.unit * random.nextDouble(90, 330),
          canvas.unit * random.nextDouble(60, 200),
          tones[random.nextInt(tones.length)],
          random.nextDouble(0.06, 0.24));
    }
  }

  private static void planet(
      Canvas canvas,
      Palette palette,
      SplittableRandom random,
      double x,
      double y,
      double radius,
      double tilt,
      double time) {
    canvas.glow(x, y, radius * 1.7, palette.low(), 0.4);
    canvas.disc(x, y, radius, mix(palette.low(), palette.accent(), 0.45));
    canvas.within(
        new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius),
        () -> {
          AffineTransform place = AffineTransform.getTranslateInstance(x, y);
          place.rotate(tilt * 0.6);
          for (int band = -7; band <= 7; band++) {
            Color tone =
                mix(
                    mix(palette.low(), palette.accent(), random.nextDouble()),
                    palette.far(),
                    random.nextDouble() * 0.6);
            double thick = radius * random.nextDouble(0.05, 0.2);
            double wobble = radius * 0.02 * Math.sin(band + time * 5);
            canvas.fill(
                place.createTransformedShape(
                    new Rectangle2D.Double(-radius, band * radius / 7 + wobble, 2 * radius, thick)),
                fade(tone, 0.5));
          }
        });
    shade(canvas, x, y, radius, mix(palette.near(), Color.BLACK, 0.5));
  }

  private static void sphere(
      Canvas canvas, double x, double y, double radius, Color colour, Color dark) {
    canvas.disc(x, y, radius, colour);
    shade(canvas, x, y, radius, dark);
  }

  /** Night on the side away from the light, which comes from the upper left. */
  private static void shade(Canvas canvas, double x, double y, double radius, Color dark) {
    canvas.disc(
        x,
        y,
        radius * 1.004,
        new RadialGradientPaint(
            new Point2D.Double(x - radius * 0.45, y - radius * 0.5),
            (float) (radius * 1.65),
            new float[] {0, 0.45f, 1},
            new Color[] {fade(Color.WHITE, 0.22), fade(dark, 0.1), fade(dark, 0.95)}));
  }

  private static void ring(
      Canvas canvas,
      Palette palette,
      double x,
      double y,
      double radius,
      double tilt,
      boolean behind) {
    AffineTransform place = AffineTransform.getTranslateInstance(x, y);
    place.rotate(tilt);
    double[] radii = {1.36, 1.5, 1.6, 1.78};
    double[] widths = {0.05, 0.10, 0.04, 0.09};
    for (int i = 0; i < radii.length; i++) {
      double r = radius * radii[i];
      Arc2D arc =
          new Arc2D.Double(-r, -r * 0.24, 2 * r, r * 0.48, behind ? 0 : 180, 180, Arc2D.OPEN);
      canvas.band(
          place.createTransformedShape(arc),
          fade(mix(palette.light(), palette.accent(), i / 4.0), behind ? 0.45 : 0.8),
          radius * widths[i] * 0.55);
    }
  }
}
