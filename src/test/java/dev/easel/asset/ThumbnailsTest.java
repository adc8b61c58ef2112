package dev.easel.asset;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.asset.ImageFiles.Decoding;
import dev.easel.asset.Provenance.Mark;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ThumbnailsTest {
  private static final String STEM = "abcdefghijklmnopqrstuvwxyz234567";

  @TempDir private Path directory;
  private LocalAssetStore store;
  private Thumbnails thumbnails;

  private static Thumbnails over(AssetStore store) {
    return new Thumbnails(store, new Previews(store), InstantSource.system());
  }

  @BeforeEach
  void open() throws IOException {
    store = LocalAssetStore.open(directory, InstantSource.system());
    thumbnails = over(store);
  }

  private String put(byte[] content) throws IOException {
    Put put = store.put(STEM, new ByteArrayInputStream(content), 1 << 30);
    assertThat(put).isInstanceOf(Put.Stored.class);
    return ((Put.Stored) put).file().name();
  }

  private byte[] thumbnail(String name) throws IOException {
    Thumbnails.Found found = thumbnails.of(name);
    assertThat(found).isInstanceOf(Thumbnails.Found.There.class);
    try (AssetStore.Opened file = ((Thumbnails.Found.There) found).file()) {
      assertThat(file.type()).isEqualTo(MediaType.WEBP);
      ByteArrayOutputStream content = new ByteArrayOutputStream();
      file.copy(0, file.bytes(), content);
      return content.toByteArray();
    }
  }

  private static BufferedImage decoded(byte[] content) {
    assertThat(MediaType.sniff(content)).contains(MediaType.WEBP);
    return ((Decoding.Decoded) ImageFiles.decode(content)).image();
  }

  @ParameterizedTest
  @CsvSource({
    "png, 1024, 1024, 512, 512",
    "jpeg, 3000, 1000, 512, 171",
    "png, 600, 1800, 171, 512",
    "jpeg, 5000, 4000, 512, 410",
    "gif, 300, 200, 300, 200",
    "png, 1, 4000, 1, 512"
  })
  void itIsSmallAndHasTheShapeOfItsPicture(
      String format, int width, int height, int expectedWidth, int expectedHeight)
      throws IOException {
    BufferedImage image = decoded(thumbnail(put(Samples.image(format, width, height))));
    assertThat(List.of(image.getWidth(), image.getHeight()))
        .isEqualTo(List.of(expectedWidth, expectedHeight));
  }

  @Test
  void everyPixelHasASayInIt() throws IOException {
    BufferedImage stripes = new BufferedImage(2048, 64, BufferedImage.TYPE_INT_RGB);
    for (int x = 0; x < 2048; x += 2) {
      for (int y = 0; y < 64; y++) {
        stripes.setRGB(x, y, 0xFFFFFF);
      }
    }
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    javax.imageio.ImageIO.write(stripes, "png", png);
    BufferedImage image = decoded(thumbnail(put(png.toByteArray())));
    assertThat(image.getRGB(256, 8) & 0xFF).as("grey, not black or white").isBetween(90, 165);
  }

  @Test
  void ofAFilmItIsHowItBegins() throws IOException {
    BufferedImage image = decoded(thumbnail(put(Samples.film(directory, 4))));
    assertThat(List.of(image.getWidth(), image.getHeight())).isEqualTo(List.of(64, 48));
  }

  @Test
  void itSaysOfWhereItComesFromWhatItsFileSays() throws IOException {
    for (byte[] file : List.of(Samples.noise(600, 20), Samples.film(directory, 2))) {
      assertThat(text(thumbnail(put(file)))).doesNotContain("DigitalSourceType");
      store.delete(Thumbnails.nameFor(put(file)));
      Mark mark = new Mark("t-1", true, Optional.of("001"));
      try (InputStream marked = Provenance.marked(new ByteArrayInputStream(file), mark)) {
        String thumbnail = text(thumbnail(put(marked.readAllBytes())));
        assertThat(thumbnail).contains("trainedAlgorithmicMedia<", "\"ContentProducer\":\"001\"");
      }
    }
  }

  private static String text(byte[] content) {
    return new String(content, UTF_8);
  }

  @Test
  void itIsMadeOnce() throws IOException {
    Watched watched = new Watched(store, () -> null);
    thumbnails = over(watched);
    String name = put(Samples.image("png", 700, 700));
    byte[] first = thumbnail(name);
    assertThat(thumbnail(name)).isEqualTo(first);
    thumbnails = over(watched);
    assertThat(thumbnail(name)).as("by another node").isEqualTo(first);
    assertThat(watched.puts).hasValue(1);
  }

  @Test
  void howeverManyAskItIsMadeOnce() throws Exception {
    Watched watched = new Watched(store, () -> null);
    thumbnails = over(watched);
    String name = put(Samples.noise(900, 900));
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<byte[]>> answers =
          callers.invokeAll(
              java.util.Collections.nCopies(20, (Callable<byte[]>) () -> thumbnail(name)));
      for (Future<byte[]> answer : answers) {
        assertThat(answer.get()).isEqualTo(answers.getFirst().get());
      }
    }
    assertThat(watched.puts).hasValue(1);
  }

  @Test
  void whatShowsNothingHasNone() throws IOException {
    byte[] film = Samples.film(directory, 4);
    byte[] noise = Samples.noise(64, 64);
    Map<String, byte[]> files =
        Map.of(
            "a bomb", Samples.bomb(),
            "half a film", Arrays.copyOf(film, 300),
            "half a picture", Arrays.copyOf(noise, 60),
            "the head of a WebP", Arrays.copyOf(Samples.webp(), 20));
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      String name = put(file.getValue());
      assertThat(over(store).of(name)).as(file.getKey()).isEqualTo(new Thumbnails.Found.Nothing());
      store.delete(name);
    }
  }

  @Test
  void whatShowsNothingIsLookedAtOnce() throws IOException {
    Watched watched = new Watched(store, () -> null);
    thumbnails = over(watched);
    String name = put(Samples.bomb());
    assertThat(thumbnails.of(name)).isEqualTo(new Thumbnails.Found.Nothing());
    int looks = watched.opens.get();
    assertThat(thumbnails.of(name)).isEqualTo(new Thumbnails.Found.Nothing());
    assertThat(watched.opens.get() - looks).as("only whether it is kept").isEqualTo(1);
  }

  @Test
  void inputsAndThumbnailsHaveNone() throws IOException {
    store.put("in" + STEM, new ByteArrayInputStream(Samples.image("png", 9, 9)), 1 << 20);
    assertThat(thumbnails.of("in" + STEM + ".png")).isEqualTo(new Thumbnails.Found.Nothing());
    String name = put(Samples.image("png", 9, 9));
    thumbnail(name);
    assertThat(thumbnails.of(Thumbnails.nameFor(name))).isEqualTo(new Thumbnails.Found.Nothing());
    for (String wrong : List.of("", "..", "../../etc/passwd", STEM, STEM + ".exe")) {
      assertThat(thumbnails.of(wrong)).as(wrong).isEqualTo(new Thumbnails.Found.Nothing());
    }
  }

  @Test
  void noneIsLeftOfAFileThatIsDeletedMeanwhile() throws IOException {
    String name = put(Samples.image("png", 700, 700));
    Watched watched =
        new Watched(
            store,
            () -> {
              store.delete(name);
              store.delete(Thumbnails.nameFor(name)); // finds none: it is about to be written
              return null;
            });
    assertThat(over(watched).of(name)).isEqualTo(new Thumbnails.Found.Nothing());
    assertThat(store.open(Thumbnails.nameFor(name))).isEmpty();
  }

  @Test
  void whereNothingCanBeKeptItIsMadeAnyway() throws IOException {
    thumbnails =
        over(
            new Watched(
                store,
                () -> {
                  throw new IOException("full");
                }));
    assertThat(decoded(thumbnail(put(Samples.image("png", 600, 600)))).getWidth()).isEqualTo(512);
  }

  /** Counts, and does something before anything is written. */
  private static final class Watched implements AssetStore {
    private final AssetStore store;
    private final Callable<?> before;
    private final AtomicInteger puts = new AtomicInteger();
    private final AtomicInteger opens = new AtomicInteger();

    Watched(AssetStore store, Callable<?> before) {
      this.store = store;
      this.before = before;
    }

    @Override
    public Put put(String stem, InputStream content, long maxBytes) throws IOException {
      puts.incrementAndGet();
      try {
        before.call();
      } catch (IOException failed) {
        throw failed;
      } catch (Exception impossible) {
        throw new IllegalStateException(impossible);
      }
      return store.put(stem, content, maxBytes);
    }

    @Override
    public Optional<Opened> open(String name) throws IOException {
      opens.incrementAndGet();
      return store.open(name);
    }

    @Override
    public void delete(String name) throws IOException {
      store.delete(name);
    }

    @Override
    public void list(Consumer<Listed> reader) throws IOException {
      store.list(reader);
    }
  }
}
