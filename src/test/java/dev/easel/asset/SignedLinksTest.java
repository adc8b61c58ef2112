package dev.easel.asset;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.account.AccountId;
import dev.easel.account.FileTerms;
import dev.easel.db.SettableClock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A link is good for as long as it says, for the file that it says, and for nothing else. */
class SignedLinksTest {
  private static final AccountId ACCOUNT = new AccountId(7);
  private static final Duration LIFE = Duration.ofHours(1);
  private static final String NAME = AssetNames.signed("abcdefghijklmnop") + ".png";
  private static final String OTHER = AssetNames.signed("bbcdefghijklmnop") + ".png";
  private static final String OPEN = "abcdefghijklmnop.png";

  private final SettableClock clock = new SettableClock("2026-11-01T12:00:00Z");
  private final SignedLinks links = links("00");

  private SignedLinks links(String keyByte) {
    return new SignedLinks(
        MasterKey.parse(keyByte.repeat(32)),
        _ -> new FileTerms(Map.of(), OptionalLong.empty(), Optional.of(LIFE)),
        clock);
  }

  /** What a link is worth, in a word; null stands for what it does not have. */
  private String worth(String name, @Nullable String expires, @Nullable String signature) {
    return switch (links.worth(
        name, Optional.ofNullable(expires), Optional.ofNullable(signature))) {
      case SignedLinks.Worth.Good _ -> "good";
      case SignedLinks.Worth.Over _ -> "over";
      case SignedLinks.Worth.Nothing _ -> "nothing";
    };
  }

  private static String part(String query, String name) {
    for (String pair : query.substring(1).split("&", -1)) {
      if (pair.startsWith(name + "=")) {
        return pair.substring(name.length() + 1);
      }
    }
    throw new AssertionError(query);
  }

  @ParameterizedTest
  @CsvSource({
    // what is done to a good link, what is left of it
    "nothing, good",
    "no signature, nothing",
    "no expires, nothing",
    "neither, nothing",
    "later expires, nothing",
    "expires with zeros, nothing",
    "expires is no number, nothing",
    "empty signature, nothing",
    "shorter signature, nothing",
    "longer signature, nothing",
    "changed signature, nothing",
    "signature not ASCII, nothing",
    "another file, nothing",
    "another key, nothing",
    "an hour and a half later, over",
    "forged and later, nothing",
  })
  void whatALinkIsWorth(String change, String worth) {
    String query = (change.equals("another key") ? links("01") : links).query(ACCOUNT, NAME);
    String expires = part(query, "expires");
    String signature = part(query, "signature");
    String changed = (signature.charAt(0) == 'A' ? 'B' : 'A') + signature.substring(1);
    if (change.endsWith("later")) {
      clock.advance(LIFE.plusMinutes(30));
    }
    String found =
        switch (change) {
          case "no signature" -> worth(NAME, expires, null);
          case "no expires" -> worth(NAME, null, signature);
          case "neither" -> worth(NAME, null, null);
          case "later expires" ->
              worth(NAME, String.valueOf(Long.parseLong(expires) + 1), signature);
          case "expires with zeros" -> worth(NAME, "0" + expires, signature);
          case "expires is no number" -> worth(NAME, "tomorrow", signature);
          case "empty signature" -> worth(NAME, expires, "");
          case "shorter signature" ->
              worth(NAME, expires, signature.substring(0, signature.length() - 1));
          case "longer signature" -> worth(NAME, expires, signature + "A");
          case "changed signature", "forged and later" -> worth(NAME, expires, changed);
          case "signature not ASCII" -> worth(NAME, expires, "签名");
          case "another file" -> worth(OTHER, expires, signature);
          default -> worth(NAME, expires, signature);
        };
    assertThat(found).isEqualTo(worth);
  }

  @Test
  void itLivesAtLeastAsLongAsPromisedAndAQuarterMoreAtMost() {
    String query = links.query(ACCOUNT, NAME);
    clock.advance(LIFE.minusSeconds(1));
    assertThat(worth(NAME, part(query, "expires"), part(query, "signature"))).isEqualTo("good");
    clock.advance(LIFE.dividedBy(4).plusSeconds(1));
    assertThat(worth(NAME, part(query, "expires"), part(query, "signature"))).isEqualTo("over");
  }

  @Test
  void itIsTheSameForAWhile() {
    String query = links.query(ACCOUNT, NAME);
    assertThat(links.query(ACCOUNT, NAME)).isEqualTo(query);
    clock.advance(Duration.ofMinutes(16)); // past the quarter that it began in
    assertThat(links.query(ACCOUNT, NAME)).isNotEqualTo(query);
  }

  @Test
  void whatIsNotMarkedNeedsNone() {
    assertThat(links.query(ACCOUNT, OPEN)).isEmpty();
    assertThat(worth(OPEN, null, null)).isEqualTo("good");
    assertThat(worth(OPEN, "1", "x")).isEqualTo("good");
  }
}
