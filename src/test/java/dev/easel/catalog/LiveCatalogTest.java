package dev.easel.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.easel.db.Database;
import dev.easel.db.Notifications;
import dev.easel.db.TestDatabase;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The two ways in which a node learns of a change, each without the other. */
class LiveCatalogTest {
  private final Database.Address address = TestDatabase.address();
  private final Database database = Database.open(address, 3);

  @BeforeEach
  void install() {
    database.transaction(tx -> CatalogTables.installDefaults(tx, Instant.now()));
  }

  @AfterEach
  void close() {
    database.close();
  }

  /** Nobody calls {@code changed()}: it has to look by itself. */
  @Test
  void aChangeThatNobodyToldIsFound() throws InterruptedException {
    LinkedBlockingQueue<Catalog> seen = new LinkedBlockingQueue<>();
    try (LiveCatalog live = new LiveCatalog(database, _ -> {}, seen::add)) {
      assertThat(seen.take()).isSameAs(live.get());
      sql("update model set state = 'off' where id = 'sora-2'");

      Catalog next = seen.poll(30, TimeUnit.SECONDS);
      assertThat(next).isNotNull();
      assertThat(next.model("sora-2").orElseThrow().state()).isEqualTo(Availability.OFF);
    }
  }

  /** Every table announces its own changes, when they are committed. */
  @Test
  void theDatabaseAnnouncesEveryChange() throws InterruptedException {
    CountDownLatch listening = new CountDownLatch(1);
    LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
    Notifications.Listener listener =
        new Notifications.Listener() {
          @Override
          public void notified(String payload) {
            heard.add(payload);
          }

          @Override
          public void reload() {
            listening.countDown();
          }
        };
    try (Notifications notifications =
        new Notifications(address, Map.of(LiveCatalog.CHANGES, listener))) {
      assertThat(notifications).isNotNull();
      assertThat(listening.await(30, TimeUnit.SECONDS)).isTrue();
      for (String statement :
          new String[] {
            "update channel set concurrency = 9",
            "update model set state = 'off' where id = 'sora-2'",
            "update route set weight = 2",
            "delete from listing where dialect = 'art'"
          }) {
        sql(statement);
        assertThat(heard.poll(30, TimeUnit.SECONDS)).as(statement).isNotNull();
      }
    }
  }

  @Test
  void whatCannotBePreparedIsNotShown() {
    assertThatThrownBy(() ->
            new LiveCatalog(
                database,
                _ -> {},
                _ -> {
                  throw new CatalogException("no such adapter");
                }))
        .hasMessage("no such adapter");
  }

  private void sql(String statement) {
    database.read(tx -> tx.execute(statement));
  }
}
