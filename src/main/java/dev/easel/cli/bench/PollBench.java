package dev.easel.cli.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads of distinct tasks, half of them live (queued behind a work limit), half final. */
final class PollBench implements Bench {
  private final int tasks;

  /** Reads so many tasks. */
  PollBench(int tasks) {
    this.tasks = tasks;
  }

  @Override
  public String name() {
    return "poll";
  }

  private record Poll(String path, String key) {}

  @Override
  public Figures run(Timing timing) throws IOException, InterruptedException {
    Duration length = timing.length();
    try (House house = House.build();
        House.RunningServer server = house.serve(Map.of())) {
      List<Poll> polls = tasks(house, server);
      Load.Operation poll =
          (connection, worker, sequence) -> {
            Poll next = polls.get((int) ((worker * 157L + sequence * 7_919L) % tasks));
            HttpConnection.Answer answer = connection.exchange(connection.get(next.path, next.key));
            return answer.status() == 200 && answer.body().startsWith("{\"code\":200");
          };
      Load.Operation constant =
          (connection, worker, sequence) ->
              connection.exchange(connection.get("/health/live", house.key(worker))).status()
                  == 200;
      Load.run(server.base(), timing.warmUp(), poll);
      Load.Tally tally = Load.run(server.base(), length, poll);
      Duration boundLength = length.dividedBy(2);
      Load.run(server.base(), timing.warmUp(), constant);
      long bound = Load.run(server.base(), boundLength, constant).nanos().getTotalCount();
      return Figures.of(tally, length, bound / (boundLength.toNanos() / 1e9));
    }
  }

  private List<Poll> tasks(House house, House.RunningServer server) throws IOException {
    List<Poll> polls = new ArrayList<>();
    try (HttpConnection connection = new HttpConnection(server.base())) {
      // The one task that may run takes ten minutes: all behind it stay queued.
      String slow = "{\"model_id\":\"nano-banana-2\",\"prompt\":\"slow:600\"}";
      polls.add(task(connection, house.narrowKey(), slow));
      while (polls.size() < tasks / 2) {
        polls.add(task(connection, house.narrowKey(), Requests.create(0, polls.size())));
      }
      while (polls.size() < tasks) {
        polls.add(task(connection, house.key(polls.size()), Requests.create(0, polls.size())));
      }
      for (Poll poll : polls.subList(tasks / 2, tasks)) {
        connection.exchange(connection.get(poll.path + "?wait=60", poll.key));
      }
    }
    return polls;
  }

  private static Poll task(HttpConnection connection, String key, String body) throws IOException {
    HttpConnection.Answer answer =
        connection.exchange(connection.post("/api/v1/tasks/create", key, body));
    if (!Requests.isAccepted(answer)) {
      throw new IOException("not accepted: " + answer.body());
    }
    return new Poll("/api/v1/tasks/" + Requests.taskId(answer), key);
  }
}
