package dev.easel.provider.sandbox;

import static dev.easel.provider.sandbox.Palette.fade;
import static dev.easel.provider.sandbox.Palette.mix;

import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.util.SplittableRandom;

/** The sea under a wide sky, with the sun's path upon it and a small boat. */
final class Seascape implements Scene {
  private static final int WAVES = 18;

  @Override
  public void paint(Canvas canvas, Palette palette, SplittableRandom random, double time) {
    double horizon = canvas.height * random.nextDouble(0.50, 0.60);
    Skies.Sun sun = Skies.paint(canvas, palette, random.split(), horizon, time);
    islands(canvas, palette, random.split(), horizon);
    var distant = mix(mix(palette.middle(), palette.low(), 0.45), palette.far(), 0.35);
    canvas.rectangle(
        0,
        horizon,
        canvas.width,
        canvas.height - horizon,
        Canvas.vertical(
            horizon,
            canvas.height,
            distant,
            mix(palette.far(), palette.near(), 0.45),
            palette.near()));
    double boat = canvas.width * (random.nextDouble(0.2, 0.72) + 0.06 * time);
    int before = random.nextInt(6, 9);
    for (int i = 0; i < WAVES; i++) {
      if (i == before) {
        boat(canvas, palette, boat, waterline(canvas, horizon, i) + 4 * canvas.unit, time);
      }
      wave(canvas, palette, new Noise(random.nextLong()), horizon, i, time);
    }
    glitter(canvas, palette, random.split(), sun, horizon, time);
  }

  private static double waterline(Canvas canvas, double horizon, int wave) {
    return horizon + (canvas.height - horizon) * Math.pow((wave + 1.0) / WAVES, 1.7);
  }

  private static void wave(
      Canvas canvas, Palette palette, Noise noise, double horizon, int index, double time) {
    double depth = (index + 1.0) / WAVES;
    double y = waterline(canvas, horizon, index);
    double swell = canvas.unit * (3 + 30 * depth);
    double scale = canvas.unit * (40 + 190 * depth);
    double drift = time * canvas.unit * (30 + 120 * depth) * (index % 2 == 0 ? 1 : 0.6);
    double trough = y + swell * 2.6;
    Path2D water =
        canvas.strip(x -> y + swell * (0.5 - noise.fractal((x + drift) / scale, 3)), trough);
    var crest = mix(palette.light(), palette.middle(), 0.5);
    var deep = mix(palette.far(), palette.near(), depth);
    canvas.fill(
        water,
        Canvas.vertical(
            y - swell / 2,
            trough,
            fade(crest, 0.26 + 0.12 * depth),
            fade(deep, 0.40),
            fade(deep, 0.22),
            fade(deep, 0)));
  }

  private static void glitter(
      Canvas canvas,
      Palette palette,
      SplittableRandom random,
      Skies.Sun sun,
      double horizon,
      double time) {
    canvas.ellipseGlow(
        sun.x(), horizon, canvas.unit * 420, canvas.unit * 90, palette.light(), 0.45);
    for (int i = 0; i < 150; i++) {
      double depth = Math.pow(random.nextDouble(), 1.5);
      double y = horizon + (canvas.height - horizon) * depth;
      double spread = sun.radius() * (0.7 + 2.6 * depth);
      double phase = random.nextDouble() * 2 * Math.PI;
      double x = sun.x() + spread * (random.nextDouble() + random.nextDouble() - 1);
      double length = canvas.unit * (8 + 42 * depth * random.nextDouble());
      double thickness = canvas.unit * (0.8 + 3.4 * depth);
      double shine = (0.65 - 0.4 * depth) * (0.6 + 0.4 * Math.sin(phase + time * 18));
      canvas.fill(
          new Ellipse2D.Double(x - length, y, 2 * length, thickness), fade(palette.light(), shine));
    }
  }

  private static void islands(
      Canvas canvas, Palette palette, SplittableRandom random, double horizon) {
    for (int i = 0; i < 2; i++) {
      Noise noise = new Noise(random.nextLong());
      double scale = canvas.unit * 300;
      double rise = canvas.unit * (120 - 30 * i);
      Path2D land =
          canvas.ground(x -> horizon - rise * Math.max(0, noise.fractal(x / scale, 5) - 0.52) * 2);
      canvas.fill(land, mix(palette.low(), palette.far(), 0.45 + 0.35 * i));
    }
  }

  private static void boat(
      Canvas canvas, Palette palette, double x, double waterline, double time) {
    double s = canvas.unit * 26;
    double y = waterline + s * 0.06 * Math.sin(time * 16);
    Path2D hull = new Path2D.Double();
    hull.moveTo(x - s, y - s * 0.28);
    hull.lineTo(x + s * 1.1, y - s * 0.28);
    hull.quadTo(x + s * 0.8, y + s * 0.12, x + s * 0.5, y + s * 0.12);
    hull.lineTo(x - s * 0.6, y + s * 0.12);
    hull.closePath();
    Path2D main = new Path2D.Double();
    main.moveTo(x, y - s * 2.5);
    main.quadTo(x + s * 1.15, y - s * 1.2, x + s * 0.95, y - s * 0.42);
    main.lineTo(x, y - s * 0.42);
    main.closePath();
    Path2D jib = new Path2D.Double();
    jib.moveTo(x - s * 0.08, y - s * 2.2);
    jib.quadTo(x - s * 0.4, y - s, x - s * 0.9, y - s * 0.42);
    jib.lineTo(x - s * 0.08, y - s * 0.42);
    jib.closePath();
    canvas.fill(hull, palette.near());
    canvas.fill(main, mix(palette.light(), palette.accent(), 0.12));
    canvas.fill(jib, palette.accent());
  }
}
