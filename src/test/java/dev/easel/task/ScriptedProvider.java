package dev.easel.task;

import dev.easel.provider.Cancellation;
import dev.easel.provider.Fetched;
import dev.easel.provider.Generation;
import dev.easel.provider.Output;
import dev.easel.provider.Progress;
import dev.easel.provider.Provider;
import dev.easel.provider.Reconciliation;
import dev.easel.provider.Submission;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import javax.imageio.ImageIO;

/** A provider that answers what the test says, and remembers what it was asked. */
final class ScriptedProvider implements Provider {
  private static final Output PICTURE = new Output(pixel());

  private final List<String> calls = new CopyOnWriteArrayList<>();
  private volatile Function<Generation, Submission> submit = inTurn(List.of());
  private volatile Function<Generation, Progress> check = inTurn(List.of());
  private volatile Function<Generation, Reconciliation> reconcile = inTurn(List.of());
  private volatile boolean reconcilesBySubmitting;
  private volatile boolean tooLarge;
  private volatile Function<URI, Optional<InputStream>> files = _ -> Optional.empty();
  private volatile Optional<Function<Generation, Cancellation>> cancel = Optional.empty();

  /** Answers submissions with {@code answers}, one after the other. */
  ScriptedProvider submits(Submission... answers) {
    return submits(inTurn(List.of(answers)));
  }

  ScriptedProvider submits(Function<Generation, Submission> answer) {
    submit = answer;
    return this;
  }

  /** Answers checks with {@code answers}, one after the other. */
  ScriptedProvider checks(Progress... answers) {
    check = inTurn(List.of(answers));
    return this;
  }

  ScriptedProvider checks(Function<Generation, Progress> answer) {
    check = answer;
    return this;
  }

  /** Answers questions after lost submissions with {@code answers}, one after the other. */
  ScriptedProvider reconciles(Reconciliation... answers) {
    reconcile = inTurn(List.of(answers));
    return this;
  }

  ScriptedProvider reconciles(Function<Generation, Reconciliation> answer) {
    reconcile = answer;
    return this;
  }

  /** Whether it has generations handed over again when it is asked what became of them. */
  ScriptedProvider reconcilesBySubmitting(boolean yes) {
    reconcilesBySubmitting = yes;
    return this;
  }

  /** Answers requests to give up with {@code answers}, one after the other; else it cannot. */
  ScriptedProvider cancels(Cancellation... answers) {
    return cancels(inTurn(List.of(answers)));
  }

  ScriptedProvider cancels(Function<Generation, Cancellation> answer) {
    cancel = Optional.of(answer);
    return this;
  }

  /** What lies at an address; nothing is a failure to fetch it. */
  ScriptedProvider publishes(Function<URI, Optional<byte[]>> file) {
    return streams(uri -> file.apply(uri).map(ByteArrayInputStream::new));
  }

  /** What lies at an address, when it is too much to be held. */
  ScriptedProvider streams(Function<URI, Optional<InputStream>> file) {
    files = file;
    return this;
  }

  /** Whether all that it publishes is larger than anybody takes. */
  ScriptedProvider tooLarge(boolean yes) {
    tooLarge = yes;
    return this;
  }

  /**
   * What it was asked, in order: {@code submit}, {@code check ID}, {@code reconcile}, {@code fetch
   * ADDRESS} or {@code cancel ID}.
   */
  List<String> calls() {
    return List.copyOf(calls);
  }

  @Override
  public Submission submit(Generation generation) {
    calls.add("submit");
    return submit.apply(generation);
  }

  @Override
  public Progress check(Generation generation, String upstreamId) {
    calls.add("check " + upstreamId);
    return check.apply(generation);
  }

  @Override
  public Reconciliation reconcile(Generation generation) {
    calls.add("reconcile");
    return reconcile.apply(generation);
  }

  @Override
  public <T> Fetched<T> fetch(URI address, long maxBytes, Fetched.Download<T> download) {
    calls.add("fetch " + address);
    if (tooLarge) {
      return new Fetched.TooLarge<>(maxBytes);
    }
    Optional<InputStream> file = files.apply(address);
    if (file.isEmpty()) {
      return new Fetched.Failed<>("answered 404");
    }
    try {
      return new Fetched.Whole<>(download.take(file.get()));
    } catch (IOException own) {
      throw new UncheckedIOException(own);
    }
  }

  @Override
  public boolean reconcilesBySubmitting() {
    return reconcilesBySubmitting;
  }

  @Override
  public boolean cancels() {
    return cancel.isPresent();
  }

  @Override
  public Cancellation cancel(Generation generation, String upstreamId) {
    calls.add("cancel " + upstreamId);
    return cancel.map(answer -> answer.apply(generation)).orElseGet(Cancellation.Unsupported::new);
  }

  /** A submission that is answered with {@code outputs} pictures at once. */
  static Submission produced(int outputs) {
    return new Submission.Produced(pictures(outputs));
  }

  /** That many pictures of one pixel. */
  static List<Output> pictures(int outputs) {
    return Collections.nCopies(outputs, PICTURE);
  }

  private static <A> Function<Generation, A> inTurn(List<A> answers) {
    Deque<A> left = new ArrayDeque<>(answers);
    return _ -> {
      synchronized (left) {
        if (left.isEmpty()) {
          throw new AssertionError("asked more often than the test expects");
        }
        return left.pop();
      }
    };
  }

  static byte[] pixel() {
    try (ByteArrayOutputStream bytes = new ByteArrayOutputStream()) {
      ImageIO.write(new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB), "png", bytes);
      return bytes.toByteArray();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }
}
