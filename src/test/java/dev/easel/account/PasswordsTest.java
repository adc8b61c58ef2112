package dev.easel.account;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Passwords as they are stored. */
class PasswordsTest {
  @Test
  void onlyThePasswordItselfVerifies() {
    String hash = Passwords.hash("correct horse 电池");
    assertThat(hash).startsWith("$argon2id$v=19$m=19456,t=2,p=1$").doesNotContain("horse");
    assertThat(Passwords.verify("correct horse 电池", hash)).isTrue();
    assertThat(Passwords.verify("correct horse 电", hash)).isFalse();
    assertThat(Passwords.verify("", hash)).isFalse();
    assertThat(Passwords.hash("correct horse 电池")).as("salted").isNotEqualTo(hash);
  }
}
