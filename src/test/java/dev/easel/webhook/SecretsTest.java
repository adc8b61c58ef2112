package dev.easel.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.easel.account.AccountId;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class SecretsTest {
  private static final UUID ROW = UUID.fromString("019a7d1c-6a80-7c3e-9a51-0e8f4d6b2c11");
  private static final UUID OTHER = UUID.fromString("019a7d1c-6a80-7c3e-9a51-0e8f4d6b2c12");
  private static final SigningSecret SECRET = SigningSecret.random();

  private final Secrets secrets = new Secrets(key(1));

  private static byte[] key(int first) {
    byte[] key = new byte[32];
    key[0] = (byte) first;
    return key;
  }

  @Test
  void whatIsStoredOpensAgain() {
    assertThat(secrets.decrypt(ROW, secrets.encrypt(ROW, SECRET))).isEqualTo(SECRET);
    AccountId account = new AccountId(7);
    assertThat(secrets.decrypt(account, secrets.encrypt(account, SECRET))).isEqualTo(SECRET);
  }

  @Test
  void nothingOfTheTextIsInWhatIsStored() {
    byte[] stored = secrets.encrypt(ROW, SECRET);
    String asText = new String(stored, StandardCharsets.ISO_8859_1);
    String random = SECRET.text().substring("whsec_".length());
    assertThat(asText).doesNotContain("whsec", random, random.substring(0, 8));
    String bytes = new String(Base64.getDecoder().decode(random), StandardCharsets.ISO_8859_1);
    assertThat(asText).doesNotContain(bytes.substring(0, 8));
  }

  @Test
  void oneTextIsNeverStoredAlikeTwice() {
    Set<String> all = new HashSet<>();
    for (int i = 0; i < 1_000; i++) {
      byte[] stored = secrets.encrypt(ROW, SECRET);
      all.add(Base64.getEncoder().encodeToString(stored).substring(0, 17)); // version and nonce
    }
    assertThat(all).hasSize(1_000);
  }

  @Test
  void whateverBitIsFlippedItDoesNotOpen() {
    byte[] stored = secrets.encrypt(ROW, SECRET);
    for (int bit = 0; bit < stored.length * 8; bit++) {
      byte[] flipped = stored.clone();
      flipped[bit / 8] ^= (byte) (1 << (bit % 8));
      assertThatThrownBy(() -> secrets.decrypt(ROW, flipped))
          .as("bit %d", bit)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining(ROW.toString())
          .hasMessageNotContaining(SECRET.text());
    }
    for (int length = 0; length < stored.length; length++) {
      byte[] cut = Arrays.copyOf(stored, length);
      assertThatThrownBy(() -> secrets.decrypt(ROW, cut)).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void whatIsStoredForOneRowOpensForNoOther() {
    byte[] stored = secrets.encrypt(ROW, SECRET);
    assertThatThrownBy(() -> secrets.decrypt(OTHER, stored))
        .isInstanceOf(IllegalStateException.class);
    byte[] ofAccount = secrets.encrypt(new AccountId(7), SECRET);
    assertThatThrownBy(() -> secrets.decrypt(new AccountId(8), ofAccount))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> secrets.decrypt(ROW, ofAccount))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void anotherMasterKeyOpensNothing() {
    byte[] stored = secrets.encrypt(ROW, SECRET);
    assertThatThrownBy(() -> new Secrets(key(2)).decrypt(ROW, stored))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("not of this master key");
  }

  @Test
  void aSecretIsAsStandardWebhooksHasItAndIsNotPrinted() {
    assertThat(SECRET.text()).matches("whsec_[A-Za-z0-9+/]{43}=");
    assertThat(Base64.getDecoder().decode(SECRET.text().substring(6))).hasSize(32);
    assertThat(SECRET.text()).isNotEqualTo(SigningSecret.random().text());
    assertThat(SECRET.toString()).isEqualTo("whsec_…");
    assertThat(secrets.toString()).isEqualTo("Secrets");
  }
}
