package dev.easel.cli.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;

/**
 * Tasks a second from create to success: accepted, run, an 8 KiB file stored and synced, settled,
 * and its end waited for.
 */
final class EndToEndBench implements Bench {
  @Override
  public String name() {
    return "e2e";
  }

  @Override
  public Figures run(Timing timing) throws IOException, InterruptedException {
    Duration length = timing.length();
    try (House house = House.build()) {
      Load.Tally tally;
      try (House.RunningServer server = house.serve(Map.of())) {
        Load.Operation task =
            (connection, worker, sequence) -> {
              String key = house.key(worker + sequence);
              HttpConnection.Answer created =
                  connection.exchange(
                      connection.post(
                          "/api/v1/tasks/create", key, Requests.create(worker, sequence)));
              if (!Requests.isAccepted(created)) {
                return false;
              }
              String path = "/api/v1/tasks/" + Requests.taskId(created) + "?wait=60";
              return connection
                  .exchange(connection.get(path, key))
                  .body()
                  .contains("\"task_status\":3");
            };
        Load.run(server.base(), timing.warmUp(), task);
        tally = Load.run(server.base(), length, task);
      }
      double[] bound = new double[1];
      house.withDatabase(
          (database, _) -> bound[0] = BareRows.wholeLives(database, length.dividedBy(2)));
      return Figures.of(tally, length, bound[0]);
    }
  }
}
