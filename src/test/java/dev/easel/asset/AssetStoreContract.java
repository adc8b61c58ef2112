package dev.easel.asset;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every store does alike. */
abstract class AssetStoreContract {
  static final String STEM = "abcdefghijklmnop";
  static final Instant NOW = Instant.parse("2026-11-21T08:00:00Z");

  @TempDir Path directory;

  abstract AssetPlace store();

  /** What is there, whole files or half ones. */
  abstract List<String> files() throws IOException;

  final Put put(String stem, byte[] content) throws IOException {
    return store().put(stem, new ByteArrayInputStream(content), 1 << 20);
  }

  final byte[] read(String name) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (AssetStore.Opened file = store().open(name).orElseThrow()) {
      file.copy(0, file.bytes(), out);
    }
    return out.toByteArray();
  }

  private static String sha256(byte[] content) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
  }

  @Test
  void describesPicturesByTheirContent() throws Exception {
    byte[] png = Samples.image("png", 7, 5);
    byte[] jpeg = Samples.image("jpeg", 300, 200);

    assertThat(put(STEM, png))
        .isEqualTo(stored(STEM + ".png", MediaType.PNG, png, Optional.of(new PixelSize(7, 5))));
    assertThat(put(STEM, jpeg))
        .isEqualTo(
            stored(STEM + ".jpg", MediaType.JPEG, jpeg, Optional.of(new PixelSize(300, 200))));
    assertThat(put(STEM, Samples.webp()))
        .isEqualTo(
            stored(
                STEM + ".webp", MediaType.WEBP, Samples.webp(), Optional.of(new PixelSize(1, 1))));
    assertThat(read(STEM + ".jpg")).isEqualTo(jpeg);
  }

  private static Put stored(String name, MediaType type, byte[] content, Optional<PixelSize> size)
      throws Exception {
    return new Put.Stored(
        new StoredFile(name, type, content.length, sha256(content), size, Optional.empty()));
  }

  @Test
  void describesFilms() throws Exception {
    byte[] film = Samples.film(directory, 5);

    assertThat(put(STEM, film))
        .isEqualTo(
            new Put.Stored(
                new StoredFile(
                    STEM + ".mp4",
                    MediaType.MP4,
                    film.length,
                    sha256(film),
                    Optional.of(new PixelSize(64, 48)),
                    Optional.of(Duration.ofMillis(500)))));
  }

  @Test
  void keepsWhatItCannotDescribe() throws Exception {
    byte[] film = Samples.film(directory, 1);

    assertThat(put(STEM, Arrays.copyOf(Samples.image("png", 7, 5), 12)))
        .isInstanceOfSatisfying(
            Put.Stored.class, stored -> assertThat(stored.file().size()).isEmpty());
    for (int length = 16; length < film.length; length += 61) {
      byte[] torn = Arrays.copyOf(film, length);
      assertThat(put(STEM, torn))
          .isInstanceOfSatisfying(
              Put.Stored.class, stored -> assertThat(stored.file().bytes()).isEqualTo(torn.length));
    }
  }

  @Test
  void storesOneStemOnceHoweverOften() throws IOException {
    byte[] png = Samples.image("png", 7, 5);

    assertThat(put(STEM, png)).isEqualTo(put(STEM, png));
    assertThat(files()).containsExactly(STEM + ".png");
  }

  @Test
  void takesExactlyTheLimitAndLeavesNothingOfMore() throws IOException {
    byte[] png = Arrays.copyOf(Samples.image("png", 7, 5), 200_000);

    for (int limit : List.of(0, 10, 199_999)) {
      assertThat(store().put(STEM, new ByteArrayInputStream(png), limit))
          .isIn(new Put.TooLarge(limit), new Put.NotMedia("is neither a picture nor a film"));
    }
    assertThat(files()).isEmpty();
    assertThat(store().put(STEM, new ByteArrayInputStream(png), 199_999))
        .isEqualTo(new Put.TooLarge(199_999));
    assertThat(store().put(STEM, new ByteArrayInputStream(png), 200_000))
        .isInstanceOf(Put.Stored.class);
    assertThat(read(STEM + ".png")).isEqualTo(png);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "<!DOCTYPE html><p>", "{\"error\":1}", "....ftypheic....", "hello"})
  void refusesWhatIsNotMedia(String content) throws IOException {
    assertThat(put(STEM, content.getBytes(UTF_8))).isInstanceOf(Put.NotMedia.class);
    assertThat(files()).isEmpty();
  }

  @Test
  void leavesNothingOfContentThatBreaksOff() throws IOException {
    InputStream closed = InputStream.nullInputStream();
    closed.close();
    InputStream broken =
        new SequenceInputStream(new ByteArrayInputStream(Samples.image("png", 7, 5)), closed);

    assertThatThrownBy(() -> store().put(STEM, broken, 1 << 20)).hasMessage("Stream closed");
    assertThat(files()).isEmpty();
  }

  @Test
  void storesForManyAtOnce() throws Exception {
    byte[] png = Arrays.copyOf(Samples.image("png", 7, 5), 8_192);
    List<Future<Put>> puts = new ArrayList<>();
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 300; i++) {
        // Every name by three callers at once, over many directories.
        String stem = "%c%cstem%010d".formatted('a' + i / 3 % 20, 'a' + i / 3 % 7, i / 3);
        puts.add(callers.submit(() -> put(stem, png)));
      }
    }
    for (Future<Put> put : puts) {
      assertThat(put.get())
          .isInstanceOfSatisfying(
              Put.Stored.class, stored -> assertThat(stored.file().bytes()).isEqualTo(png.length));
    }
    assertThat(files()).hasSize(100);
    assertThat(read("aastem0000000000.png")).isEqualTo(png);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "..",
        "../../secret.png",
        "/etc/passwd",
        "incoming/left.part",
        "abcdefghijklmnop",
        "abcdefghijklmnop.",
        "abcdefghijklmnop.exe",
        "abcdefghijklmnop.png/",
        "abcdefghijklmnop.png\u0000",
        "ABCDEFGHIJKLMNOP.png",
        "abcdefgh/ijklmnop.png",
        "abcdefgh..ijklmnop.png",
        "short.png"
      })
  void opensOnlyNamesThatItGave(String name) throws IOException {
    Files.createFile(directory.resolve("secret.png"));
    put(STEM, Samples.image("png", 7, 5));

    assertThat(store().open(name)).isEmpty();
  }

  @Test
  void readsAnyPart() throws IOException {
    byte[] png = Arrays.copyOf(Samples.image("png", 7, 5), 200_000);
    byte[] rest = new byte[199_900];
    new Random(1).nextBytes(rest);
    System.arraycopy(rest, 0, png, 100, rest.length);
    put(STEM, png);

    try (AssetStore.Opened file = store().open(STEM + ".png").orElseThrow()) {
      assertThat(file.bytes()).isEqualTo(png.length);
      assertThat(file.type()).isEqualTo(MediaType.PNG);
      assertThat(file.modified()).isAfter(Instant.EPOCH);
      for (int[] part : new int[][] {{0, 0}, {0, 1}, {199_999, 1}, {70_000, 65_537}}) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        file.copy(part[0], part[1], out);
        assertThat(out.toByteArray())
            .isEqualTo(Arrays.copyOfRange(png, part[0], part[0] + part[1]));
      }
    }
  }

  @Test
  void storedAgainIsReplaced() throws IOException {
    put(STEM, Samples.image("png", 7, 5));
    byte[] other = Samples.image("png", 9, 9);
    put(STEM, other);

    assertThat(read(STEM + ".png")).isEqualTo(other);
    assertThat(files()).containsExactly(STEM + ".png");
  }

  @Test
  void deletesWhatIsThereAndMindsNothingElse() throws IOException {
    put(STEM, Samples.image("png", 7, 5));
    put("zz" + STEM, Samples.webp());

    store().delete(STEM + ".png");
    store().delete(STEM + ".png");
    store().delete("never" + STEM + ".png");
    store().delete("../escape.png");

    assertThat(store().open(STEM + ".png")).isEmpty();
    assertThat(files()).containsExactly("zz" + STEM + ".webp");
  }

  @Test
  void listsWhatIsThere() throws IOException {
    put(STEM, Samples.image("png", 7, 5));
    put("zz" + STEM, Samples.webp());
    store().mark(UUID.randomUUID());

    List<AssetStore.Listed> listed = new ArrayList<>();
    store().list(listed::add);

    assertThat(listed)
        .extracting(AssetStore.Listed::name, AssetStore.Listed::bytes)
        .containsExactlyInAnyOrder(
            tuple(STEM + ".png", (long) Samples.image("png", 7, 5).length),
            tuple("zz" + STEM + ".webp", (long) Samples.webp().length));
    assertThat(listed).allMatch(file -> file.modified().isAfter(Instant.EPOCH));
  }

  @Test
  void carriesTheIdThatItWasGivenFirst() throws IOException {
    UUID first = UUID.randomUUID();

    assertThat(store().mark(first)).isEqualTo(first);
    assertThat(store().mark(UUID.randomUUID())).isEqualTo(first);
  }

  @Test
  void refusesStemsThatAreNoNames() {
    for (String stem :
        List.of("", "short", "../../etc/passwd", "ABCDEFGHIJKLMNOP", "a".repeat(65))) {
      assertThatThrownBy(() -> put(stem, Samples.webp()))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
