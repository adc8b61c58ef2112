package dev.easel.asset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes wrong between two steps of a move, unless both sides mind the other. */
final class MovingTest {
  private static final String STEM = "abcdefghijklmnop";
  private static final String NAME = STEM + ".png";
  private static final byte[] PNG = Samples.image("png", 7, 5);

  @TempDir private Path directory;
  private Place old;
  private Place fresh;
  private MovingStore both;

  @BeforeEach
  void open() throws IOException {
    old = new Place(LocalAssetStore.open(directory.resolve("old"), () -> Instant.EPOCH));
    fresh = new Place(LocalAssetStore.open(directory.resolve("new"), () -> Instant.EPOCH));
    both = new MovingStore(fresh, old);
  }

  /** A place in whose next steps something else happens first. */
  private static final class Place implements AssetPlace {
    private final AssetPlace place;
    private Step beforeOpen = () -> {};
    private Step beforeKeeping = () -> {}; // the content has been read
    private Step beforeDelete = () -> {};

    interface Step {
      void run() throws IOException;
    }

    Place(AssetPlace place) {
      this.place = place;
    }

    @Override
    public Put put(String stem, InputStream content, long maxBytes) throws IOException {
      return place.put(
          stem,
          new FilterInputStream(content) {
            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
              int count = in.read(into, offset, length);
              if (count < 0) {
                Step step = beforeKeeping;
                beforeKeeping = () -> {};
                step.run();
              }
              return count;
            }
          },
          maxBytes);
    }

    /** A file that is gone when it is read, as in a bucket. */
    @Override
    public Optional<Opened> open(String name) throws IOException {
      Step step = beforeOpen;
      beforeOpen = () -> {};
      step.run();
      return place.open(name).map(file -> new Remote(place, name, file.bytes()));
    }

    @Override
    public void delete(String name) throws IOException {
      beforeDelete.run();
      place.delete(name);
    }

    @Override
    public String location() {
      return place.location();
    }

    @Override
    public void list(Consumer<Listed> reader) throws IOException {
      place.list(reader);
    }

    @Override
    public UUID mark(UUID id) throws IOException {
      return place.mark(id);
    }

    @Override
    public void close() {
      place.close();
    }
  }

  private record Remote(AssetStore place, String name, long bytes) implements AssetStore.Opened {
    @Override
    public MediaType type() {
      return MediaType.PNG;
    }

    @Override
    public Instant modified() {
      return Instant.EPOCH;
    }

    @Override
    public void copy(long offset, long length, OutputStream out) throws IOException {
      try (AssetStore.Opened now =
          place.open(name).orElseThrow(() -> new NoSuchFileException(name))) {
        now.copy(offset, length, out);
      }
    }

    @Override
    public void close() {
      // Nothing is held.
    }
  }

  private static void put(AssetStore store) throws IOException {
    store.put(STEM, new ByteArrayInputStream(PNG), 1 << 20);
  }

  private AssetMove.Progress move(boolean keep) throws IOException {
    return new AssetMove(old, fresh, _ -> Optional.empty()).run(keep, _ -> {});
  }

  private byte[] read(AssetStore store) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (AssetStore.Opened file = store.open(NAME).orElseThrow()) {
      file.copy(0, file.bytes(), out);
    }
    return out.toByteArray();
  }

  private static List<String> names(AssetPlace place) throws IOException {
    List<String> names = new ArrayList<>();
    place.list(file -> names.add(file.name()));
    return names;
  }

  @Test
  void whatIsNewGoesToTheNewPlaceAndEverythingIsRead() throws IOException {
    put(old);
    both.put("zz" + STEM, new ByteArrayInputStream(PNG), 1 << 20);

    assertThat(read(both)).isEqualTo(PNG);
    assertThat(names(fresh)).containsExactly("zz" + NAME);
    assertThat(both.open("no" + NAME)).isEmpty();
  }

  @Test
  void aFileThatMovesBetweenTwoLooksIsFound() throws IOException {
    put(old);
    old.beforeOpen = () -> move(false);

    assertThat(read(both)).isEqualTo(PNG);
    assertThat(names(old)).isEmpty();
  }

  @Test
  void aFileThatMovesWhileItIsOpenIsReadToItsEnd() throws IOException {
    put(old);
    try (AssetStore.Opened file = both.open(NAME).orElseThrow()) {
      move(false);
      assertThat(names(old)).isEmpty();

      ByteArrayOutputStream out = new ByteArrayOutputStream();
      file.copy(0, file.bytes(), out);
      assertThat(out.toByteArray()).isEqualTo(PNG);
    }
  }

  @Test
  void aFileThatIsDeletedWhileItIsOpenIsGone() throws IOException {
    put(old);
    try (AssetStore.Opened file = both.open(NAME).orElseThrow()) {
      both.delete(NAME);

      assertThatThrownBy(() -> file.copy(0, file.bytes(), new ByteArrayOutputStream()))
          .isInstanceOf(NoSuchFileException.class);
    }
  }

  @Test
  void aFileThatIsDeletedWhileItIsCopiedDoesNotComeBack() throws IOException {
    put(old);
    fresh.beforeDelete =
        () -> {
          fresh.beforeDelete = () -> {};
          put(fresh); // the copy arrives between the deleter's two steps
        };

    both.delete(NAME);
    assertThat(names(fresh)).isEmpty();

    put(old);
    fresh.beforeKeeping = () -> both.delete(NAME); // both steps are done before the copy is there
    assertThat(move(false).copied()).isLessThanOrEqualTo(1);
    assertThat(names(fresh)).isEmpty();
    assertThat(names(old)).isEmpty();
  }

  @Test
  void nothingIsRemovedBeforeEverythingIsCopied() throws IOException {
    put(old);
    old.put("zz" + STEM, new ByteArrayInputStream(PNG), 1 << 20);
    fresh.beforeKeeping =
        () -> {
          throw new IOException("away");
        };

    assertThatThrownBy(() -> move(false))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("away");
    assertThat(names(old)).hasSize(2);

    AssetMove.Progress again = move(false);
    assertThat(again.copied() + again.there()).isEqualTo(2);
    assertThat(again.removed()).isEqualTo(2);
    assertThat(names(fresh)).hasSize(2);
    assertThat(names(old)).isEmpty();
  }

  @Test
  void aFileThatIsAtTheNewPlaceWithOtherContentIsCopiedAgain() throws IOException {
    put(old);
    fresh.put(STEM, new ByteArrayInputStream(Samples.image("png", 9, 9)), 1 << 20);

    assertThat(move(true).copied()).isEqualTo(1);

    assertThat(read(fresh)).isEqualTo(PNG);
    assertThat(names(old)).containsExactly(NAME);
  }
}
