package dev.easel.db;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;

/**
 * A database that counts how often somebody goes to it: for a batch, a tick, a single statement.
 */
public final class CountedDatabase {
  private final AtomicInteger visits = new AtomicInteger();
  private final Database counted;

  /** Counts the visits to {@code database} that go through {@link #database}. */
  public CountedDatabase(Database database) {
    DataSource pool =
        (DataSource)
            Proxy.newProxyInstance(
                DataSource.class.getClassLoader(),
                new Class<?>[] {DataSource.class},
                (_, method, _) -> {
                  if (!method.getName().equals("getConnection")) {
                    throw new InvocationTargetException(new SQLException(method.getName()));
                  }
                  visits.incrementAndGet();
                  return database.connection();
                });
    this.counted = new Database(pool, Threads.OF_MACHINE);
  }

  public Database database() {
    return counted;
  }

  public int visits() {
    return visits.get();
  }
}
