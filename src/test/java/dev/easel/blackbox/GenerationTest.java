package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.jcodec.api.FrameGrab;
import org.jcodec.api.JCodecException;
import org.jcodec.common.DemuxerTrackMeta;
import org.jcodec.common.io.ByteBufferSeekableByteChannel;
import org.jcodec.common.model.Picture;
import org.jcodec.containers.mp4.demuxer.MP4Demuxer;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** That the files which come of a request are what it asked for, and are paid for as they are. */
class GenerationTest {
  @RegisterExtension static final Gateway gateway = Gateway.with(Map.of());

  private static final KieCalls KIE = new KieCalls(gateway::node);
  private static final int CREDITS = 10_000;
  private static final int HELD_FOR_OPEN_480P = 15 * 4;

  private static JsonNode film(String key, String input) {
    ObjectNode body = KieCalls.body("bytedance/seedance-2", input);
    JsonNode record = KIE.finished(key, KIE.created(key, body));
    assertThat(record.path("state").asString()).as("%s", record).isEqualTo("success");
    return record;
  }

  private static HttpResponse<byte[]> answer(String url) {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<byte[]> answer =
          client.send(
              HttpRequest.newBuilder(URI.create(url)).GET().build(), BodyHandlers.ofByteArray());
      assertThat(answer.statusCode()).isEqualTo(200);
      return answer;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  private static byte[] result(JsonNode record) {
    return answer(KieCalls.results(record).getFirst()).body();
  }

  private static ByteBufferSeekableByteChannel channel(byte[] film) {
    return ByteBufferSeekableByteChannel.readFromByteBuffer(ByteBuffer.wrap(film));
  }

  private static DemuxerTrackMeta head(byte[] film) throws IOException {
    try (MP4Demuxer demuxer = MP4Demuxer.createMP4Demuxer(channel(film))) {
      return demuxer.getVideoTrack().getMeta();
    }
  }

  /** How much more red than blue the left half of a frame is. */
  private static int redness(byte[] film, int frame) throws IOException, JCodecException {
    Picture picture =
        FrameGrab.createFrameGrab(channel(film)).seekToFramePrecise(frame).getNativeFrame();
    int row = picture.getPlaneHeight(1) / 2 * picture.getPlaneWidth(1);
    int at = row + picture.getPlaneWidth(1) / 4;
    return picture.getPlaneData(2)[at] - picture.getPlaneData(1)[at];
  }

  private static String uploaded(String key, int argb) {
    return KIE.uploadForm(key, Pictures.png(argb, 320), "uploadPath", "in")
        .json()
        .at("/data/downloadUrl")
        .asString();
  }

  @Test
  void aLengthLeftToTheModelIsHeldAtMostAndPaidAsItIs() throws IOException {
    String key = gateway.node().account(CREDITS);
    String input = "{'prompt':'%srain falls','resolution':'480p','duration':-1}";
    String waiting =
        KIE.created(key, KieCalls.body("bytedance/seedance-2", input.formatted("slow:600 ")));
    assertThat(gateway.held(key)).isEqualTo(HELD_FOR_OPEN_480P);
    assertThat(gateway.cancel(key, waiting).status()).isEqualTo(200);
    assertThat(gateway.available(key)).isEqualTo(CREDITS);

    JsonNode record = film(key, input.formatted(""));
    long seconds = Math.round(head(result(record)).getTotalDuration());
    assertThat(seconds).isBetween(4L, 8L);
    long paid = 4 * seconds;
    assertThat(record.path("creditsConsumed").asLong()).isEqualTo(paid);
    assertThat(gateway.available(key)).isEqualTo(CREDITS - paid);
    assertThat(gateway.held(key)).isZero();
    String task = record.path("taskId").asString();
    assertThat(gateway.read(key, task).json().at("/data/credits").asLong()).isEqualTo(paid);
    JsonNode statement = gateway.node().get("/api/v1/credits/statement", key).json().path("data");
    assertThat(statement)
        .extracting(row -> row.path("kind").asString() + " " + row.path("amount").asLong())
        .startsWith(
            "release " + (HELD_FOR_OPEN_480P - paid),
            "capture " + paid,
            "hold " + HELD_FOR_OPEN_480P);
  }

  @Test
  void aFilmBeginsAndEndsWithTheFramesGivenAndFollowsAFilm() throws IOException, JCodecException {
    String key = gateway.node().account(CREDITS);
    JsonNode record =
        film(
            key,
            "{'prompt':'rain falls','first_frame_url':'%s','last_frame_url':'%s','resolution':'480p','duration':4}"
                .formatted(uploaded(key, 0xffc81414), uploaded(key, 0xff1414c8)));
    byte[] framed = result(record);
    int frames = head(framed).getTotalFrames();
    assertThat(redness(framed, 0)).isGreaterThan(50);
    assertThat(redness(framed, frames - 1)).isLessThan(-50);

    JsonNode follower =
        film(
            key,
            "{'prompt':'rain falls','reference_video_urls':['%s'],'resolution':'480p','duration':-1}"
                .formatted(KieCalls.results(record).getFirst()));
    byte[] following = result(follower);
    assertThat(Math.round(head(following).getTotalDuration())).isEqualTo(4);
    assertThat(redness(following, 0)).as("begins as its reference does").isGreaterThan(50);
    assertThat(follower.path("creditsConsumed").asLong()).isEqualTo(4 * 4);
  }

  @Test
  void aReferenceThatIsNoFilmFailsTheTaskAndIsNotPaid() {
    String key = gateway.node().account(CREDITS);
    ObjectNode body =
        KieCalls.body(
            "bytedance/seedance-2",
            "{'prompt':'rain falls','reference_video_urls':['%s']}"
                .formatted(uploaded(key, 0xffc81414)));
    JsonNode record = KIE.finished(key, KIE.created(key, body));
    assertThat(record.path("failMsg").asString())
        .startsWith("Reference film 1 cannot be used: ")
        .endsWith("is not a film.");
    assertThat(gateway.available(key)).isEqualTo(CREDITS);
  }

  @Test
  void fourKIsMade() throws IOException {
    String key = gateway.node().account(CREDITS);
    JsonNode record = film(key, "{'prompt':'rain falls','resolution':'4k','duration':4}");
    DemuxerTrackMeta head = head(result(record));
    assertThat(head.getVideoCodecMeta().getSize().getWidth()).isEqualTo(3840);
    assertThat(head.getVideoCodecMeta().getSize().getHeight()).isEqualTo(2160);
    assertThat(record.path("creditsConsumed").asLong()).isEqualTo(4 * 60);
  }

  @Test
  void aTransparentBackgroundIsTransparent() {
    String key = gateway.node().account(CREDITS);
    ObjectNode body =
        KieCalls.body("gpt-image-2-text-to-image", "{'prompt':'a cup','background':'transparent'}");
    BufferedImage image = picture(result(KIE.finished(key, KIE.created(key, body))));
    assertThat(image.getRGB(0, 0) >>> 24).isZero();
    assertThat(image.getRGB(image.getWidth() / 2, image.getHeight() / 2) >>> 24).isEqualTo(255);
  }

  /** The provider that answers at once makes nothing but PNG files of 52 pixels a side. */
  @ParameterizedTest
  @CsvSource({"png, image/png", "jpg, image/jpeg", "webp, image/webp"})
  void theFormatAskedForIsStored(String format, String type) {
    String key = gateway.node().account(CREDITS);
    gateway.node().database().transaction(GenerationTest::routeToInstant);
    List<HttpResponse<byte[]>> made = new ArrayList<>();
    // The first are made elsewhere, until the node has heard of the change.
    gateway.until(() -> {
      made.add(drawn(key, format));
      return picture(made.getLast().body()).getWidth() == 52;
    });
    assertThat(made)
        .allSatisfy(file -> assertThat(file.headers().firstValue("Content-Type")).contains(type));
  }

  private static int routeToInstant(Handle tx) {
    tx.execute(
        """
        insert into channel (id, provider, settings, created_at)
        values ('instant', 'instant', '{}', now()) on conflict do nothing
        """);
    return tx.execute("update route set channel = 'instant' where model = 'nano-banana-2'");
  }

  private static HttpResponse<byte[]> drawn(String key, String format) {
    ObjectNode body = JsonNodeFactory.instance.objectNode().put("model", "nano-banana-2");
    body.put("prompt", "a kite").put("output_format", format);
    JsonNode task =
        gateway.node().post("/apimodels/api/v1/images/generations", key, body.toString()).json();
    JsonNode done = gateway.node().await(key, task.at("/data/taskId").asString());
    return answer(done.path("image_url").asString());
  }

  private static BufferedImage picture(byte[] content) {
    try {
      return ImageIO.read(new ByteArrayInputStream(content));
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }
}
