package dev.easel.asset;

import static org.assertj.core.api.Assertions.assertThat;

import io.helidon.webserver.WebServer;
import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are had from the bucket itself, by way of {@code /files}. */
final class PresignedDownloadsTest {
  private static final String NAME = "abcdefghijklmnop.png";
  private static final byte[] PNG = Samples.image("png", 7, 5);

  private final HttpClient client =
      HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER).build();

  private HttpResponse<byte[]> send(String method, URI uri) throws Exception {
    return client.send(
        HttpRequest.newBuilder(uri).method(method, BodyPublishers.noBody()).build(),
        BodyHandlers.ofByteArray());
  }

  @Test
  void readersAreSentToTheBucket(@TempDir Path directory) throws Exception {
    try (Bucket bucket = new Bucket();
        S3AssetStore store =
            S3AssetStore.open(
                new S3Bucket(Bucket.NAME, ""),
                bucket.access(),
                S3AssetStore.Downloads.PRESIGNED,
                directory,
                InstantSource.system())) {
      store.put("abcdefghijklmnop", new ByteArrayInputStream(PNG), 1 << 20);
      TemporaryLinks links =
          new TemporaryLinks(MasterKey.parse("00".repeat(32)), () -> "", InstantSource.system());
      FileRoutes files =
          new FileRoutes(
              store,
              links,
              new OwnFiles(() -> "", store),
              new Thumbnails(store, new Previews(store), InstantSource.system()));
      WebServer server =
          WebServer.builder()
              .address(InetAddress.getLoopbackAddress())
              .routing(routing -> routing.register("/files", files))
              .build()
              .start();
      try {
        URI base = URI.create("http://127.0.0.1:" + server.port());
        sentOn(base.resolve("/files/" + NAME), "inline; filename=\"" + NAME + "\"");

        HttpResponse<byte[]> temporary =
            send("GET", base.resolve(links.url(NAME, Duration.ofMinutes(20))));
        assertThat(temporary.statusCode()).as("the name is not given away").isEqualTo(200);
        assertThat(temporary.body()).isEqualTo(PNG);

        HttpResponse<byte[]> head = send("HEAD", base.resolve("/files/" + NAME));
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.headers().firstValueAsLong("Content-Length")).hasValue(PNG.length);
        assertThat(send("GET", base.resolve("/files/no" + NAME)).statusCode()).isEqualTo(404);
        bucket.goAway();
        assertThat(send("GET", base.resolve("/files/" + NAME)).statusCode()).isEqualTo(503);
        bucket.comeBack();
      } finally {
        server.stop();
      }
    }
  }

  private void sentOn(URI link, String disposition) throws Exception {
    HttpResponse<byte[]> answer = send("GET", link);
    assertThat(answer.statusCode()).isEqualTo(302);
    assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
    HttpResponse<byte[]> file =
        send("GET", URI.create(answer.headers().firstValue("Location").orElseThrow()));
    assertThat(file.statusCode()).isEqualTo(200);
    assertThat(file.body()).isEqualTo(PNG);
    assertThat(file.headers().firstValue("Content-Disposition")).contains(disposition);
  }

  @Test
  void addressesOfAPublicBaseAreOursAndSoAreThoseOfTheServer(@TempDir Path directory)
      throws Exception {
    LocalAssetStore store = LocalAssetStore.open(directory, InstantSource.system());
    store.put("abcdefghijklmnop", new ByteArrayInputStream(PNG), 1 << 20);
    OwnFiles files =
        new OwnFiles(
            () -> "https://easel.example", Optional.of("https://cdn.example/pictures"), store);

    assertThat(files.url(NAME)).isEqualTo("https://cdn.example/pictures/" + NAME);
    assertThat(files.name(files.url(NAME))).contains(NAME);
    assertThat(files.name("https://easel.example/files/" + NAME)).contains(NAME);
    assertThat(files.isOurs("https://cdn.example/picturesque/" + NAME)).isFalse();
    assertThat(files.name("https://cdn.example/pictures/no" + NAME)).isEmpty();
  }
}
