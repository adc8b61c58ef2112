package dev.easel.blackbox;

import java.util.Optional;
import java.util.Random;

/**
 * One request of a customer, whose prompt demands how it must end. No two have the same prompt.
 *
 * @param idempotencyKey with one, the customer repeats the request until it is answered; without,
 *     an unanswered request is given up
 */
record Order(Customer customer, Kind kind, String prompt, Optional<String> idempotencyKey) {
  /** What a prompt asks for. */
  enum Kind {
    /** Made while the provider is waited for. */
    INSTANT("nano-banana-2", "", true, 1),
    /** Bought from the upstream that keeps a list of what it sold. */
    BOUGHT("bought", "", true, 1),
    /** Accepted, and ready when it is checked. */
    SMOOTH("gpt-image-2", "", true, 1),
    /** Accepted, and ready later than the others. */
    SLOW("gpt-image-2", "slow:1 ", true, 1),
    /** Fails at the first attempt, succeeds at the next. */
    FLAKY("gpt-image-2", "flaky: ", true, 2),
    /** Fails at every attempt. */
    FAIL("gpt-image-2", "fail: ", false, 2),
    /** Refused by the content policy. */
    POLICY("gpt-image-2", "policy: ", false, 0);

    final String model;
    final String prefix;
    final boolean succeeds;

    /** How many submissions that the provider took it may cost. */
    final int mostBought;

    Kind(String model, String prefix, boolean succeeds, int mostBought) {
      this.model = model;
      this.prefix = prefix;
      this.succeeds = succeeds;
      this.mostBought = mostBought;
    }
  }

  /** One at random; {@code name} makes its prompt unique. */
  static Order random(Random random, Customer customer, String name) {
    int dice = random.nextInt(20);
    Kind kind =
        dice < 5
            ? Kind.INSTANT
            : dice < 9
                ? Kind.BOUGHT
                : dice < 11
                    ? Kind.SMOOTH
                    : dice < 12
                        ? Kind.SLOW
                        : dice < 13 ? Kind.FLAKY : dice < 16 ? Kind.FAIL : Kind.POLICY;
    return new Order(
        customer,
        kind,
        kind.prefix + "a kite " + name,
        random.nextBoolean() ? Optional.of("key-" + name) : Optional.empty());
  }

  String body() {
    return Gateway.body(kind.model, prompt).toString();
  }
}
