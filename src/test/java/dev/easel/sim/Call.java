package dev.easel.sim;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One call of the real driver, made for a simulated thread by a real one. */
final class Call {
  private final Backend backend;
  private final Object target;
  private final Method method;
  private final @Nullable Object @Nullable [] arguments;
  private final boolean endsTransaction;
  private final Duration longestWait;

  private Optional<Duration> lockTimeout = Optional.empty();
  private @Nullable Object result;
  private @Nullable Throwable failure;
  private volatile boolean done;

  /**
   * A call of {@code method}.
   *
   * @param endsTransaction whether it commits or rolls back
   * @param longestWait for how long it may wait for a lock
   */
  Call(
      Backend backend,
      Object target,
      Method method,
      @Nullable Object @Nullable [] arguments,
      boolean endsTransaction,
      Duration longestWait) {
    this.endsTransaction = endsTransaction;
    this.longestWait = longestWait;
    this.backend = backend;
    this.target = target;
    this.method = method;
    this.arguments = arguments;
    forget();
  }

  Backend backend() {
    return backend;
  }

  boolean endsTransaction() {
    return endsTransaction;
  }

  boolean isDone() {
    return done;
  }

  /** Makes the call; it may be made again after {@link #forget}. */
  void make() {
    try {
      result = method.invoke(target, arguments);
    } catch (InvocationTargetException thrown) {
      failure = thrown.getCause();
    } catch (IllegalAccessException impossible) {
      failure = impossible;
    }
    done = true;
  }

  /** For how long it may wait for a lock; empty when that has begun. */
  Optional<Duration> lockTimeout() {
    Optional<Duration> patience = lockTimeout;
    lockTimeout = Optional.empty();
    return patience;
  }

  /** It has waited for a lock for too long. */
  void expire() {
    fail(new SQLException("canceling statement due to lock timeout", "55P03"));
  }

  /** It has come to nothing. */
  void fail(SQLException reason) {
    result = null;
    failure = reason;
    done = true;
  }

  /** As if it had not been made yet. */
  void forget() {
    lockTimeout = Optional.of(longestWait);
    result = null;
    failure = null;
    done = false;
  }

  /** Why the database refused it. */
  @Nullable Throwable failure() {
    return failure;
  }

  /** What the driver answered. */
  @Nullable Object answer() throws SQLException {
    Throwable thrown = failure;
    if (thrown instanceof SQLException refused) {
      throw refused;
    }
    if (thrown != null) {
      throw new IllegalStateException(thrown);
    }
    return result;
  }
}
