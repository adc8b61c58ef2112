package dev.easel.account;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.db.Database;
import dev.easel.db.Invariants;
import dev.easel.db.Notifications;
import dev.easel.db.TestDatabase;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Accounts and their keys, as they are written and read. */
@ExtendWith(Invariants.class)
class KeysTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  @Test
  void aKeyIsReadAsItWasWritten(Database database) {
    AccountId account = account(database, "one");
    Key.Rules rules =
        new Key.Rules(
            OptionalLong.of(1_000),
            OptionalLong.of(100),
            Optional.of(NOW.plusSeconds(60)),
            List.of("gpt-image-2", "with, comma"),
            List.of("10.0.0.0/8"));
    KeySecret limited = KeySecret.random();
    KeySecret free = KeySecret.random();
    Key first = create(database, account, limited, rules);
    Key second = create(database, account, free, Key.Rules.NONE);
    create(database, account(database, "two"), KeySecret.random(), Key.Rules.NONE);

    assertThat(first.rules()).isEqualTo(rules);
    assertThat(first.prefix()).isEqualTo(limited.prefix());
    assertThat(first.isActive(NOW.plusSeconds(59))).isTrue();
    assertThat(first.isActive(NOW.plusSeconds(60))).isFalse();
    assertThat(second.rules()).isEqualTo(Key.Rules.NONE);
    assertThat(database.<Optional<Key>>read(tx -> Keys.bySecret(tx, limited))).contains(first);
    assertThat(database.<Optional<Key>>read(tx -> Keys.bySecret(tx, KeySecret.random()))).isEmpty();
    assertThat(database.<List<Key>>read(tx -> Keys.of(tx, account))).containsExactly(first, second);

    database.transaction(tx -> Keys.revoke(tx, second.id(), NOW));
    Key revoked = database.read(tx -> Keys.bySecret(tx, free)).orElseThrow();
    assertThat(revoked.revokedAt()).contains(NOW);
    assertThat(revoked.isActive(NOW)).isFalse();
  }

  @Test
  void aNameIsGivenOnce(Database database) {
    AccountId account = account(database, "one");
    assertThat(
            database.<Optional<Account>>transaction(
                tx -> Accounts.create(tx, "one", Account.Role.OPERATOR, NOW)))
        .isEmpty();
    Account one = new Account(account, "one", Account.Role.CUSTOMER, NOW);
    assertThat(database.<Optional<Account>>read(tx -> Accounts.named(tx, "one"))).contains(one);
    assertThat(database.<Optional<Account>>read(tx -> Accounts.byId(tx, account))).contains(one);
    assertThat(database.<List<Account>>read(Accounts::all)).containsExactly(one);
    assertThat(database.<Optional<Account>>read(tx -> Accounts.named(tx, "two"))).isEmpty();
  }

  @Test
  void everyChangeIsAnnouncedWhenItIsCommitted() throws InterruptedException {
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    Database.Address address = TestDatabase.address();
    try (Database database = Database.open(address, 2);
        Notifications _ =
            new Notifications(
                address,
                Map.of(Keys.CHANGES, Notifications.Listener.of(() -> heard.add("heard"))))) {
      assertThat(heard.poll(30, TimeUnit.SECONDS)).as("the first look").isNotNull();
      Key key = create(database, account(database, "one"), KeySecret.random(), Key.Rules.NONE);
      assertThat(heard.poll(30, TimeUnit.SECONDS)).as("created").isNotNull();
      database.transaction(tx -> Keys.revoke(tx, key.id(), NOW));
      assertThat(heard.poll(30, TimeUnit.SECONDS)).as("revoked").isNotNull();
    }
  }

  private static AccountId account(Database database, String name) {
    return database.transaction(
        tx -> Accounts.create(tx, name, Account.Role.CUSTOMER, NOW).orElseThrow().id());
  }

  private static Key create(
      Database database, AccountId account, KeySecret secret, Key.Rules rules) {
    return database.transaction(tx -> Keys.create(tx, account, "key", secret, rules, NOW));
  }
}
