package dev.easel.provider.sandbox;

import static dev.easel.provider.sandbox.Palette.mix;

import java.awt.geom.Path2D;
import java.util.SplittableRandom;

/** Ridges, one behind the other, out of a mist. */
final class Mountains implements Scene {
  private static final int RIDGES = 6;

  @Override
  public void paint(Canvas canvas, Palette palette, SplittableRandom random, double time) {
    double horizon = canvas.height * 0.68;
    Skies.Sun sun = Skies.paint(canvas, palette, random.split(), horizon, time);
    birds(canvas, palette, random.split(), sun, time);
    double sharpness = random.nextDouble(0.2, 1);
    for (int i = 0; i < RIDGES; i++) {
      double depth = i / (RIDGES - 1.0);
      Noise noise = new Noise(random.nextLong());
      double base = canvas.height * (0.50 + 0.36 * Math.pow(depth, 1.15));
      double rise = canvas.height * (0.20 - 0.08 * depth);
      double scale = canvas.unit * (430 - 130 * depth);
      double drift = time * canvas.unit * 55 * (0.15 + depth);
      Path2D ridge =
          canvas.ground(
              x -> base + rise * (0.5 - height(noise, (x + drift) / scale, sharpness, depth)));
      var body = mix(palette.far(), palette.near(), Math.pow(depth, 1.3));
      body = mix(body, palette.low(), 0.34 * (1 - depth));
      var mist = mix(body, palette.low(), 0.62 * (1 - depth * 0.75));
      canvas.fill(ridge, Canvas.vertical(base - rise * 0.6, base + rise * 1.1, body, mist));
    }
  }

  /** Peaks where the noise folds back, hills where it does not. */
  private static double height(Noise noise, double x, double sharpness, double depth) {
    double hills = noise.fractal(x, 5);
    double peaks = 1 - Math.abs(2 * noise.fractal(x * 0.8 + 40, 6) - 1) * 1.6;
    double sharp = sharpness * (1 - 0.6 * depth);
    return hills * (1 - sharp) + peaks * sharp;
  }

  private static void birds(
      Canvas canvas, Palette palette, SplittableRandom random, Skies.Sun sun, double time) {
    int birds = random.nextInt(3, 8);
    for (int i = 0; i < birds; i++) {
      double span = canvas.unit * random.nextDouble(7, 14);
      double x = sun.x() + canvas.unit * (random.nextDouble(-170, 170) + 90 * time);
      double y = sun.y() + canvas.unit * random.nextDouble(-70, 70);
      double lift = span * (0.35 + 0.3 * Math.sin(random.nextDouble() * 6 + time * 40));
      Path2D wings = new Path2D.Double();
      wings.moveTo(x - span, y - lift);
      wings.quadTo(x - span * 0.4, y - lift * 0.9, x, y);
      wings.quadTo(x + span * 0.4, y - lift * 0.9, x + span, y - lift);
      canvas.stroke(wings, Palette.fade(palette.near(), 0.75), canvas.unit * 1.8);
    }
  }
}
