package dev.easel.provider.sandbox;

import static dev.easel.provider.sandbox.Palette.mix;

import java.util.SplittableRandom;

/** What several scenes have above their horizon. */
final class Skies {
  private Skies() {}

  /** Where the sun or moon stands. */
  record Sun(double x, double y, double radius) {}

  /** Sky, stars if it is dark, a sun that moves up over time, clouds that drift. */
  static Sun paint(
      Canvas canvas, Palette palette, SplittableRandom random, double horizon, double time) {
    canvas.sky(horizon, palette.top(), palette.middle(), palette.low());
    canvas.rectangle(0, horizon, canvas.width, canvas.height - horizon, palette.low());
    stars(canvas, palette, random.split(), palette.dark() ? 240 : 0, horizon, time);
    double x = canvas.width * random.nextDouble(0.24, 0.76);
    double y = horizon * (random.nextDouble(0.42, 0.66) - 0.10 * time);
    double radius = canvas.unit * random.nextDouble(46, 84);
    canvas.glow(x, y, canvas.unit * 620, mix(palette.light(), palette.accent(), 0.35), 0.42);
    canvas.glow(x, y, radius * 3.4, palette.light(), 0.55);
    canvas.disc(x, y, radius, palette.light());
    clouds(canvas, palette, random.split(), horizon, time);
    return new Sun(x, y, radius);
  }

  /** Twinkling stars, fewer towards {@code bottom}. */
  static void stars(
      Canvas canvas,
      Palette palette,
      SplittableRandom random,
      int count,
      double bottom,
      double time) {
    for (int i = 0; i < count; i++) {
      double x = random.nextDouble() * canvas.width;
      double y = Math.pow(random.nextDouble(), 1.4) * bottom;
      double size = canvas.unit * (0.5 + 1.6 * Math.pow(random.nextDouble(), 5));
      double phase = random.nextDouble() * 2 * Math.PI;
      double shine = 0.55 + 0.3 * Math.sin(phase + time * 14);
      canvas.disc(x, y, size, Palette.fade(palette.light(), shine * (1 - 0.7 * y / bottom)));
    }
  }

  private static void clouds(
      Canvas canvas, Palette palette, SplittableRandom random, double horizon, double time) {
    int banks = random.nextInt(3, 6);
    for (int bank = 0; bank < banks; bank++) {
      double x = canvas.width * random.nextDouble(-0.05, 1.05) + time * canvas.unit * 60;
      double y = horizon * random.nextDouble(0.16, 0.9);
      double length = canvas.unit * random.nextDouble(140, 320);
      int puffs = random.nextInt(4, 8);
      for (int puff = 0; puff < puffs; puff++) {
        canvas.ellipseGlow(
            x + length * random.nextDouble(-0.8, 0.8),
            y + length * random.nextDouble(-0.05, 0.05),
            length * random.nextDouble(0.35, 0.8),
            length * random.nextDouble(0.05, 0.12),
            mix(palette.low(), palette.light(), random.nextDouble()),
            palette.dark() ? 0.12 : 0.42);
      }
    }
  }
}
