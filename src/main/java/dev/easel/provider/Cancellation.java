package dev.easel.provider;

/** How asking a provider to give up a generation ended. Only {@link Canceled} confirms anything. */
public sealed interface Cancellation {
  /** It is given up: it makes nothing and costs nothing. */
  record Canceled() implements Cancellation {}

  /** The provider says that it is finished, or can no longer be stopped. */
  record TooLate() implements Cancellation {}

  /** The provider could not be asked, or gave no clear answer: the generation may go on. */
  record Unconfirmed(String reason) implements Cancellation {}

  /** The provider has no way to give up a generation. */
  record Unsupported() implements Cancellation {}
}
