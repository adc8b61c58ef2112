package dev.easel.blackbox;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.HttpResponse;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIServiceException;
import com.openai.errors.UnauthorizedException;
import com.openai.errors.UnexpectedStatusCodeException;
import com.openai.models.images.Image;
import com.openai.models.images.ImageEditParams;
import com.openai.models.images.ImageEditStreamEvent;
import com.openai.models.images.ImageGenStreamEvent;
import com.openai.models.images.ImageGenerateParams;
import com.openai.models.images.ImagesResponse;
import com.openai.models.models.Model;
import com.openai.models.videos.Video;
import com.openai.models.videos.VideoCreateParams;
import com.openai.models.videos.VideoDownloadContentParams;
import com.openai.models.videos.VideoListParams;
import com.openai.models.videos.VideoSeconds;
import com.openai.models.videos.VideoSize;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import javax.imageio.ImageIO;
import org.assertj.core.api.OptionalAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** OpenAI's own client for Java, told nothing but another base URL and another key. */
@SuppressWarnings("deprecation") // OpenAI has closed its films API; others speak it on
class OpenAiClientTest {
  @RegisterExtension static final Gateway gateway = Gateway.with(Map.of());

  private static final int RED = 0xffc81414;

  private static OpenAIClient client(String key) {
    return client(gateway.node().url(), key);
  }

  private static OpenAIClient client(String url, String key) {
    return OpenAIOkHttpClient.builder()
        .baseUrl(url + "/v1")
        .apiKey(key)
        .timeout(Duration.ofMinutes(1))
        .build();
  }

  private static BufferedImage decoded(String base64) throws IOException {
    return ImageIO.read(new ByteArrayInputStream(Base64.getDecoder().decode(base64)));
  }

  private static BufferedImage decoded(Image image) throws IOException {
    return decoded(image.b64Json().orElseThrow());
  }

  private static ImageGenerateParams.Builder drawing(String prompt) {
    return ImageGenerateParams.builder().model("gpt-image-2").prompt(prompt);
  }

  @Test
  void listsModels() {
    OpenAIClient client = client(gateway.node().account(10));
    assertThat(client.models().list().data())
        .extracting(Model::id)
        .containsExactly("dall-e-3", "gpt-image-1.5", "gpt-image-2", "sora-2", "sora-2-pro");
    assertThat(client.models().retrieve("gpt-image-1").id()).isEqualTo("gpt-image-1");
    NotFoundException unknown =
        catchThrowableOfType(
            NotFoundException.class, () -> client.models().retrieve("gpt-image-99"));
    assertThat(unknown.code()).contains("model_not_found");
  }

  @Test
  void generates() throws IOException {
    String key = gateway.node().account(100);
    ImagesResponse made =
        client(key)
            .images()
            .generate(
                drawing("a lighthouse")
                    .n(2)
                    .size("1024x1536")
                    .quality(ImageGenerateParams.Quality.LOW)
                    .outputFormat(ImageGenerateParams.OutputFormat.JPEG)
                    .build());
    made.validate();
    assertThat(made.data().orElseThrow()).hasSize(2);
    for (Image image : made.data().orElseThrow()) {
      assertThat(decoded(image).getWidth()).isEqualTo(1024);
      assertThat(decoded(image).getHeight()).isEqualTo(1536);
      assertThat(image.url()).isEmpty();
    }
    assertThat(made.outputFormat().orElseThrow()).isEqualTo(ImagesResponse.OutputFormat.JPEG);
    assertThat(made.usage().orElseThrow().outputTokens()).isEqualTo(2 * 408);
    assertThat(gateway.available(key)).isEqualTo(100 - 2 * 6);
  }

  @Test
  void generatesAddressesWithAnOlderModel() throws IOException {
    String key = gateway.node().account(100);
    ImagesResponse made =
        client(key)
            .images()
            .generate(
                ImageGenerateParams.builder()
                    .prompt("a lighthouse")
                    .model("dall-e-3")
                    .responseFormat(ImageGenerateParams.ResponseFormat.URL)
                    .build());
    Image image = made.data().orElseThrow().getFirst();
    assertThat(image.b64Json()).isEmpty();
    assertThat(image.revisedPrompt()).contains("a lighthouse");
    assertThat(ImageIO.read(URI.create(image.url().orElseThrow()).toURL()).getWidth())
        .isEqualTo(1024);
    assertThat(gateway.available(key)).isEqualTo(92);
  }

  @Test
  void editsTwoImagesUnderAMask() throws IOException {
    String key = gateway.node().account(100);
    byte[] open = Pictures.png(0, 64);
    ImageEditParams.Image two =
        ImageEditParams.Image.ofInputStreams(
            List.of(
                new ByteArrayInputStream(Pictures.png(RED, 64)),
                new ByteArrayInputStream(Pictures.png(0xff1414c8, 32))));
    ImagesResponse made =
        client(key)
            .images()
            .edit(
                ImageEditParams.builder()
                    .model("gpt-image-2")
                    .prompt("a red kite over both")
                    .image(two)
                    .mask(open)
                    .build());
    assertThat(decoded(made.data().orElseThrow().getFirst()).getWidth()).isPositive();
    assertThat(made.usage().orElseThrow().inputTokensDetails().imageTokens()).isEqualTo(2 * 194);
    String task = gateway.tasks(key).path(0).path("task_id").asString();
    assertThat(references(task)).isEqualTo("2 images, mask");
    assertThat(gateway.available(key)).isEqualTo(90);
  }

  /** What the task was given to start from. */
  private static String references(String task) {
    return gateway
        .node()
        .database()
        .read(tx ->
            tx.createQuery(
                    """
                    select jsonb_array_length(parameters -> 'images') || ' images' ||
                      case when parameters ? 'mask' then ', mask' else '' end
                    from task where id = :id::uuid
                    """
                        .replace("? 'mask'", "?? 'mask'"))
                .bind("id", task)
                .mapTo(String.class)
                .one());
  }

  @Test
  void streamsAGeneration() throws IOException {
    String key = gateway.node().account(100);
    try (StreamResponse<ImageGenStreamEvent> stream =
        client(key).images().generateStreaming(drawing("rain").partialImages(2).build())) {
      List<ImageGenStreamEvent> events = stream.stream().toList();
      assertThat(events).hasSize(3);
      for (int i = 0; i < 2; i++) {
        assertThat(events.get(i).asGenerationPartialImage().partialImageIndex()).isEqualTo(i);
        assertThat(decoded(events.get(i).asGenerationPartialImage().b64Json()).getWidth())
            .isEqualTo(1024 / (8 >> i));
      }
      assertThat(decoded(events.getLast().asGenerationCompleted().b64Json()).getWidth())
          .isEqualTo(1024);
      assertThat(events.getLast().asGenerationCompleted().usage().totalTokens()).isPositive();
    }
    assertThat(gateway.available(key)).isEqualTo(90);
  }

  @Test
  void streamsAnEdit() throws IOException {
    String key = gateway.node().account(100);
    ImageEditParams edit =
        ImageEditParams.builder().prompt("rain").image(Pictures.png(RED, 64)).build();
    try (StreamResponse<ImageEditStreamEvent> stream = client(key).images().editStreaming(edit)) {
      List<ImageEditStreamEvent> events = stream.stream().toList();
      assertThat(events).hasSize(1);
      assertThat(decoded(events.getFirst().asCompleted().b64Json()).getWidth()).isPositive();
    }
  }

  @Test
  void makesReadsDownloadsListsAndDeletesFilms() throws IOException {
    String key = gateway.node().account(1_000);
    OpenAIClient client = client(key);
    Video first = film(client, "rain", VideoSize._1280X720);
    assertThat(first.status()).isEqualTo(Video.Status.QUEUED);
    assertThat(first.seconds()).isEqualTo(VideoSeconds._4);
    Video second = film(client, "snow", VideoSize._720X1280);
    gateway.node().await(key, first.id());
    gateway.node().await(key, second.id());

    Video made = client.videos().retrieve(first.id());
    assertThat(made.status()).isEqualTo(Video.Status.COMPLETED);
    assertThat(made.progress()).isEqualTo(100);
    assertThat(made.size()).isEqualTo(VideoSize._1280X720);
    made.validate();
    byte[] content = downloaded(client, first.id(), VideoDownloadContentParams.Variant.VIDEO);
    assertThat(new String(content, 4, 4, ISO_8859_1)).isEqualTo("ftyp");
    byte[] thumbnail = downloaded(client, first.id(), VideoDownloadContentParams.Variant.THUMBNAIL);
    BufferedImage poster = ImageIO.read(new ByteArrayInputStream(thumbnail));
    assertThat(poster.getWidth()).isEqualTo(512);
    assertThat(poster.getHeight()).isEqualTo(288);

    VideoListParams oldestFirst =
        VideoListParams.builder().order(VideoListParams.Order.ASC).limit(1).build();
    assertThat(client.videos().list(oldestFirst).autoPager())
        .extracting(Video::id)
        .containsExactly(first.id(), second.id());
    assertThat(client.videos().delete(first.id()).deleted()).isTrue();
    assertThatThrownBy(() -> client.videos().retrieve(first.id()))
        .isInstanceOf(NotFoundException.class);
    assertThat(client.videos().list().data()).extracting(Video::id).containsExactly(second.id());
    assertThat(gateway.available(key)).isEqualTo(1_000 - 2 * 40);
  }

  private static Video film(OpenAIClient client, String prompt, VideoSize size) {
    return client
        .videos()
        .create(
            VideoCreateParams.builder()
                .model("sora-2")
                .prompt(prompt)
                .seconds(VideoSeconds._4)
                .size(size)
                .inputReference(Pictures.png(RED, 64))
                .build());
  }

  private static byte[] downloaded(
      OpenAIClient client, String id, VideoDownloadContentParams.Variant variant)
      throws IOException {
    try (HttpResponse response =
        client
            .videos()
            .downloadContent(id, VideoDownloadContentParams.builder().variant(variant).build())) {
      return response.body().readAllBytes();
    }
  }

  @Test
  void errorsAreOfTheRightType() {
    String key = gateway.node().account(1);
    OpenAIClient client = client(key);
    assertThatThrownBy(() -> client("sk-wrong").models().list())
        .isInstanceOf(UnauthorizedException.class);
    assertRefused(client, drawing("rain"), UnexpectedStatusCodeException.class, 402)
        .contains("insufficient_credits");
    assertRefused(client, drawing("rain").n(11), BadRequestException.class, 400)
        .contains("invalid_value");
    assertRefused(client, drawing("rain").model("gpt-9"), BadRequestException.class, 400)
        .contains("model_not_found");
    assertRefused(client, drawing(" "), BadRequestException.class, 400)
        .contains("missing_required_parameter");
    gateway.assertUntouched(key, 1);
  }

  @Test
  void whatIsAgainstThePolicyIsTheCallersError() {
    String key = gateway.node().account(100);
    assertRefused(client(key), drawing("policy: rain"), BadRequestException.class, 400)
        .contains("moderation_blocked");
    assertThat(gateway.tasks(key)).hasSize(1); // it was not retried
    assertThat(gateway.available(key)).isEqualTo(100);
  }

  private static OptionalAssert<String> assertRefused(
      OpenAIClient client,
      ImageGenerateParams.Builder drawing,
      Class<? extends OpenAIServiceException> type,
      int status) {
    OpenAIServiceException refused =
        catchThrowableOfType(type, () -> client.images().generate(drawing.build()));
    assertThat(refused).isNotNull();
    assertThat(refused.statusCode()).isEqualTo(status);
    return assertThat(refused.code());
  }

  /** The client asks again by itself, and is answered by the task of its first try. */
  @Test
  void aCutConnectionBuysNothingTwice() throws Exception {
    String key = gateway.node().account(100);
    URI node = URI.create(gateway.node().url());
    try (FaultProxy proxy = new FaultProxy(node.getHost(), node.getPort())) {
      OpenAIClient client = client("http://127.0.0.1:" + proxy.port(), key);
      CompletableFuture<ImagesResponse> answer =
          CompletableFuture.supplyAsync(
              () -> client.images().generate(drawing("slow:3 rain").build()));
      gateway.until(() -> gateway.tasks(key).size() == 1);
      proxy.reset();
      assertThat(decoded(answer.get().data().orElseThrow().getFirst()).getWidth()).isEqualTo(1024);
    }
    assertThat(gateway.tasks(key)).hasSize(1);
    assertThat(gateway.available(key)).isEqualTo(90);
  }
}
