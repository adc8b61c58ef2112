package dev.easel.db;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TestDatabaseTest {
  @Test
  void everyDatabaseIsItsOwn() {
    try (Database one = TestDatabase.create();
        Database two = TestDatabase.create()) {
      one.read(handle -> handle.execute("create table only_in_one (n int)"));
      assertThat(tables(one)).isEqualTo(tables(two) + 1);
      assertThat(one.migrate()).isZero();
    }
  }

  private static int tables(Database database) {
    return database.read(handle ->
        handle
            .createQuery("select count(*) from pg_tables where schemaname = 'public'")
            .mapTo(Integer.class)
            .one());
  }
}
