package dev.easel.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The secret of a key, which is shown once. */
class KeySecretTest {
  private static final String TEXT = "sk-0123456789ABCDEFGHIJKLMNOPQRSTuv";

  @Test
  void aRandomOneIsWellFormedAndNeverTheSame() {
    assertThat(Stream.generate(() -> KeySecret.random().text()).limit(1_000))
        .doesNotHaveDuplicates()
        .allMatch(KeySecret::isWellFormed);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "sk-",
        "sk-0123456789ABCDEFGHIJKLMNOPQRSTu",
        "sk-0123456789ABCDEFGHIJKLMNOPQRSTuvw",
        "pk-0123456789ABCDEFGHIJKLMNOPQRSTuv",
        "sk-0123456789ABCDEFGHIJKLMNOPQRSTu-",
        "sk-0123456789ABCDEFGHIJKLMNOPQRSTué",
        " sk-0123456789ABCDEFGHIJKLMNOPQRSTu"
      })
  void anythingElseIsNoKey(String text) {
    assertThat(KeySecret.isWellFormed(text)).isFalse();
    assertThatThrownBy(() -> new KeySecret(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a key is sk- and 32 letters or digits");
  }

  @Test
  void onlyItsHashIsKeptAndOnlyItsPrefixIsShown() {
    KeySecret secret = new KeySecret(TEXT);
    assertThat(HexFormat.of().formatHex(secret.hash()))
        .isEqualTo("580df9854e2600faea4c23d1da8d568d4af14434339334b3b7d20a1fd0559c44");
    assertThat(secret.prefix()).isEqualTo("sk-0123");
    assertThat(secret).hasToString("sk-0123…");
  }
}
