package dev.easel.provider.sandbox;

import static dev.easel.provider.sandbox.Palette.fade;
import static dev.easel.provider.sandbox.Palette.mix;

import java.awt.geom.Path2D;
import java.util.SplittableRandom;

/** Conifers in layers of mist, with light falling through. */
final class Woods implements Scene {
  private static final int LAYERS = 6;

  @Override
  public void paint(Canvas canvas, Palette palette, SplittableRandom random, double time) {
    Skies.Sun sun = Skies.paint(canvas, palette, random.split(), canvas.height * 0.72, time);
    for (int layer = 0; layer < LAYERS; layer++) {
      double depth = layer / (LAYERS - 1.0);
      if (layer == LAYERS - 2) {
        rays(canvas, palette, random.split(), sun, time);
      }
      layer(canvas, palette, random.split(), depth, time);
    }
  }

  private static void layer(
      Canvas canvas, Palette palette, SplittableRandom random, double depth, double time) {
    Noise land = new Noise(random.nextLong());
    double base = canvas.height * (0.56 + 0.40 * depth);
    double drift = time * canvas.unit * 70 * depth * depth;
    double scale = canvas.unit * 420;
    double rise = canvas.unit * 110;
    Path2D shape = canvas.ground(x -> base + rise * (0.5 - land.fractal((x + drift) / scale, 3)));
    var body = mix(palette.far(), palette.near(), Math.pow(depth, 1.2));
    body = mix(body, palette.low(), 0.45 * (1 - depth));
    var mist = mix(body, palette.low(), 0.7 * (1 - depth));
    double size = canvas.unit * (70 + 210 * Math.pow(depth, 1.5));
    var paint = Canvas.vertical(base - size * 0.9, base + canvas.unit * 110, body, body, mist);
    canvas.fill(shape, paint);
    double reach = canvas.width + 2 * size;
    for (double x = -size; x < reach; x += size * random.nextDouble(0.16, 0.42)) {
      double foot = base + rise * (0.5 - land.fractal(x / scale, 3)) + size * 0.2;
      double height = size * random.nextDouble(0.65, 1.35);
      canvas.fill(conifer(random, x - drift, foot, height, time), paint);
    }
  }

  private static Path2D conifer(
      SplittableRandom random, double x, double foot, double height, double time) {
    double half = height * random.nextDouble(0.15, 0.22);
    double sway = height * 0.012 * Math.sin(random.nextDouble() * 6 + time * 9);
    int whorls = 7;
    Path2D tree = new Path2D.Double(Path2D.WIND_NON_ZERO);
    tree.moveTo(x + sway, foot - height);
    for (int i = 1; i <= whorls; i++) {
      double down = i / (double) whorls;
      double y = foot - height * (1 - down * 0.92);
      double out = half * Math.pow(down, 0.9) * random.nextDouble(0.82, 1.12);
      tree.lineTo(x + sway * (1 - down) + out, y);
      tree.lineTo(x + sway * (1 - down) + out * 0.52, y - height * 0.022);
    }
    tree.lineTo(x + height * 0.018, foot);
    tree.lineTo(x - height * 0.018, foot);
    for (int i = whorls; i >= 1; i--) {
      double down = i / (double) whorls;
      double y = foot - height * (1 - down * 0.92);
      double out = half * Math.pow(down, 0.9) * random.nextDouble(0.82, 1.12);
      tree.lineTo(x + sway * (1 - down) - out * 0.52, y - height * 0.022);
      tree.lineTo(x + sway * (1 - down) - out, y);
    }
    tree.closePath();
    return tree;
  }

  private static void rays(
      Canvas canvas, Palette palette, SplittableRandom random, Skies.Sun sun, double time) {
    for (int i = 0; i < 6; i++) {
      double angle = Math.PI * random.nextDouble(0.28, 0.72) + 0.04 * Math.sin(time * 4 + i);
      double spread = random.nextDouble(0.03, 0.09);
      double far = canvas.height * 1.4;
      Path2D ray = new Path2D.Double();
      ray.moveTo(sun.x(), sun.y());
      ray.lineTo(
          sun.x() + far * Math.cos(angle - spread), sun.y() + far * Math.sin(angle - spread));
      ray.lineTo(
          sun.x() + far * Math.cos(angle + spread), sun.y() + far * Math.sin(angle + spread));
      ray.closePath();
      canvas.fill(
          ray,
          Canvas.vertical(
              sun.y(), canvas.height, fade(palette.light(), 0.14), fade(palette.light(), 0)));
    }
  }
}
