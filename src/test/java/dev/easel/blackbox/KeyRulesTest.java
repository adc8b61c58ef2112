package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.TestNode.Reply;
import dev.easel.account.Key;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a key may spend, and on what. */
class KeyRulesTest {
  @RegisterExtension static final Gateway gateway = Gateway.with(Map.of());

  private static final Key.Rules FORTY_IN_ALL =
      new Key.Rules(
          OptionalLong.of(40), OptionalLong.empty(), Optional.empty(), List.of(), List.of());
  private static final Key.Rules FORTY_A_DAY =
      new Key.Rules(
          OptionalLong.empty(), OptionalLong.of(40), Optional.empty(), List.of(), List.of());

  @Test
  void theTotalLimitEndsWithWhatIsLeft() {
    String key = gateway.node().account(1_000, FORTY_IN_ALL, 0);
    gateway.created(key, Gateway.image(Gateway.endless()).put("n", 2));
    assertThat(Gateway.refusal(gateway.create(key, Gateway.image("a kite"))))
        .contains("total limit", "costs 15", "10 is left");
    // What fits still goes.
    gateway.grant(key, 1);
    assertThat(gateway.available(key)).isEqualTo(971);
    String unlimited = gateway.anotherKey(key, Key.Rules.NONE);
    gateway.created(unlimited, Gateway.image(Gateway.endless()));
  }

  @Test
  void theDailyLimitCountsWhatIsHeldAndStaysCountedAfterAFailure() {
    String key = gateway.node().account(1_000, FORTY_A_DAY, 0);
    gateway.finished(key, Gateway.image("policy: a kite").put("n", 2));
    assertThat(gateway.available(key)).isEqualTo(1_000);
    assertThat(Gateway.refusal(gateway.create(key, Gateway.image("a kite"))))
        .contains("daily limit", "costs 15", "10 is left");
  }

  @Test
  void requestsAtOnceNeverExceedALimit() throws Exception {
    for (Key.Rules rules : List.of(FORTY_IN_ALL, FORTY_A_DAY)) {
      String key = gateway.node().account(1_000, rules, 0);
      List<Reply> replies =
          Together.call(30, _ -> gateway.create(key, Gateway.image(Gateway.endless())));
      assertThat(replies.stream().filter(KeyRulesTest::isAccepted)).hasSize(2);
      assertThat(gateway.tasks(key)).hasSize(2);
      assertThat(gateway.available(key)).isEqualTo(970);
    }
  }

  @Test
  void whatTheAccountCannotPayDoesNotCountAgainstTheKey() {
    String key = gateway.node().account(10, FORTY_IN_ALL, 0);
    for (int i = 0; i < 3; i++) {
      assertThat(Gateway.refusal(gateway.create(key, Gateway.image("a kite"))))
          .contains("Insufficient credits");
    }
    gateway.grant(key, 100);
    gateway.created(key, Gateway.image(Gateway.endless()));
    gateway.created(key, Gateway.image(Gateway.endless()));
    assertThat(Gateway.refusal(gateway.create(key, Gateway.image("a kite")))).contains("limit");
  }

  @Test
  void aKeyMayBeForSomeModelsOnly() {
    Key.Rules rules =
        new Key.Rules(
            OptionalLong.empty(),
            OptionalLong.empty(),
            Optional.empty(),
            List.of("nano-banana-2", "seedance-2"),
            List.of());
    String key = gateway.node().account(100, rules, 0);
    assertThat(Gateway.refusal(gateway.create(key, Gateway.image("a kite"))))
        .startsWith("model_id: ")
        .contains("gpt-image-2", "allowed: nano-banana-2, seedance-2");
    gateway.assertUntouched(key, 100);
    gateway.created(key, Gateway.body("nano-banana-2", Gateway.endless()));
    assertThat(gateway.available(key)).isEqualTo(88);
  }

  private static boolean isAccepted(Reply reply) {
    return reply.json().path("code").asInt() == 200;
  }
}
