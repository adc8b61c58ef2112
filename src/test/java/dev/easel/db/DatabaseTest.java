package dev.easel.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What connections keep to, whatever is set elsewhere. */
class DatabaseTest {
  @ParameterizedTest
  @CsvSource({"off, on", "on, on", "local, local", "remote_apply, remote_apply"})
  void whatIsCommittedIsOnDisk(String set, String kept) {
    Database.Address address = TestDatabase.address();
    String name = URI.create(address.url().substring("jdbc:".length())).getPath().substring(1);
    try (Database own = Database.open(address, 1)) {
      own.read(tx -> tx.execute("alter database " + name + " set synchronous_commit = " + set));
    }
    try (Database database = Database.open(address, 1)) {
      String now =
          database.read(tx -> tx.createQuery("show synchronous_commit").mapTo(String.class).one());
      assertThat(now).isEqualTo(kept);
    }
  }
}
