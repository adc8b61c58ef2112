package dev.easel.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Announcements between nodes, which may be missed but not for long. */
class NotificationsTest {
  private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

  private final Notifications.Listener listener =
      new Notifications.Listener() {
        @Override
        public void notified(String payload) {
          heard.add(payload);
        }

        @Override
        public void reload() {
          heard.add("reload");
        }
      };

  @Test
  void whatIsAnnouncedIsHeardAndALostConnectionIsMadeAgain() throws InterruptedException {
    Database.Address address = TestDatabase.address();
    try (Database database = Database.open(address, 2);
        Notifications _ = new Notifications(address, Map.of("easel_test", listener))) {
      assertThat(next()).isEqualTo("reload");
      announce(database, "easel_test", "one");
      announce(database, "easel_other", "not ours");
      announce(database, "easel_test", "two");
      assertThat(next()).isEqualTo("one");
      assertThat(next()).isEqualTo("two");

      int ended =
          database.read(tx ->
              tx.createQuery(
                      """
                      select count(*) filter (where pg_terminate_backend(pid, 5000)) from pg_stat_activity
                      where datname = current_database() and query ilike 'listen%'
                      """)
                  .mapTo(Integer.class)
                  .one());
      assertThat(ended).isEqualTo(1);
      assertThat(next()).as("anything may have been missed").isEqualTo("reload");
      announce(database, "easel_test", "three");
      assertThat(next()).isEqualTo("three");
    }
    assertThat(heard).isEmpty();
  }

  @Test
  void manyAnnouncementsBecomeFewForTheOthersAndNoneForTheirSender() throws InterruptedException {
    BlockingQueue<String> own = new LinkedBlockingQueue<>();
    Database.Address address = TestDatabase.address();
    try (Notifications sender =
            new Notifications(
                address, Map.of("easel_test", Notifications.Listener.of(() -> own.add("own"))));
        Notifications _ = new Notifications(address, Map.of("easel_test", listener))) {
      assertThat(own.poll(30, TimeUnit.SECONDS)).as("at connect").isEqualTo("own");
      assertThat(next()).isEqualTo("reload");
      long from = System.nanoTime();
      for (int i = 0; i < 100_000; i++) {
        sender.announce("easel_test");
      }
      long atMost = (System.nanoTime() - from) / 20_000_000 + 2;
      assertThat(next()).as("the first of them").isNotEqualTo("reload");
      try (Database database = Database.open(address, 2)) {
        announce(database, "easel_test", "from elsewhere");
      }
      int sent = 1;
      for (String next = next(); !next.equals("from elsewhere"); next = next()) {
        sent++;
      }
      assertThat((long) sent + heard.size()).isLessThanOrEqualTo(atMost);
      assertThat(own.poll(30, TimeUnit.SECONDS)).as("from elsewhere").isEqualTo("own");
      assertThat(own).as("its own").isEmpty();
    }
  }

  private String next() throws InterruptedException {
    return String.valueOf(heard.poll(30, TimeUnit.SECONDS));
  }

  private static void announce(Database database, String channel, String payload) {
    database.read(tx ->
        tx.createQuery("select pg_notify(?, ?)")
            .bind(0, channel)
            .bind(1, payload)
            .mapTo(String.class)
            .one());
  }
}
