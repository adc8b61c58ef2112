package dev.easel.provider.sandbox;

import static dev.easel.provider.sandbox.Palette.fade;
import static dev.easel.provider.sandbox.Palette.mix;

import java.awt.Color;
import java.awt.geom.AffineTransform;
import java.awt.geom.Path2D;
import java.util.SplittableRandom;

/** Silk in the wind: bands of colour that flow across. */
final class Ribbons implements Scene {
  @Override
  public void paint(Canvas canvas, Palette palette, SplittableRandom random, double time) {
    canvas.rectangle(
        0,
        0,
        canvas.width,
        canvas.height,
        Canvas.linear(
            0,
            0,
            canvas.width * 0.4,
            canvas.height,
            palette.top(),
            palette.middle(),
            palette.near()));
    canvas.glow(
        canvas.width * random.nextDouble(0.2, 0.8),
        canvas.height * random.nextDouble(0.15, 0.45),
        canvas.unit * 800,
        palette.light(),
        0.5);
    Color[] tones = {
      palette.accent(),
      palette.middle(),
      palette.low(),
      palette.far(),
      palette.top(),
      palette.light()
    };
    int ribbons = random.nextInt(7, 11);
    double slope = canvas.height * random.nextDouble(-0.35, 0.35);
    for (int i = 0; i < ribbons; i++) {
      double place = canvas.height * (0.08 + 0.95 * i / ribbons);
      Color first = tones[(i + random.nextInt(2)) % tones.length];
      Color second = tones[random.nextInt(tones.length)];
      ribbon(canvas, palette, random.split(), place, slope, first, second, time);
    }
  }

  private static void ribbon(
      Canvas canvas,
      Palette palette,
      SplittableRandom random,
      double place,
      double slope,
      Color first,
      Color second,
      double time) {
    Noise edge = new Noise(random.nextLong());
    Noise girth = new Noise(random.nextLong());
    double phase = time * random.nextDouble(0.25, 0.6);
    double wave = canvas.height * random.nextDouble(0.18, 0.34);
    double width = canvas.unit * random.nextDouble(70, 220);
    double step = 6 * canvas.unit;
    int points = (int) (canvas.width / step) + 3;
    double[] upper = new double[points];
    double[] lower = new double[points];
    for (int i = 0; i < points; i++) {
      double x = i / (points - 1.0);
      upper[i] = place + slope * (x - 0.5) + wave * (edge.fractal(x * 1.5 + phase, 2) - 0.5) * 1.6;
      lower[i] = upper[i] + width * (0.12 + girth.at(x * 2.4 + 9 - phase));
    }
    Path2D band = new Path2D.Double();
    Path2D rim = new Path2D.Double();
    band.moveTo(-step, upper[0]);
    rim.moveTo(-step, upper[0]);
    for (int i = 1; i < points; i++) {
      band.lineTo((i - 1) * step, upper[i]);
      rim.lineTo((i - 1) * step, upper[i]);
    }
    for (int i = points - 1; i >= 0; i--) {
      band.lineTo((i - 1) * step, lower[i]);
    }
    band.closePath();
    Path2D shadow = new Path2D.Double(band);
    shadow.transform(AffineTransform.getTranslateInstance(0, canvas.unit * 9));
    canvas.fill(shadow, fade(palette.near(), 0.13));
    canvas.fill(
        band,
        Canvas.linear(
            0,
            place,
            canvas.width,
            place + slope + 1,
            fade(first, 0.94),
            fade(mix(first, second, 0.5), 0.8),
            fade(second, 0.94)));
    canvas.stroke(rim, fade(palette.light(), 0.5), canvas.unit * 1.6);
  }
}
