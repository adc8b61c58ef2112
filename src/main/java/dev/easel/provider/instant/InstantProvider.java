package dev.easel.provider.instant;

import dev.easel.provider.Cancellation;
import dev.easel.provider.Failure;
import dev.easel.provider.Generation;
import dev.easel.provider.Output;
import dev.easel.provider.Progress;
import dev.easel.provider.Provider;
import dev.easel.provider.Reconciliation;
import dev.easel.provider.Submission;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Collections;
import java.util.Random;
import javax.imageio.ImageIO;

/** Answers every submission at once with the same PNG of about 8 KiB. */
public final class InstantProvider implements Provider {
  /**
   * The side of a square of noise whose PNG has about 8 KiB: three bytes a pixel that nothing
   * compresses.
   */
  private static final int SIDE = 52;

  private final Output picture = new Output(noise());

  @Override
  public Submission submit(Generation generation) {
    return switch (generation.kind()) {
      case IMAGE -> new Submission.Produced(Collections.nCopies(generation.outputs(), picture));
      case VIDEO, AUDIO ->
          new Submission.Rejected(
              new Failure(Failure.Kind.INVALID_INPUT, "The instant provider makes images only."));
    };
  }

  @Override
  public Progress check(Generation generation, String upstreamId) {
    return new Progress.Missing(); // it never accepts anything to be checked later
  }

  @Override
  public Reconciliation reconcile(Generation generation) {
    return new Reconciliation.NotAccepted(Duration.ZERO); // nothing is on its way to here
  }

  @Override
  public boolean reconcilesBySubmitting() {
    return false;
  }

  @Override
  public boolean cancels() {
    return false;
  }

  @Override
  public Cancellation cancel(Generation generation, String upstreamId) {
    return new Cancellation.Unsupported();
  }

  private static byte[] noise() {
    Random random = new Random(1);
    BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < SIDE * SIDE; i++) {
      image.setRGB(i % SIDE, i / SIDE, random.nextInt());
    }
    try (ByteArrayOutputStream bytes = new ByteArrayOutputStream()) {
      ImageIO.write(image, "png", bytes);
      return bytes.toByteArray();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible); // nothing is written to but memory
    }
  }
}
