package dev.easel.sim;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Nothing is lost and nothing is done twice, whatever fails between any two steps. */
class SimulationTest {
  private static final Logger LOG = (Logger) LoggerFactory.getLogger("dev.easel");
  private static final Optional<Seeds> ONE = Seeds.one();

  @BeforeAll
  static void silence() {
    LOG.setLevel(Level.OFF); // nodes that die complain a lot
  }

  @AfterAll
  static void speak() {
    LOG.setLevel(null);
  }

  @Test
  void noSeedBreaksAPromise() throws Exception {
    try (Lanes lanes = new Lanes()) {
      Lanes.Result result = lanes.run(ONE.orElseGet(Seeds::asked), ONE.isPresent());
      System.out.println(result);
      assertThat(result.violations()).isEmpty();
    }
  }

  /** On another database, and after other runs: what failed can be seen again. */
  @Test
  void aSeedIsOneRun() throws Exception {
    try (Lanes lanes = new Lanes()) {
      Lane one = lanes.lanes().getFirst();
      Lane other = lanes.lanes().getLast();
      for (long seed = 1; seed <= 5; seed++) {
        Run.of(100 + seed, other, Optional.empty());
        assertThat(Run.of(seed, other, Optional.empty()))
            .isEqualTo(Run.of(seed, one, Optional.empty()));
      }
    }
  }
}
