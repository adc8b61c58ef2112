package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.asset.Bucket;
import dev.easel.asset.LocalAssetStore;
import dev.easel.db.Database;
import dev.easel.db.TestDatabase;
import dev.easel.task.KnownPlaces;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A node that cannot use the place for its files does not start, and says what to change. */
@Timeout(180)
class PlaceRefusedTest {
  @TempDir(factory = BelowTarget.class)
  private Path data;

  private Program.Ended serve(Database.Address address, String... flags) throws Exception {
    List<String> words = new ArrayList<>(List.of("serve", "--port", "0"));
    words.addAll(List.of("--data", data.toString(), "--db-url", address.url()));
    words.addAll(List.of("--db-user", address.user(), "--db-password", address.password()));
    words.addAll(List.of(flags));
    return Program.run(words.toArray(String[]::new));
  }

  @Test
  void aWrongSecret() throws Exception {
    try (Bucket bucket = new Bucket()) {
      Program.Ended ended =
          serve(
              TestDatabase.address(),
              "--assets=s3://" + Bucket.NAME,
              "--assets-s3-endpoint=" + bucket.endpoint(),
              "--assets-s3-access-key=" + Bucket.ACCESS_KEY,
              "--assets-s3-secret-key=wrong");

      assertThat(ended.code()).isEqualTo(2);
      assertThat(ended.err())
          .contains(
              "easel: assets.s3.access-key, assets.s3.secret-key: %s does not accept the key %s (SignatureDoesNotMatch)"
                  .formatted(bucket.endpoint(), Bucket.ACCESS_KEY));
    }
  }

  @Test
  void aDirectoryThatIsNotTheOneThatTheNodesShare() throws Exception {
    Database.Address address = TestDatabase.address();
    try (Database database = Database.open(address, 2);
        LocalAssetStore shared =
            LocalAssetStore.open(data.resolve("shared"), InstantSource.system())) {
      KnownPlaces.check(database, shared, Optional.empty(), InstantSource.system().instant());
    }

    Program.Ended ended = serve(address, "--assets", data.resolve("own").toString());

    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.err()).contains("is not where this database's files are, which is");
  }
}
