package dev.easel.provider.sandbox;

import java.util.SplittableRandom;

/** A composition that fills a picture. */
interface Scene {
  /**
   * Paints it.
   *
   * @param canvas what to paint on
   * @param palette what to paint with
   * @param random decides everything that is left to chance; a film passes the same for each frame,
   *     so a scene draws the same numbers in the same order whatever the time
   * @param time moment of the motion, 0 to 1; a still picture is painted at 0
   */
  void paint(Canvas canvas, Palette palette, SplittableRandom random, double time);
}
