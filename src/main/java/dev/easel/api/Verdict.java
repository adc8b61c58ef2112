package dev.easel.api;

import java.util.function.Function;

/** A step of a request: it goes on with a value, or ends with the reason why not. */
public sealed interface Verdict<T> {
  /** Goes on. */
  record Pass<T>(T value) implements Verdict<T> {}

  /** Ends. */
  record Refuse<T>(ApiError error) implements Verdict<T> {}

  /** Goes on with {@code value}. */
  static <T> Verdict<T> pass(T value) {
    return new Pass<>(value);
  }

  /** Ends with {@code error}. */
  static <T> Verdict<T> refuse(ApiError error) {
    return new Refuse<>(error);
  }

  /** The next step, when this one passes. */
  default <U> Verdict<U> then(Function<T, Verdict<U>> next) {
    return switch (this) {
      case Pass<T>(T value) -> next.apply(value);
      case Refuse<T>(ApiError error) -> new Refuse<>(error);
    };
  }

  /** The value made into another one, when this step passes. */
  default <U> Verdict<U> map(Function<T, U> change) {
    return then(value -> new Pass<>(change.apply(value)));
  }
}
