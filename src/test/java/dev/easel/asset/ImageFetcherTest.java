package dev.easel.asset;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.easel.net.AddressGuard;
import dev.easel.net.Cidr;
import dev.easel.net.Outbound;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
final class ImageFetcherTest {
  private final Map<String, byte[]> files = new ConcurrentHashMap<>();
  private final Outbound outbound =
      new Outbound(new AddressGuard(List.of(Cidr.parse("127.0.0.1"))), "Easel/test");
  @TempDir private Path directory;
  private AssetStore store;
  private ImageFetcher fetcher;
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    store = LocalAssetStore.open(directory, InstantSource.system());
    fetcher =
        new ImageFetcher(
            outbound,
            new OwnFiles(() -> "http://localhost:8080", store),
            new ImageFetcher.Limits(1 << 20, 50_000_000, Duration.ofSeconds(20)));
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          byte[] file = files.get(exchange.getRequestURI().getPath());
          // The sender's word on the type is worth nothing.
          exchange.getResponseHeaders().set("Content-Type", "image/png");
          exchange.sendResponseHeaders(file == null ? 404 : 200, file == null ? -1 : file.length);
          if (file != null) {
            exchange.getResponseBody().write(file);
          }
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
    outbound.close();
  }

  private String base() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private String refusal(byte[] content) {
    files.put("/x.png", content);
    return refusal(base() + "/x.png");
  }

  private String refusal(String url) {
    return switch (fetcher.fetch(url)) {
      case ImageFetcher.Fetched.Refused(String reason) -> reason;
      case ImageFetcher.Fetched.Image image -> "fetched " + image.type();
    };
  }

  @Test
  void readsOurOwnFilesFromTheStore() throws IOException {
    byte[] png = Samples.image("png", 3, 2);
    Put put = store.put("abcdefghijklmnop", new ByteArrayInputStream(png), 1 << 20);
    assertThat(put).isInstanceOf(Put.Stored.class);
    // The guard would refuse localhost, and nothing listens there.
    assertThat(fetcher.fetch("http://localhost:8080/files/abcdefghijklmnop.png"))
        .isInstanceOfSatisfying(
            ImageFetcher.Fetched.Image.class, image -> assertThat(image.content()).isEqualTo(png));
    assertThat(refusal("http://localhost:8080/files/qrstuvwxyzabcdef.png"))
        .endsWith("is not there, or is larger than 1 MiB");
    assertThat(refusal("http://localhost:8080/files/../../etc/passwd")).contains("is not there");
  }

  @Test
  void fetchesImagesWithTheirSize() {
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Expected(byte[] content, MediaType type, int width, int height) {}
    for (Expected expected :
        List.of(
            new Expected(Samples.image("png", 7, 5), MediaType.PNG, 7, 5),
            new Expected(Samples.image("jpeg", 70, 50), MediaType.JPEG, 70, 50),
            new Expected(Samples.image("gif", 3, 4), MediaType.GIF, 3, 4),
            new Expected(Samples.webp(), MediaType.WEBP, 1, 1))) {
      files.put("/image", expected.content());
      assertThat(fetcher.fetch(base() + "/image?sig=1"))
          .isInstanceOfSatisfying(
              ImageFetcher.Fetched.Image.class,
              image -> {
                assertThat(image.content()).isEqualTo(expected.content());
                assertThat(image.type()).isEqualTo(expected.type());
                assertThat(image.width()).isEqualTo(expected.width());
                assertThat(image.height()).isEqualTo(expected.height());
              });
    }
  }

  @Test
  void saysWhatIsWrongWithAFile() {
    String url = base() + "/x.png";

    assertThat(refusal(url)).isEqualTo(url + " answered 404");
    assertThat(refusal("<!DOCTYPE html>".getBytes(UTF_8)))
        .isEqualTo(url + " is not an image (it looks like HTML)");
    assertThat(refusal("\n<html>".getBytes(UTF_8)))
        .isEqualTo(url + " is not an image (it looks like HTML)");
    assertThat(refusal("{}".getBytes(UTF_8)))
        .isEqualTo(url + " is not an image (it looks like JSON)");
    assertThat(refusal("<svg/>".getBytes(UTF_8)))
        .isEqualTo(url + " is not an image (it looks like XML)");
    assertThat(refusal(new byte[0])).isEqualTo(url + " is not an image (it is empty)");
    assertThat(refusal("what".getBytes(UTF_8))).isEqualTo(url + " is not an image");
    assertThat(refusal("\0\0\0\u0014ftypisom".getBytes(UTF_8))).isEqualTo(url + " is not an image");
    assertThat(refusal(Arrays.copyOf(Samples.image("png", 7, 5), 20)))
        .isEqualTo(url + " is a broken PNG");
    assertThat(refusal(Arrays.copyOf(Samples.image("jpeg", 7, 5), 20)))
        .isEqualTo(url + " is a broken JPEG");
    assertThat(refusal(new byte[(1 << 20) + 1])).isEqualTo(url + " is larger than 1 MiB");
    assertThat(refusal(Samples.bomb()))
        .isEqualTo(url + " has 60000x60000 pixels, at most 50 megapixels are allowed");
  }

  private String recorded(ImageFetcher.Recorded recorded) {
    return switch (recorded) {
      case ImageFetcher.Recording recording -> "fetched " + recording.content().length;
      case ImageFetcher.Fetched.Refused(String reason) -> reason.replace(base(), "");
    };
  }

  private String film(byte[] content) {
    files.put("/x", content);
    return recorded(fetcher.film(base() + "/x"));
  }

  private String sound(byte[] content) {
    files.put("/x", content);
    return recorded(fetcher.sound(base() + "/x"));
  }

  @Test
  void filmsAndSoundsAreKnownByTheirFirstBytes() {
    assertThat(film("\0\0\0\u0014ftypisom".getBytes(UTF_8))).isEqualTo("fetched 12");
    assertThat(film("\0\0\0\u0014ftypqt  ".getBytes(UTF_8))).isEqualTo("fetched 12");
    assertThat(film("\0\0\0\u0014ftypheic".getBytes(UTF_8))).isEqualTo("/x is not a film");
    assertThat(film("<html>".getBytes(UTF_8))).isEqualTo("/x is not a film (it looks like HTML)");
    assertThat(film(new byte[0])).isEqualTo("/x is not a film (it is empty)");

    assertThat(sound("RIFF\0\0\0\0WAVE".getBytes(UTF_8))).isEqualTo("fetched 12");
    assertThat(sound("ID3\4".getBytes(UTF_8))).isEqualTo("fetched 4");
    assertThat(sound(new byte[] {(byte) 0xFF, (byte) 0xFB})).isEqualTo("fetched 2");
    assertThat(sound(Samples.webp())).as("RIFF too").isEqualTo("/x is not a sound");
    assertThat(sound(Samples.image("jpeg", 2, 2))).isEqualTo("/x is not a sound");
    assertThat(sound(new byte[(15 << 20) + 1])).isEqualTo("/x is larger than 15 MiB");
  }

  @Test
  void showsAddressesWithoutTheirSecrets() {
    assertThat(refusal("http://user:secret@127.0.0.1/x.png?token=secret#secret"))
        .isEqualTo("http://127.0.0.1/x.png carries a user name or password, which is not allowed");
    assertThat(refusal("http://10.0.0.1/x.png"))
        .isEqualTo("http://10.0.0.1/x.png leads to a private address, which may not be contacted");
    assertThat(refusal(base() + "/" + "a".repeat(500)))
        .matches("http://127\\.0\\.0\\.1:\\d+/a{80,}… answered 404")
        .hasSizeLessThan(140);
    assertThat(refusal("http://[secret")).isEqualTo("an image address is malformed");
    assertThat(refusal("x.png")).isEqualTo("x.png is not an http or https address");
  }
}
