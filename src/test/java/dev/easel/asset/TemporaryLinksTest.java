package dev.easel.asset;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.db.SettableClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A link leads to its file until its time is over, and nobody can make one. */
class TemporaryLinksTest {
  private static final String NAME = "abcdefghijklmnop.png";
  private static final Duration LIFE = Duration.ofMinutes(20);

  private final SettableClock clock = new SettableClock("2026-11-01T12:00:00Z");
  private final TemporaryLinks links = links("00");

  private TemporaryLinks links(String keyByte) {
    return new TemporaryLinks(
        MasterKey.parse(keyByte.repeat(32)), () -> "https://easel.example", clock);
  }

  private String token() {
    String url = links.url(NAME, LIFE);
    String base = "https://easel.example/files/temporary/";
    assertThat(url).startsWith(base).doesNotContain(NAME);
    return url.substring(base.length());
  }

  @Test
  void itLivesAsLongAsPromised() {
    String token = token();
    assertThat(links.read(token)).contains(new TemporaryLinks.Ticket(NAME, LIFE));
    clock.advance(LIFE.minusMillis(1));
    assertThat(links.read(token)).isPresent();
    clock.advance(Duration.ofMillis(1));
    assertThat(links.read(token)).isEmpty();
  }

  @Test
  void noTwoLooksAlike() {
    assertThat(token()).isNotEqualTo(token());
  }

  @Test
  void everyChangedCharacterBreaksIt() {
    String token = token();
    // The last character carries bits that mean nothing.
    for (int i = 0; i < token.length() - 1; i++) {
      char other = token.charAt(i) == 'A' ? 'B' : 'A';
      assertThat(links.read(token.substring(0, i) + other + token.substring(i + 1)))
          .as("character %d", i)
          .isEmpty();
    }
  }

  @Test
  void aTokenOfAnotherKeyIsNone() {
    assertThat(links("01").read(token())).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "A", "AAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAAAA", "../..", "?", "雨"})
  void whatIsNoTokenIsNone(String token) {
    assertThat(links.read(token)).isEmpty();
  }
}
