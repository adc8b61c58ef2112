package dev.easel.cli.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;

/**
 * Accepted requests a second, each answered after its commit, while the engine works behind them on
 * few jobs at a time.
 */
final class CreateBench implements Bench {
  @Override
  public String name() {
    return "create";
  }

  @Override
  public Figures run(Timing timing) throws IOException, InterruptedException {
    Duration length = timing.length();
    try (House house = House.build()) {
      Load.Tally tally;
      try (House.RunningServer server = house.serve(Map.of("--engine-concurrency", "4"))) {
        Load.Operation create =
            (connection, worker, sequence) ->
                Requests.isAccepted(
                    connection.exchange(
                        connection.post(
                            "/api/v1/tasks/create",
                            house.key(worker + sequence),
                            Requests.create(worker, sequence))));
        Load.run(server.base(), timing.warmUp(), create);
        tally = Load.run(server.base(), length, create);
      }
      double[] bound = new double[1];
      house.withDatabase(
          (database, _) -> bound[0] = BareRows.accepted(database, length.dividedBy(2)));
      return Figures.of(tally, length, bound[0]);
    }
  }
}
