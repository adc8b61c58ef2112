package dev.easel.asset;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class LocalAssetStoreTest extends AssetStoreContract {
  private Path root;
  private LocalAssetStore store;

  @BeforeEach
  void open() throws IOException {
    root = directory.resolve("deep/assets");
    store = LocalAssetStore.open(root, InstantSource.fixed(NOW));
  }

  @Override
  AssetPlace store() {
    return store;
  }

  @Override
  List<String> files() throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return all.filter(Files::isRegularFile).map(file -> file.getFileName().toString()).toList();
    }
  }

  @Test
  void sweepsWhatACrashLeftButNotWhatAnotherNodeIsWriting() throws IOException {
    Path left = Files.createFile(root.resolve("incoming/left.part"));
    Path arriving = Files.createFile(root.resolve("incoming/arriving.part"));
    Files.setLastModifiedTime(left, FileTime.from(NOW.minus(Duration.ofHours(7))));
    Files.setLastModifiedTime(arriving, FileTime.from(NOW.minus(Duration.ofHours(5))));
    put(STEM, Samples.image("png", 7, 5));

    LocalAssetStore again = LocalAssetStore.open(root, InstantSource.fixed(NOW));

    assertThat(files()).containsExactlyInAnyOrder("arriving.part", STEM + ".png");
    assertThat(root.resolve("a/b").resolve(STEM + ".png")).exists();
    try (AssetStore.Opened file = again.open(STEM + ".png").orElseThrow()) {
      assertThat(file.type()).isEqualTo(MediaType.PNG);
    }
  }
}
