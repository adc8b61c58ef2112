package dev.easel.provider.sandbox;

import java.awt.Color;

/**
 * Colours that go together.
 *
 * @param top of the sky
 * @param middle of the sky
 * @param low the sky at the horizon, and mist
 * @param light sun, moon and what they shine on
 * @param far the most distant things
 * @param near the nearest things
 * @param accent one strong colour, used little
 */
record Palette(
    Color top, Color middle, Color low, Color light, Color far, Color near, Color accent) {
  /** Reads seven colours as {@code rrggbb}, in the order of the components. */
  static Palette of(String colours) {
    String[] hex = colours.split(" ", -1);
    Color[] c = new Color[hex.length];
    for (int i = 0; i < c.length; i++) {
      c[i] = new Color(Integer.parseInt(hex[i], 16));
    }
    return new Palette(c[0], c[1], c[2], c[3], c[4], c[5], c[6]);
  }

  /** Whether the sky is dark enough for stars. */
  boolean dark() {
    return luminance(top) < 40;
  }

  /** A colour between two: {@code first} at 0, {@code second} at 1. */
  static Color mix(Color first, Color second, double part) {
    double p = Math.clamp(part, 0, 1);
    return new Color(
        (int) Math.round(first.getRed() + (second.getRed() - first.getRed()) * p),
        (int) Math.round(first.getGreen() + (second.getGreen() - first.getGreen()) * p),
        (int) Math.round(first.getBlue() + (second.getBlue() - first.getBlue()) * p));
  }

  /** {@code colour} at an opacity of 0 to 1. */
  static Color fade(Color colour, double opacity) {
    int alpha = (int) Math.round(255 * Math.clamp(opacity, 0, 1));
    return new Color(colour.getRed(), colour.getGreen(), colour.getBlue(), alpha);
  }

  /** How light a colour looks, 0 to 255. */
  static double luminance(Color colour) {
    return 0.2126 * colour.getRed() + 0.7152 * colour.getGreen() + 0.0722 * colour.getBlue();
  }

  /** All its hues turned by so many degrees, so that no two pictures have quite the same. */
  Palette turned(double degrees) {
    float by = (float) (degrees / 360);
    return new Palette(
        turn(top, by),
        turn(middle, by),
        turn(low, by),
        turn(light, by),
        turn(far, by),
        turn(near, by),
        turn(accent, by));
  }

  private static Color turn(Color colour, float by) {
    float[] hsb = Color.RGBtoHSB(colour.getRed(), colour.getGreen(), colour.getBlue(), null);
    return Color.getHSBColor(hsb[0] + by, hsb[1], hsb[2]);
  }
}
