package dev.easel.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.easel.net.AddressGuard;
import dev.easel.wording.Phrase;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;

/** Where a customer wants to be told of something. */
public final class CallbackAddress {
  private static final int LONGEST = 4_096;

  private CallbackAddress() {}

  /**
   * Why nothing will be sent to {@code address}, as far as it shows without asking a name server;
   * continues a sentence that begins with the field.
   */
  public static Optional<Phrase> refuse(AddressGuard guard, String address) {
    if (address.length() > LONGEST) {
      return Optional.of(Phrase.of("is longer than %d characters", LONGEST));
    }
    // Half of a surrogate pair is a letter to URI, until it is written.
    if (!UTF_8.newEncoder().canEncode(address)) {
      return Optional.of(Phrase.of("is not an http(s) URL"));
    }
    try {
      return guard.refuseLiteral(new URI(address)).map(Phrase::of);
    } catch (URISyntaxException malformed) {
      return Optional.of(Phrase.of("is not an http(s) URL"));
    }
  }
}
