package dev.easel.asset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.S3Client;

final class S3AssetStoreTest extends AssetStoreContract {
  private static final S3Bucket PLACE = new S3Bucket(Bucket.NAME, "easel/files");

  private final Bucket bucket = new Bucket();
  private S3AssetStore store;

  @BeforeEach
  void open() throws Exception {
    store = open(S3AssetStore.Downloads.THROUGH_US);
  }

  private S3AssetStore open(S3AssetStore.Downloads downloads) throws Exception {
    return S3AssetStore.open(
        PLACE, bucket.access(), downloads, directory.resolve("arriving"), InstantSource.system());
  }

  @AfterEach
  void close() {
    store.close();
    bucket.close();
  }

  @Override
  AssetPlace store() {
    return store;
  }

  @Override
  List<String> files() throws IOException {
    List<String> files = new ArrayList<>();
    for (String key : bucket.keys()) {
      assertThat(key).startsWith("easel/files/");
      files.add(key.substring("easel/files/".length()));
    }
    try (Stream<Path> arriving = Files.list(directory.resolve("arriving"))) {
      arriving.forEach(part -> files.add(part.toString()));
    }
    return files;
  }

  private static byte[] large() {
    byte[] noise = new byte[2 * S3Upload.PART + 12_345];
    new Random(1).nextBytes(noise);
    byte[] png = Samples.image("png", 7, 5);
    System.arraycopy(png, 0, noise, 0, png.length);
    return noise;
  }

  private Put putLarge(byte[] content) throws IOException {
    return store.put(STEM, new ByteArrayInputStream(content), 1L << 30);
  }

  @Test
  void sendsLargeFilesInParts() throws Exception {
    byte[] large = large();

    assertThat(putLarge(large))
        .isInstanceOfSatisfying(
            Put.Stored.class,
            stored -> {
              assertThat(stored.file().bytes()).isEqualTo(large.length);
              assertThat(stored.file().size()).contains(new PixelSize(7, 5));
            });
    assertThat(read(STEM + ".png")).isEqualTo(large);
    try (S3Client client = bucket.access().client()) {
      String tag =
          client.headObject(head -> head.bucket(Bucket.NAME).key(PLACE.key(STEM + ".png"))).eTag();
      assertThat(tag).as("the tag of an object of three parts").endsWith("-3\"");
    }
    assertThat(bucket.uploads()).isZero();
    assertThat(files()).containsExactly(STEM + ".png");
  }

  @Test
  void leavesNoPartsOfAnUploadThatFails() throws Exception {
    byte[] large = large();
    Path file = Files.write(directory.resolve("shrunk"), Arrays.copyOf(large, S3Upload.PART + 5));
    StoredFile described =
        new StoredFile(
            STEM + ".png", MediaType.PNG, large.length, "", Optional.empty(), Optional.empty());
    try (S3Client client = bucket.access().client();
        FileChannel content = FileChannel.open(file)) {
      assertThatThrownBy(() -> new S3Upload(client, PLACE).send(described, content))
          .isInstanceOf(IOException.class);
    }
    assertThat(bucket.uploads()).isZero();
    assertThat(files()).isEmpty();
  }

  @Test
  void sweepsPartsThatACrashLeftButNotThoseOfAnotherNode() throws Exception {
    try (S3Client client = bucket.access().client()) {
      client.createMultipartUpload(
          create -> create.bucket(Bucket.NAME).key(PLACE.key(STEM + ".png")));
    }
    open(S3AssetStore.Downloads.THROUGH_US).close();
    assertThat(bucket.uploads()).as("it may be going on").isEqualTo(1);

    InstantSource later = () -> InstantSource.system().instant().plus(Duration.ofHours(7));
    S3AssetStore.open(
            PLACE,
            bucket.access(),
            S3AssetStore.Downloads.THROUGH_US,
            directory.resolve("arriving"),
            later)
        .close();
    assertThat(bucket.uploads()).isZero();
  }

  @Test
  void saysWhatTheContentIs() throws Exception {
    put(STEM, Samples.webp());

    try (S3Client client = bucket.access().client()) {
      var head = client.headObject(get -> get.bucket(Bucket.NAME).key(PLACE.key(STEM + ".webp")));
      assertThat(head.contentType()).isEqualTo("image/webp");
      assertThat(head.cacheControl()).contains("immutable");
    }
  }

  @Test
  void givesAddressesThatWorkForAWhile() throws Exception {
    byte[] png = Samples.image("png", 7, 5);
    try (S3AssetStore presigning = open(S3AssetStore.Downloads.PRESIGNED);
        HttpClient client = HttpClient.newHttpClient()) {
      presigning.put(STEM, new ByteArrayInputStream(png), 1 << 20);
      AssetStore.Opened file = presigning.open(STEM + ".png").orElseThrow();

      URI address = file.direct(Duration.ofMinutes(5), "inline").orElseThrow();

      HttpResponse<byte[]> answer =
          client.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofByteArray());
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body()).isEqualTo(png);
      URI forged = URI.create(address.toString().replaceFirst("X-Amz-Signature=.", "$0f"));
      assertThat(
              client
                  .send(HttpRequest.newBuilder(forged).build(), BodyHandlers.discarding())
                  .statusCode())
          .isEqualTo(403);
    }
    assertThat(store.open(STEM + ".png").orElseThrow().direct(Duration.ofMinutes(5), "inline"))
        .isEmpty();
  }

  @Test
  void tellsWhatIsGoneFromWhatCannotBeReached() throws Exception {
    put(STEM, Samples.image("png", 7, 5));
    AssetStore.Opened file = store.open(STEM + ".png").orElseThrow();
    store.delete(STEM + ".png");
    assertThatThrownBy(() -> file.copy(0, 10, new ByteArrayOutputStream()))
        .isInstanceOf(NoSuchFileException.class);

    put(STEM, Samples.image("png", 7, 5));
    bucket.goAway();
    assertThatThrownBy(() -> store.open(STEM + ".png"))
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> put(STEM, Samples.webp())).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> store.delete(STEM + ".png")).isInstanceOf(IOException.class);
    bucket.comeBack();
    assertThat(read(STEM + ".png")).isNotEmpty();
  }

  @Test
  void readsNothingOfAnObjectThatHasReplacedTheOneThatWasOpened() throws Exception {
    put(STEM, Samples.image("png", 7, 5));
    AssetStore.Opened file = store.open(STEM + ".png").orElseThrow();
    put(STEM, Samples.image("png", 9, 9));

    assertThatThrownBy(() -> file.copy(0, 10, new ByteArrayOutputStream()))
        .isInstanceOf(IOException.class);
  }

  @Test
  void namesTheSettingThatIsWrong() throws Exception {
    assertThat(refusal(new S3Bucket("no-such-bucket", ""), bucket.access()))
        .isEqualTo(
            "assets: there is no bucket \"no-such-bucket\" at %s (NoSuchBucket)"
                .formatted(bucket.endpoint()));
    assertThat(refusal(PLACE, bucket.access("wrong")))
        .isEqualTo(
            "assets.s3.access-key, assets.s3.secret-key: %s does not accept the key %s (SignatureDoesNotMatch)"
                .formatted(bucket.endpoint(), Bucket.ACCESS_KEY));
    S3Access unknown =
        new S3Access(
            Optional.of(bucket.endpoint()),
            Optional.empty(),
            true,
            Optional.of(new S3Access.Keys("AKIANOBODY", "wrong")));
    assertThat(refusal(PLACE, unknown))
        .startsWith("assets.s3.access-key, assets.s3.secret-key: ")
        .endsWith("(InvalidAccessKeyId)");
    int free;
    try (ServerSocket socket = new ServerSocket(0)) {
      free = socket.getLocalPort();
    }
    URI nobody = URI.create("http://127.0.0.1:" + free);
    assertThat(
            refusal(
                PLACE,
                new S3Access(Optional.of(nobody), Optional.empty(), true, bucket.access().keys())))
        .isEqualTo(
            "assets.s3.endpoint: cannot reach %s: ConnectException: Connection refused"
                .formatted(nobody));
  }

  private String refusal(S3Bucket place, S3Access access) throws IOException {
    try {
      S3AssetStore.open(
              place,
              access,
              S3AssetStore.Downloads.THROUGH_US,
              directory.resolve("arriving"),
              InstantSource.system())
          .close();
      return "opened";
    } catch (AssetPlace.CannotOpen refused) {
      return String.valueOf(refused.getMessage());
    }
  }
}
