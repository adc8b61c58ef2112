package dev.easel.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Signatures against vectors that were computed elsewhere. */
class SignatureTest {
  private static final Instant THEN = Instant.ofEpochSecond(1_700_000_000);
  private static final SigningSecret SECRET =
      new SigningSecret("whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=");
  private static final byte[] BODY =
      "{\"type\":\"task.completed\",\"timestamp\":\"2026-01-01T00:00:00Z\",\"data\":{\"id\":\"t1\"}}"
          .getBytes(UTF_8);
  private static final String SIGNED = "v1,/L9TMEsK0pA+kRX9WPepfN1IeSrGngyfquc3xB655AE=";

  @Test
  void anEventIsSignedAsStandardWebhooksAsksFor() {
    assertThat(Signature.standard("msg_1", List.of(SECRET), THEN, BODY))
        .containsOnly(
            Map.entry("webhook-id", "msg_1"),
            Map.entry("webhook-timestamp", "1700000000"),
            Map.entry("webhook-signature", SIGNED));
  }

  @Test
  void whileASecretIsReplacedBothSign() {
    SigningSecret next = SigningSecret.random();
    String both =
        Signature.standard("msg_1", List.of(next, SECRET), THEN, BODY).get("webhook-signature");
    String alone = Signature.standard("msg_1", List.of(next), THEN, BODY).get("webhook-signature");
    assertThat(both).isEqualTo(alone + " " + SIGNED);
  }

  @Test
  void aCallbackOfKieIsSignedAsItsDocumentationShows() {
    assertThat(Signature.kie(new SigningSecret("k1"), "t1", THEN.getEpochSecond()))
        .isEqualTo("hFHrAFARuFN9RDD32gWl5er8+NL39EJzyZ+5/Egc8Es=");
  }
}
