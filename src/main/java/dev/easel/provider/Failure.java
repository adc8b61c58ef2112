package dev.easel.provider;

/**
 * Why a generation was refused or failed.
 *
 * @param kind what may be done about it
 * @param message in words that a customer may see; never an upstream secret
 */
public record Failure(Kind kind, String message) {
  public Failure {
    message = Said.keepable(message);
  }

  /** What may be done about a failure. */
  public enum Kind {
    /** The request cannot be met by any route. */
    INVALID_INPUT,
    /** The provider's content policy forbids it; no other route is tried. */
    CONTENT_POLICY,
    /** Too many requests. */
    RATE_LIMITED,
    /** The provider has no capacity, or could not be reached. */
    OVERLOADED,
    /** Our credit with the provider is used up. */
    NO_CREDIT,
    /** The provider does not accept our credential. */
    BAD_CREDENTIAL,
    /** The provider broke. */
    INTERNAL,
    /** Nobody answered in the time that the model allows. */
    TIMED_OUT,
    /** The customer did not want it any more. */
    CANCELED
  }
}
