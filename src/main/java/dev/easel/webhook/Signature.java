package dev.easel.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.EmptyWebhookSecretException;
import com.standardwebhooks.exceptions.WebhookSigningException;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The headers by which a receiver knows a try, and that it is from us. */
final class Signature {
  private static final String HMAC = "HmacSHA256";

  private Signature() {}

  /**
   * Those of a try of {@code delivery} at {@code now}.
   *
   * @param secrets all of them sign; without one, callbacks have no such headers
   */
  static Map<String, String> headers(
      Delivery delivery, List<SigningSecret> secrets, Instant now, byte[] body) {
    return switch (delivery.shape()) {
      case EVENT -> standard(delivery.id().toString(), secrets, now, body);
      case APIMODELS ->
          secrets.isEmpty() ? Map.of() : standard(delivery.id().toString(), secrets, now, body);
      case KIE -> secrets.isEmpty() ? Map.of() : kie(delivery.task(), secrets.getFirst(), now);
    };
  }

  /** As Standard Webhooks 1.0.0 asks for. */
  static Map<String, String> standard(
      String id, List<SigningSecret> secrets, Instant now, byte[] body) {
    long seconds = now.getEpochSecond();
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put(Webhook.UNBRANDED_MSG_ID_KEY, id);
    headers.put(Webhook.UNBRANDED_MSG_TIMESTAMP_KEY, String.valueOf(seconds));
    if (!secrets.isEmpty()) {
      String text = new String(body, UTF_8);
      headers.put(
          Webhook.UNBRANDED_MSG_SIGNATURE_KEY,
          secrets.stream()
              .map(secret -> standard(secret, id, seconds, text))
              .collect(Collectors.joining(" ")));
    }
    return headers;
  }

  private static String standard(SigningSecret secret, String id, long seconds, String body) {
    try {
      return new Webhook(secret.text()).sign(id, seconds, body);
    } catch (WebhookSigningException | EmptyWebhookSecretException impossible) {
      throw new IllegalStateException("a secret of ours signs", impossible);
    }
  }

  private static Map<String, String> kie(UUID task, SigningSecret key, Instant now) {
    long seconds = now.getEpochSecond();
    return Map.of(
        "X-Webhook-Timestamp",
        String.valueOf(seconds),
        "X-Webhook-Signature",
        kie(key, task.toString(), seconds));
  }

  /**
   * Of task and time, but not of the body: as docs.kie.ai documents it (common-api,
   * webhook-verification; read in November 2026). The key is the secret's text as it is.
   */
  static String kie(SigningSecret key, String task, long seconds) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(new SecretKeySpec(key.text().getBytes(UTF_8), HMAC));
      return Base64.getEncoder()
          .encodeToString(mac.doFinal((task + "." + seconds).getBytes(UTF_8)));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("every Java has HMAC-SHA256", impossible);
    }
  }
}
