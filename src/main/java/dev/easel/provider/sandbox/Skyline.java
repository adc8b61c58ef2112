package dev.easel.provider.sandbox;

import static dev.easel.provider.sandbox.Palette.fade;
import static dev.easel.provider.sandbox.Palette.mix;

import java.awt.Color;
import java.awt.geom.AffineTransform;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Towers with lit windows above their reflection. */
final class Skyline implements Scene {
  private static final int ROWS = 4;

  /** A tower, or one of its windows. */
  private record Block(double x, double y, double w, double h, Color colour) {
    Rectangle2D shape(AffineTransform place) {
      return place.createTransformedShape(new Rectangle2D.Double(x, y, w, h)).getBounds2D();
    }
  }

  @Override
  public void paint(Canvas canvas, Palette palette, SplittableRandom random, double time) {
    double shore = canvas.height * 0.76;
    Skies.paint(canvas, palette, random.split(), shore, time);
    canvas.ellipseGlow(
        canvas.width / 2, shore, canvas.width * 0.7, canvas.unit * 260, palette.accent(), 0.34);
    List<Block> town = new ArrayList<>();
    for (int row = 0; row < ROWS; row++) {
      row(canvas, palette, random.split(), row / (ROWS - 1.0), shore, time, town);
    }
    town.forEach(block -> canvas.fill(block.shape(new AffineTransform()), block.colour));
    water(canvas, palette, random.split(), shore, town, time);
  }

  private static void row(
      Canvas canvas,
      Palette palette,
      SplittableRandom random,
      double depth,
      double shore,
      double time,
      List<Block> town) {
    Color wall = mix(mix(palette.far(), palette.low(), 0.35), palette.near(), 0.12 + 0.88 * depth);
    double drift = time * canvas.unit * 40 * depth;
    double tallest = canvas.height / canvas.unit * 0.52;
    double x = -canvas.unit * 60 - drift;
    while (x < canvas.width + canvas.unit * 60) {
      double w = canvas.unit * random.nextDouble(34, 84);
      double centre = 1 - Math.abs((x + drift) / canvas.width - 0.5) * 1.1;
      double h =
          canvas.unit
              * (60 + (1 - 0.5 * depth) * tallest * centre * Math.pow(random.nextDouble(), 1.4));
      town.add(new Block(x, shore - h, w, h, wall));
      if (random.nextInt(3) == 0) {
        town.add(new Block(x + w * 0.22, shore - h * 1.1, w * 0.56, h * 0.11, wall));
        town.add(new Block(x + w * 0.49, shore - h * 1.26, w * 0.03, h * 0.2, wall));
      }
      windows(
          canvas, palette, random.split(), depth, new Block(x, shore - h, w, h, wall), time, town);
      x += w * random.nextDouble(0.96, 1.35);
    }
  }

  private static void windows(
      Canvas canvas,
      Palette palette,
      SplittableRandom random,
      double depth,
      Block tower,
      double time,
      List<Block> town) {
    double cell = canvas.unit * (6.5 + 2.5 * depth);
    double lit = random.nextDouble(0.2, 0.62) * (0.4 + 0.6 * depth);
    for (double y = tower.y + cell; y < tower.y + tower.h - cell; y += cell * 1.35) {
      for (double x = tower.x + cell * 0.6; x < tower.x + tower.w - cell * 0.9; x += cell) {
        double chance = random.nextDouble();
        double warmth = random.nextDouble();
        double wakes = random.nextDouble();
        boolean switched = chance > lit && chance < lit + 0.06 && wakes < time;
        if (chance < lit || switched) {
          Color glass = mix(palette.accent(), palette.light(), warmth);
          town.add(
              new Block(
                  x, y, cell * 0.52, cell * 0.72, mix(tower.colour, glass, 0.35 + 0.6 * depth)));
        }
      }
    }
  }

  private static void water(
      Canvas canvas,
      Palette palette,
      SplittableRandom random,
      double shore,
      List<Block> town,
      double time) {
    double depth = canvas.height - shore;
    canvas.rectangle(
        0,
        shore,
        canvas.width,
        depth,
        Canvas.vertical(shore, canvas.height, palette.low(), palette.middle()));
    AffineTransform mirror = new AffineTransform(1, 0, 0, -0.62, 0, shore * 1.62);
    town.forEach(block -> canvas.fill(block.shape(mirror), block.colour));
    canvas.rectangle(
        0,
        shore,
        canvas.width,
        depth,
        Canvas.vertical(
            shore, canvas.height, fade(palette.near(), 0.35), fade(palette.near(), 0.88)));
    for (int i = 0; i < 90; i++) {
      double near = Math.pow(random.nextDouble(), 1.3);
      double y = shore + depth * near;
      double length = canvas.unit * random.nextDouble(20, 60 + 160 * near);
      double drift = canvas.unit * 40 * time * (random.nextBoolean() ? 1 : -1);
      double x = random.nextDouble() * canvas.width + drift;
      canvas.rectangle(
          x - length / 2,
          y,
          length,
          canvas.unit * (0.7 + 1.6 * near),
          fade(mix(palette.low(), palette.accent(), random.nextDouble()), 0.16));
    }
  }
}
