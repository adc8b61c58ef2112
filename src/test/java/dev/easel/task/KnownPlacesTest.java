package dev.easel.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.easel.asset.AssetPlace;
import dev.easel.asset.LocalAssetStore;
import dev.easel.db.Database;
import dev.easel.db.Invariants;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(Invariants.class)
class KnownPlacesTest {
  private static final Instant NOW = Instant.parse("2026-11-21T08:00:00Z");

  @TempDir private Path directory;

  private AssetPlace place(String name) throws IOException {
    return LocalAssetStore.open(directory.resolve(name), InstantSource.fixed(NOW));
  }

  private void check(Database database, String place) throws Exception {
    KnownPlaces.check(database, place(place), Optional.empty(), NOW);
  }

  private void check(Database database, String place, String also) throws Exception {
    KnownPlaces.check(database, place(place), Optional.of(place(also)), NOW);
  }

  @Test
  void theFirstPlaceIsTheOnlyOne(Database database) throws Exception {
    check(database, "shared");

    assertThatCode(() -> check(database, "shared")).doesNotThrowAnyException();
    assertThatThrownBy(() -> check(database, "own"))
        .isInstanceOf(AssetPlace.CannotOpen.class)
        .hasMessage(
            "assets: %s is not where this database's files are, which is %s; every node has to use"
                    .formatted(directory.resolve("own"), directory.resolve("shared"))
                + " the same place. To move files, give the other as assets.also");
  }

  @Test
  void anotherIsAdmittedBesideOneThatIsKnown(Database database) throws Exception {
    check(database, "old");

    assertThatThrownBy(() -> check(database, "new", "stranger"))
        .isInstanceOf(AssetPlace.CannotOpen.class);
    check(database, "new", "old");
    check(database, "new");
    check(database, "old", "new");
  }

  @Test
  void aPlaceThatWasLeftIsKnownNoMore(Database database) throws Exception {
    check(database, "old");
    check(database, "new", "old");

    KnownPlaces.forget(database, place("old"));

    assertThatThrownBy(() -> check(database, "old")).isInstanceOf(AssetPlace.CannotOpen.class);
    check(database, "new");
  }

  @Test
  void ofTwoFirstPlacesBothAreKnown(Database database) throws Exception {
    check(database, "one", "two");

    check(database, "one");
    check(database, "two");
    assertThat(place("one").mark(java.util.UUID.randomUUID()))
        .isNotEqualTo(place("two").mark(java.util.UUID.randomUUID()));
  }
}
