package dev.easel.provider.sandbox;

/** Smooth randomness along a line: the same for the same seed, without any state. */
record Noise(long seed) {
  /** Between 0 and 1, changing smoothly over a distance of 1. */
  double at(double x) {
    double floor = Math.floor(x);
    double t = x - floor;
    double smooth = t * t * (3 - 2 * t);
    double left = lattice((long) floor);
    return left + (lattice((long) floor + 1) - left) * smooth;
  }

  /** Between 0 and 1, with ever finer detail; {@code octaves} of it. */
  double fractal(double x, int octaves) {
    double sum = 0;
    double weight = 0.5;
    double scale = 1;
    for (int i = 0; i < octaves; i++) {
      sum += weight * at(x * scale + 17.3 * i);
      weight /= 2;
      scale *= 2.1;
    }
    return sum / (1 - 2 * weight + weight);
  }

  private double lattice(long x) {
    return (mix(seed + x * 0x9E3779B97F4A7C15L) >>> 11) * 0x1.0p-53;
  }

  /** Scrambles all bits of {@code z} (the finalizer of SplitMix64). */
  static long mix(long z) {
    long a = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    long b = (a ^ (a >>> 27)) * 0x94D049BB133111EBL;
    return b ^ (b >>> 31);
  }
}
