package dev.easel.provider.sandbox;

import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * A picture that follows from a prompt: its words choose subject and light where it has any that
 * are known, and a hash of prompt, seed and output number decides the rest.
 */
record Artwork(Scene scene, Palette palette, long seed) {
  /** The artwork number {@code index} for a prompt and seed; the same for the same. */
  static Artwork of(String prompt, long seed, int index) {
    SplittableRandom random = new SplittableRandom(hash(prompt + '\n' + seed + '\n' + index));
    Subject subject =
        Subject.ALL.stream()
            .filter(it -> it.words().occursIn(prompt))
            .findFirst()
            .orElse(any(random, Subject.ALL));
    Optional<Mood> named = Mood.ALL.stream().filter(it -> it.words().occursIn(prompt)).findFirst();
    Mood mood = named.orElse(any(random, subject.moods()));
    Palette palette = any(random, mood.palettes());
    return new Artwork(
        subject.scene(), palette.turned(random.nextDouble(-7, 7)), random.nextLong());
  }

  /** Paints it all over {@code image}, as it is at {@code time} (0 to 1). */
  void paint(BufferedImage image, double time) {
    try (Canvas canvas = new Canvas(image)) {
      scene.paint(canvas, palette, new SplittableRandom(seed), time);
    }
  }

  private static <T> T any(SplittableRandom random, List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  private static long hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return ByteBuffer.wrap(digest).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
