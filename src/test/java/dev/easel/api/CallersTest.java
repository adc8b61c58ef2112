package dev.easel.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.account.Account;
import dev.easel.account.AccountId;
import dev.easel.account.Accounts;
import dev.easel.account.Key;
import dev.easel.account.KeySecret;
import dev.easel.account.Keys;
import dev.easel.db.Database;
import dev.easel.db.Invariants;
import dev.easel.db.SettableClock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who is let in. */
@ExtendWith(Invariants.class)
class CallersTest {
  private final SettableClock clock = new SettableClock("2026-03-01T12:00:00Z");
  private final KeySecret secret = KeySecret.random();
  private Database database;
  private Callers callers;
  private AccountId account;

  @BeforeEach
  void open(Database database) {
    this.database = database;
    callers = new Callers(database, clock);
    account =
        database.transaction(tx ->
            Accounts.create(tx, "customer", Account.Role.CUSTOMER, clock.instant())
                .orElseThrow()
                .id());
  }

  @Test
  void aKeyActsForItsAccount() {
    Key key = key(Key.Rules.NONE);
    assertThat(identify()).isEqualTo("passed");
    assertThat(callers.identify(Optional.of("Bearer " + secret.text()), "127.0.0.1"))
        .isEqualTo(Verdict.pass(new Caller(key)));
  }

  @ParameterizedTest
  @CsvSource({
    "Bearer KEY, passed",
    "bearer KEY, passed",
    "BEARER   KEY , passed",
    "'', Missing API key",
    "KEY, Missing API key",
    "Basic KEY, Missing API key",
    "Bearer, Missing API key",
    "'Bearer ', Invalid API key provided.",
    "Bearer sk-short, Invalid API key provided.",
    "Bearer KEY0, Invalid API key provided.",
    "Bearer KEY KEY, Invalid API key provided.",
    "Bearer sk-00000000000000000000000000000000, Invalid API key provided."
  })
  void whatIsSentIsRecognizedOrRefused(String header, String expected) {
    key(Key.Rules.NONE);
    assertThat(identify(header.replace("KEY", secret.text()), "127.0.0.1")).startsWith(expected);
  }

  @Test
  void anExpiredKeyStopsWorkingWithoutAnybodyForgettingIt() {
    key(
        new Key.Rules(
            OptionalLong.empty(),
            OptionalLong.empty(),
            Optional.of(clock.instant().plusSeconds(60)),
            List.of(),
            List.of()));
    assertThat(identify()).isEqualTo("passed");
    clock.advance(Duration.ofSeconds(60));
    assertThat(identify()).isEqualTo("Invalid API key provided.");
  }

  @Test
  void aRevokedKeyStopsWorkingAsSoonAsItIsForgotten() {
    Key key = key(Key.Rules.NONE);
    assertThat(identify()).isEqualTo("passed");
    assertThat(database.<Boolean>transaction(tx -> Keys.revoke(tx, key.id(), clock.instant())))
        .isTrue();
    assertThat(identify()).as("cached").isEqualTo("passed");
    callers.forget();
    assertThat(identify()).isEqualTo("Invalid API key provided.");
    assertThat(database.<Boolean>transaction(tx -> Keys.revoke(tx, key.id(), clock.instant())))
        .as("a second time")
        .isFalse();
  }

  @Test
  void aFreshKeyWorksThoughItWasUnknownBefore() {
    assertThat(identify()).isEqualTo("Invalid API key provided.");
    key(Key.Rules.NONE);
    callers.forget();
    assertThat(identify()).isEqualTo("passed");
  }

  @ParameterizedTest
  @CsvSource({
    "10.1.2.3, true",
    "10.1.255.255, true",
    "10.2.0.0, false",
    "192.0.2.7, true",
    "192.0.2.8, false",
    "2001:db8::1, true",
    "2001:db9::1, false",
    "::ffff:10.1.2.3, true"
  })
  void aKeyMayBeTiedToAddresses(String address, boolean passes) {
    key(
        new Key.Rules(
            OptionalLong.empty(),
            OptionalLong.empty(),
            Optional.empty(),
            List.of(),
            List.of("10.1.0.0/16", "192.0.2.7", "2001:db8::/32")));
    assertThat(identify("Bearer " + secret.text(), address))
        .isEqualTo(passes ? "passed" : "This API key may not be used from your address.");
  }

  private Key key(Key.Rules rules) {
    return database.transaction(
        tx -> Keys.create(tx, account, "key", secret, rules, clock.instant()));
  }

  private String identify() {
    return identify("Bearer " + secret.text(), "127.0.0.1");
  }

  private String identify(String header, String address) {
    return switch (callers.identify(Optional.of(header).filter(h -> !h.isEmpty()), address)) {
      case Verdict.Pass<Caller> _ -> "passed";
      case Verdict.Refuse<Caller>(ApiError error) -> error.message();
    };
  }
}
