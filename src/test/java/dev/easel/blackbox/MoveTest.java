package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.TestNode;
import dev.easel.asset.Bucket;
import dev.easel.db.Database;
import dev.easel.db.TestDatabase;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files that go from a directory to a bucket while a node serves them. */
@Timeout(240)
class MoveTest {
  private static final int FILES = 24;

  @TempDir(factory = BelowTarget.class)
  private Path data;

  private final HttpClient client = HttpClient.newHttpClient();
  private final Database.Address address = TestDatabase.address();

  private Path directory() {
    return data.resolve("assets");
  }

  private List<String> make(TestNode node, String key, int count) {
    List<String> names = new ArrayList<>();
    List<String> tasks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      tasks.add(node.create(key, Gateway.image("kite " + i).toString()));
    }
    for (String task : tasks) {
      String url = node.await(key, task).path("image_url").asString();
      names.add(url.substring(url.lastIndexOf('/')));
    }
    return names;
  }

  private byte[] fetch(TestNode node, String name) throws Exception {
    HttpResponse<byte[]> answer =
        client.send(
            HttpRequest.newBuilder(URI.create(node.url() + "/files" + name)).build(),
            BodyHandlers.ofByteArray());
    assertThat(answer.statusCode()).as(name).isEqualTo(200);
    return answer.body();
  }

  private long local() throws Exception {
    try (Stream<Path> all = Files.walk(directory())) {
      return all.filter(file -> file.toString().endsWith(".png")).count();
    }
  }

  private Program.Ended move(Bucket bucket, String... more) throws Exception {
    List<String> words = new ArrayList<>(List.of("assets", "move"));
    Map<String, String> flags = new HashMap<>(bucket.settings("moved"));
    flags.put("assets.also", directory().toString());
    flags.put("data", data.toString());
    flags.put("db.url", address.url());
    flags.put("db.user", address.user());
    flags.put("db.password", address.password());
    flags.forEach((key, value) -> words.addAll(List.of("--" + key.replace('.', '-'), value)));
    words.addAll(List.of(more));
    return Program.run(words.toArray(String[]::new));
  }

  @Test
  void nobodyWhoReadsNoticesThatFilesMove() throws Exception {
    Map<String, String> settings =
        new HashMap<>(Map.of("data", data.toString(), "sandbox.concurrency", "0"));
    try (Bucket bucket = new Bucket()) {
      List<String> names;
      String key;
      Map<String, byte[]> contents = new HashMap<>();
      try (TestNode before = TestNode.start(settings, address)) {
        key = before.account(10_000);
        names = make(before, key, FILES);
        for (String name : names) {
          contents.put(name, fetch(before, name));
        }
      }
      assertThat(local()).isEqualTo(FILES);

      settings.putAll(bucket.settings("moved"));
      settings.put("assets.also", directory().toString());
      try (TestNode node = TestNode.start(settings, address);
          ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
        AtomicBoolean moving = new AtomicBoolean(true);
        List<Future<Integer>> reading = new ArrayList<>();
        for (int reader = 0; reader < 2; reader++) {
          int first = reader;
          reading.add(
              readers.submit(() -> {
                int read = 0;
                do {
                  String name = names.get((first * 7 + read) % FILES);
                  assertThat(Arrays.equals(fetch(node, name), contents.get(name)))
                      .as("%s, read as it was", name)
                      .isTrue();
                  read++;
                } while (moving.get());
                return read;
              }));
        }
        Program.Ended kept = move(bucket, "--to", "s3://" + Bucket.NAME + "/moved", "--keep");
        Files.write(file(names.getFirst()), new byte[] {1}); // was moved: its copy counts
        List<String> fresh = make(node, key, 2);
        Program.Ended moved = move(bucket, "--to", "s3://" + Bucket.NAME + "/moved");
        moving.set(false);
        for (Future<Integer> reader : reading) {
          assertThat(reader.get()).isPositive();
        }

        assertThat(kept.code()).as("%s", kept).isZero();
        assertThat(moved.code()).as("%s", moved).isZero();
        assertThat(kept.out()).contains("COPIED", "LEFT");
        assertThat(local()).isZero();
        for (String name : Stream.concat(names.stream(), fresh.stream()).toList()) {
          assertThat(bucket.keys()).contains("moved" + name);
          fetch(node, name);
        }
        assertThat(node.audit().violations()).isEmpty();
      }
    }
  }

  private Path file(String name) {
    return directory()
        .resolve(name.substring(1, 2))
        .resolve(name.substring(2, 3))
        .resolve(name.substring(1));
  }

  @Test
  void whatIsDamagedStaysAndIsNamed() throws Exception {
    try (Bucket bucket = new Bucket()) {
      List<String> names;
      try (TestNode node = TestNode.start(Map.of("data", data.toString()), address)) {
        names = make(node, node.account(100), 2);
      }
      byte[] content = Files.readAllBytes(file(names.getFirst()));
      content[content.length / 2] ^= 1;
      Files.write(file(names.getFirst()), content);
      Map<String, String> both = new HashMap<>(bucket.settings("moved"));
      both.putAll(Map.of("data", data.toString(), "assets.also", directory().toString()));
      TestNode.start(both, address).close();

      Program.Ended ended = move(bucket, "--to", "s3://" + Bucket.NAME + "/moved");

      assertThat(ended.code()).isEqualTo(1);
      assertThat(ended.err()).contains("DAMAGED, not moved: " + names.getFirst().substring(1));
      assertThat(file(names.getFirst())).exists();
      assertThat(file(names.getLast())).doesNotExist();
      assertThat(bucket.keys()).contains("moved" + names.getLast());
      assertThat(bucket.keys()).doesNotContain("moved" + names.getFirst());
    }
  }

  /** Under two names: every file would be found to be there already, and then removed. */
  @Test
  void aPlaceIsNotMovedToItself() throws Exception {
    Path link =
        Files.createSymbolicLink(
            data.resolve("link"), Files.createDirectory(directory()).toAbsolutePath());
    Program.Ended ended =
        Program.run(
            "assets",
            "move",
            "--to",
            link.toString(),
            "--assets",
            link.toString(),
            "--assets-also",
            directory().toString(),
            "--data",
            data.toString(),
            "--db-url",
            address.url(),
            "--db-user",
            address.user(),
            "--db-password",
            address.password());
    assertThat(ended)
        .isEqualTo(
            new Program.Ended(
                1,
                "",
                "easel: %s and %s are one and the same place\n"
                    .formatted(directory().toAbsolutePath(), link.toAbsolutePath())));
  }

  @Test
  void theWrongWayRoundIsRefused() throws Exception {
    try (Bucket bucket = new Bucket()) {
      assertThat(move(bucket, "--to", directory().toString()))
          .isEqualTo(
              new Program.Ended(
                  1,
                  "",
                  "easel: --to is %s, but new files go to s3://%s/moved, which is what assets is set to\n"
                      .formatted(directory(), Bucket.NAME)));
    }
  }
}
