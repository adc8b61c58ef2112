package dev.easel.db;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;

/** A clock that stands still until a test moves it. */
public final class SettableClock implements InstantSource {
  private final AtomicReference<Instant> now;

  /** A clock that shows {@code start}, an instant as {@link Instant#parse} reads it. */
  public SettableClock(String start) {
    now = new AtomicReference<>(Instant.parse(start));
  }

  @Override
  public Instant instant() {
    return now.get();
  }

  /** Moves on by {@code time}. */
  public void advance(Duration time) {
    now.updateAndGet(instant -> instant.plus(time));
  }
}
