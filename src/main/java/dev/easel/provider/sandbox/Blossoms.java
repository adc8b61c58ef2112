package dev.easel.provider.sandbox;

import static dev.easel.provider.sandbox.Palette.fade;
import static dev.easel.provider.sandbox.Palette.mix;

import java.awt.Color;
import java.awt.geom.AffineTransform;
import java.awt.geom.Path2D;
import java.util.SplittableRandom;

/** Flowers in a meadow, out of focus behind and sharp in front. */
final class Blossoms implements Scene {
  @Override
  public void paint(Canvas canvas, Palette palette, SplittableRandom random, double time) {
    canvas.sky(canvas.height, palette.top(), palette.middle(), palette.low(), palette.far());
    double x = canvas.width * random.nextDouble(0.2, 0.8);
    canvas.glow(x, canvas.height * 0.2, canvas.unit * 700, palette.light(), 0.6);
    bokeh(canvas, palette, random.split(), time);
    for (int layer = 0; layer < 3; layer++) {
      double depth = layer / 2.0;
      grass(canvas, palette, random.split(), depth, time);
      int flowers = (int) Math.round(canvas.width / canvas.unit / 1000 * (19 - 5 * layer)) + 2;
      for (int i = 0; i < flowers; i++) {
        double across = (i + random.nextDouble(0.1, 0.9)) / flowers;
        flower(canvas, palette, random.split(), across * canvas.width, depth, time);
      }
    }
  }

  private static void bokeh(Canvas canvas, Palette palette, SplittableRandom random, double time) {
    for (int i = 0; i < 34; i++) {
      double radius = canvas.unit * random.nextDouble(10, 62);
      double x = random.nextDouble() * canvas.width;
      double y = random.nextDouble() * canvas.height - time * canvas.unit * radius / 4;
      Color tone = mix(palette.light(), palette.accent(), random.nextDouble() * 0.7);
      canvas.disc(x, y, radius, fade(tone, random.nextDouble(0.05, 0.17)));
    }
  }

  private static void grass(
      Canvas canvas, Palette palette, SplittableRandom random, double depth, double time) {
    Color tone = leaf(palette, depth);
    int blades = (int) (canvas.width / canvas.unit / 8);
    for (int i = 0; i < blades; i++) {
      double x = random.nextDouble() * canvas.width;
      double tall = canvas.unit * (80 + 120 * depth) * random.nextDouble(0.5, 1.3);
      double lean = tall * (random.nextDouble(-0.3, 0.3) + 0.06 * Math.sin(x + time * 8));
      double foot = canvas.height + canvas.unit * 5 - canvas.unit * 90 * (1 - depth);
      double half = canvas.unit * (3 + 3 * depth);
      Path2D blade = new Path2D.Double();
      blade.moveTo(x - half, canvas.height + 5);
      blade.lineTo(x - half, foot);
      blade.quadTo(x, foot - tall * 0.6, x + lean, foot - tall);
      blade.quadTo(x + half, foot - tall * 0.5, x + half, foot);
      blade.lineTo(x + half, canvas.height + 5);
      blade.closePath();
      canvas.fill(blade, fade(mix(tone, palette.low(), random.nextDouble() * 0.22), 0.85));
    }
  }

  private static void flower(
      Canvas canvas,
      Palette palette,
      SplittableRandom random,
      double foot,
      double depth,
      double time) {
    double size = canvas.unit * (26 + 46 * depth) * random.nextDouble(0.75, 1.2);
    double top = canvas.height * (random.nextDouble(0.40, 0.68) + 0.10 * depth);
    double sway = canvas.unit * 9 * Math.sin(random.nextDouble() * 6 + time * 7);
    double x = foot + canvas.unit * random.nextDouble(-50, 50) + sway;
    Path2D stem = new Path2D.Double();
    stem.moveTo(foot, canvas.height + 5);
    stem.quadTo(foot, (canvas.height + top) / 2, x, top);
    canvas.stroke(stem, leaf(palette, depth), canvas.unit * (2.5 + 2.5 * depth));
    Color[] tones = {palette.accent(), palette.light(), mix(palette.accent(), palette.top(), 0.6)};
    Color petal = mix(tones[random.nextInt(tones.length)], palette.low(), 0.45 * (1 - depth));
    int petals = random.nextInt(5, 10);
    double turn = random.nextDouble() * Math.PI;
    double tilt = random.nextDouble(0.7, 1);
    for (int ring = 0; ring < 2; ring++) {
      double length = size * (ring == 0 ? 1 : 0.66);
      Color tone = ring == 0 ? petal : mix(petal, palette.light(), 0.35);
      for (int i = 0; i < petals; i++) {
        double angle = turn + (i + ring * 0.5) * 2 * Math.PI / petals;
        AffineTransform place = AffineTransform.getTranslateInstance(x, top);
        place.scale(1, tilt);
        place.rotate(angle);
        Color heart = mix(tone, palette.near(), 0.30);
        canvas.fill(
            place.createTransformedShape(petal(length, length * 2.1 / petals)),
            Canvas.linear(
                x,
                top,
                x + length * Math.cos(angle),
                top + length * tilt * Math.sin(angle) + 0.01,
                heart,
                tone,
                mix(tone, palette.light(), 0.3)));
      }
    }
    canvas.disc(x, top, size * 0.2, mix(palette.accent(), palette.near(), 0.55));
    canvas.disc(x, top - size * 0.02, size * 0.13, mix(palette.light(), palette.accent(), 0.4));
  }

  private static Path2D petal(double length, double half) {
    Path2D petal = new Path2D.Double();
    petal.moveTo(0, 0);
    petal.curveTo(length * 0.4, -half, length * 0.95, -half, length, 0);
    petal.curveTo(length * 0.95, half, length * 0.4, half, 0, 0);
    petal.closePath();
    return petal;
  }

  private static Color leaf(Palette palette, double depth) {
    Color green = mix(palette.near(), new Color(0x4f9a5c), 0.72);
    return mix(mix(green, palette.low(), 0.5), mix(green, palette.near(), 0.35), depth);
  }
}
