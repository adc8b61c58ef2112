package dev.easel.blackbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.TestNode;
import dev.easel.account.AccountId;
import dev.easel.account.Accounts;
import dev.easel.account.Key;
import dev.easel.account.KeySecret;
import dev.easel.account.Keys;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What results say of where they come from, as ExifTool reads it; and their thumbnails. */
class ProvenanceTest {
  private static final String PRODUCER = "00119111000012345678X00001";
  private static final String GENERATED =
      "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";

  @RegisterExtension
  static final Gateway gateway = Gateway.with(Map.of("provenance.producer", PRODUCER));

  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  @TempDir private Path directory;

  @AfterAll
  static void close() {
    CLIENT.close();
  }

  private static ObjectNode order(String format) {
    return format.equals("mp4")
        ? Gateway.body("seedance-2", "rain").put("resolution", "480p")
        : Gateway.image("a kite").put("output_format", format);
  }

  private static String url(JsonNode task) {
    return task.path(task.path("task_type").asString() + "_url").asString();
  }

  private static HttpResponse<byte[]> fetch(String url) throws Exception {
    return CLIENT.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofByteArray());
  }

  private JsonNode read(byte[] content) throws Exception {
    if (!isInstalled()) {
      String reason = "exiftool is not installed";
      assertThat(System.getenv("CI")).as(reason).isNull();
      Assumptions.abort(reason);
    }
    Path file = Files.write(directory.resolve("result"), content);
    Process reader =
        new ProcessBuilder(
                "exiftool",
                "-json",
                "-G1",
                "-validate",
                "-warning",
                "-a",
                "-xmp:all",
                "-File:MIMEType",
                file.toString())
            .redirectErrorStream(true)
            .start();
    String text = new String(reader.getInputStream().readAllBytes(), UTF_8);
    assertThat(reader.waitFor()).as(text).isZero();
    return JsonMapper.shared().readTree(text).path(0);
  }

  private static boolean isInstalled() throws InterruptedException {
    try {
      return new ProcessBuilder("exiftool", "-ver").start().waitFor() == 0;
    } catch (IOException absent) {
      return false;
    }
  }

  @ParameterizedTest
  @CsvSource({"png, image/png", "jpeg, image/jpeg", "webp, image/webp", "mp4, video/mp4"})
  void everyFormatSaysThatItWasGenerated(String format, String type) throws Exception {
    String key = gateway.node().account(100);
    JsonNode task = gateway.finished(key, order(format));
    JsonNode said = read(fetch(url(task)).body());
    assertThat(said.path("File:MIMEType").asString()).isEqualTo(type);
    assertThat(said.path("XMP-iptcExt:DigitalSourceType").asString())
        .as("%s", said)
        .isEqualTo(GENERATED);
    assertThat(said.toString()).doesNotContainIgnoringCase("AIGC").doesNotContain("Warning\"");
  }

  @ParameterizedTest
  @CsvSource({"png", "jpeg", "webp", "mp4"})
  void anAccountThatWantsTheLabelGetsItInEveryFormat(String format) throws Exception {
    String key = labelled(Optional.of(true));
    JsonNode task = gateway.finished(key, order(format));
    JsonNode said = read(fetch(url(task)).body());
    assertThat(said.path("XMP-iptcExt:DigitalSourceType").asString()).isEqualTo(GENERATED);
    JsonNode label = JsonMapper.shared().readTree(label(said));
    assertThat(label.path("Label").asString()).isEqualTo("1");
    assertThat(label.path("ContentProducer").asString()).isEqualTo(PRODUCER);
    assertThat(label.path("ProduceID").asString())
        .isEqualTo(task.path("task_id").asString() + "-1");
    assertThat(label.propertyNames())
        .containsExactly(
            "Label",
            "ContentProducer",
            "ProduceID",
            "ReservedCode1",
            "ContentPropagator",
            "PropagateID",
            "ReservedCode2");
  }

  /** Versions of ExifTool differ in how they write the name. */
  private static String label(JsonNode said) {
    return said.propertyNames().stream()
        .filter("XMP-TC260:AIGC"::equalsIgnoreCase)
        .findFirst()
        .map(name -> said.path(name).asString())
        .orElseThrow();
  }

  /** A key of a new account, which every node knows to differ when this returns. */
  private static String labelled(Optional<Boolean> choice) {
    String key = gateway.node().account(1_000);
    AccountId account =
        gateway
            .node()
            .database()
            .transaction(tx -> {
              Key found = Keys.bySecret(tx, new KeySecret(key)).orElseThrow();
              Accounts.setAigcLabel(tx, found.account(), choice);
              return found.account();
            });
    assertThat(gateway.node().database().read(Accounts::aigcLabels)).containsKey(account);
    gateway.until(() -> isLabelled(key));
    return key;
  }

  /** A node hears of it a moment later. */
  private static boolean isLabelled(String key) {
    try {
      byte[] file = fetch(url(gateway.finished(key, order("jpeg")))).body();
      return new String(file, UTF_8).contains("TC260");
    } catch (Exception failed) {
      throw new IllegalStateException(failed);
    }
  }

  @Test
  void whatIsKnownOfAFileIsOfTheFileThatIsStored() throws Exception {
    String key = gateway.node().account(100);
    JsonNode task = gateway.finished(key, order("png").put("n", 2));
    for (JsonNode url : task.path("image_urls")) {
      byte[] file = fetch(url.asString()).body();
      String name = url.asString().substring(url.asString().lastIndexOf('/') + 1);
      String row =
          gateway
              .node()
              .database()
              .read(tx ->
                  tx.createQuery(
                          "select bytes || ' ' || encode(sha256, 'hex') from asset where name = :name")
                      .bind("name", name)
                      .mapTo(String.class)
                      .one());
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(file);
      assertThat(row).isEqualTo(file.length + " " + HexFormat.of().formatHex(hash));
    }
  }

  @Test
  void nothingIsSaidWhereTheSettingIsOff() throws Exception {
    try (TestNode silent = TestNode.start(Map.of("provenance.iptc", "off"))) {
      String key = silent.account(100);
      for (String format : new String[] {"png", "webp"}) {
        JsonNode task = silent.await(key, silent.create(key, order(format).toString()));
        assertThat(new String(fetch(url(task)).body(), UTF_8)).doesNotContain("xpacket");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"png", "mp4"})
  void aResultHasAThumbnailUntilItIsDeleted(String format) throws Exception {
    String key = gateway.node().account(100);
    JsonNode task = gateway.finished(key, order(format));
    String url = task.path("thumbnail_url").asString();
    HttpResponse<byte[]> thumbnail = fetch(url);
    assertThat(thumbnail.statusCode()).isEqualTo(200);
    assertThat(thumbnail.headers().firstValue("Content-Type")).contains("image/webp");
    assertThat(thumbnail.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
    JsonNode said = read(thumbnail.body());
    assertThat(said.path("XMP-iptcExt:DigitalSourceType").asString()).isEqualTo(GENERATED);
    assertThat(fetch(url).body()).isEqualTo(thumbnail.body());

    if (format.equals("mp4")) {
      String video = "/v1/videos/" + task.path("task_id").asString();
      gateway.node().send(gateway.node().request(video, key).DELETE().build());
      gateway.until(() -> status(url) == 410);
      assertThat(status(url(task))).isEqualTo(410);
    }
  }

  private static int status(String url) {
    try {
      return fetch(url).statusCode();
    } catch (Exception failed) {
      throw new IllegalStateException(failed);
    }
  }

  @Test
  void severalResultsHaveAThumbnailEach() throws Exception {
    String key = gateway.node().account(100);
    JsonNode task = gateway.finished(key, order("jpeg").put("n", 3));
    assertThat(task.path("thumbnail_urls")).hasSize(3);
    for (JsonNode url : task.path("thumbnail_urls")) {
      assertThat(status(url.asString())).isEqualTo(200);
    }
    assertThat(task.path("thumbnail_urls").path(0).asString())
        .isEqualTo(task.path("thumbnail_url").asString());
    assertThat(status(gateway.node().url() + "/files/thumbnails/nothing.png")).isEqualTo(404);
  }
}
