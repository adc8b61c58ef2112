package dev.easel.sim;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.slf4j.LoggerFactory;

/**
 * Nothing is lost and nothing is done twice, whatever fails between any two steps. First that a
 * seed is one run: of others, what is found could not be seen again.
 */
@Order(1) // in a fresh JVM: what hundreds of other classes leave behind makes it half as slow again
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SimulationTest {
  private static final Logger LOG = (Logger) LoggerFactory.getLogger("dev.easel");
  private static final Optional<Seeds> ONE = Seeds.one();

  private static @Nullable Lanes opened;

  @BeforeAll
  static void open() throws SQLException {
    LOG.setLevel(Level.OFF); // nodes that die complain a lot
    opened = new Lanes();
  }

  @AfterAll
  static void close() throws SQLException {
    lanes().close();
    LOG.setLevel(null);
  }

  private static Lanes lanes() {
    return Objects.requireNonNull(opened);
  }

  /** On another server, after and beside other runs: what failed can be seen again. */
  @Test
  @Order(1)
  void aSeedIsOneRun() throws Exception {
    Lane one = lanes().lanes().getFirst();
    Lane other = lanes().lanes().getLast();
    try (ExecutorService threads = Executors.newCachedThreadPool()) {
      Future<List<Run.Report>> beside = threads.submit(() -> reports(one, 1, 2, 3, 4, 5));
      List<Run.Report> after = reports(other, 101, 102, 1, 103, 2, 3, 104, 105, 4, 5);
      assertThat(after).containsSubsequence(beside.get());
    }
  }

  @Test
  @Order(2)
  void noSeedBreaksAPromise() throws Exception {
    Lanes.Result result = lanes().run(ONE.orElseGet(Seeds::asked), ONE.isPresent());
    System.out.println(result);
    assertThat(result.violations()).isEmpty();
  }

  private static List<Run.Report> reports(Lane lane, long... seeds) throws Exception {
    List<Run.Report> reports = new ArrayList<>();
    for (long seed : seeds) {
      reports.add(Run.of(seed, lane, Optional.empty()));
    }
    return reports;
  }
}
