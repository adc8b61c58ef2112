package dev.easel.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.account.AccountId;
import dev.easel.account.Key;
import dev.easel.account.KeyId;
import dev.easel.asset.AssetNames;
import dev.easel.asset.ImageFetcher;
import dev.easel.asset.Inputs;
import dev.easel.asset.LocalAssetStore;
import dev.easel.asset.MasterKey;
import dev.easel.asset.OwnFiles;
import dev.easel.asset.Picture;
import dev.easel.asset.StoredFile;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Pictures in a request's JSON become addresses. */
class InlinePicturesTest {
  private static final Ask.Names NAMES = new Ask.Names("test", "model", "input.", "");
  private static final Caller CALLER =
      new Caller(
          new Key(
              new KeyId(1),
              new AccountId(1),
              "test",
              "sk-",
              Key.Rules.NONE,
              Instant.EPOCH,
              Optional.empty()));

  private static final Inputs.Register UNREGISTERED =
      new Inputs.Register() {
        @Override
        public void expect(AccountId account, Collection<Picture> files) {}

        @Override
        public void stored(Collection<StoredFile> files) {}
      };

  private @TempDir Path directory;
  private LocalAssetStore store;
  private Inputs inputs;

  @BeforeEach
  void open() throws IOException {
    store = LocalAssetStore.open(directory, InstantSource.system());
    inputs =
        new Inputs(
            store,
            new AssetNames(MasterKey.parse("00".repeat(32))),
            new OwnFiles(() -> "https://easel.example", store),
            ImageFetcher.Limits.DEFAULT,
            UNREGISTERED);
  }

  private static String dataUrl(int width) throws IOException {
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(width, 1, BufferedImage.TYPE_INT_RGB), "png", png);
    return "data:image/png;base64," + Base64.getEncoder().encodeToString(png.toByteArray());
  }

  private Verdict<Ask> takeOut(String json) {
    ObjectNode root = (ObjectNode) JsonMapper.shared().readTree(json.replace('\'', '"'));
    JsonBody body = new JsonBody(json, root);
    Ask ask = Ask.of(NAMES, body, (ObjectNode) root.path("input"));
    return new InlinePictures(inputs).takeOut(CALLER, ask, root);
  }

  private static Ask passed(Verdict<Ask> verdict) {
    return switch (verdict) {
      case Verdict.Pass<Ask>(Ask ask) -> ask;
      case Verdict.Refuse<Ask>(ApiError error) -> throw new AssertionError(error.message());
    };
  }

  @Test
  void fieldsAndBodyHaveTheAddressesInstead() throws IOException {
    String one = dataUrl(1);
    String other = dataUrl(2);
    Ask ask =
        passed(
            takeOut(
                "{'model':'m','input':{'a':'%s','b':['https://a.example/b.png','%s'],'n':7}}"
                    .formatted(one, other)));
    String first = ask.fields().path("a").asString();
    String second = ask.fields().path("b").path(1).asString();
    assertThat(first).matches("https://easel\\.example/files/in[a-z2-7]{32}\\.png");
    assertThat(second).isNotEqualTo(first).startsWith("https://easel.example/files/in");
    assertThat(ask.fields().path("b").path(0).asString()).isEqualTo("https://a.example/b.png");
    assertThat(ask.fields().path("n").asInt()).isEqualTo(7);
    assertThat(ask.body()).contains(first, second, "\"model\":\"m\"").doesNotContain("base64");
    assertThat(ask.pictures()).extracting(picture -> picture.url()).containsExactly(first, second);
    assertThat(store.open(first.substring(first.lastIndexOf('/') + 1)))
        .as("nothing is stored yet")
        .isEmpty();
    inputs.store(CALLER.account(), List.of(ask.pictures().getFirst()));
    assertThat(store.open(first.substring(first.lastIndexOf('/') + 1))).isPresent();
  }

  @Test
  void withoutPicturesTheBodyStaysAsItWasSent() {
    String json = "{'model':'m',   'input':{'a':'rain','b':[],'c':null}}";
    Ask ask = passed(takeOut(json));
    assertThat(ask.body()).isEqualTo(json);
    assertThat(ask.pictures()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "'a':'data:image/png;base64,AAAA'          | input.a: is not an image",
        "'a':['x','DATA:image/png;base64,AAAA']    | input.a[1]: is not an image",
        "'a':'data:,x'                             | input.a: is a data URL, but not one in base64",
        "'a':'data:image/png;base64,?'             | input.a: is not valid base64",
      })
  void whatIsNoPictureIsRefused(String input, String says) {
    switch (takeOut("{'input':{" + input + "}}")) {
      case Verdict.Pass<Ask>(Ask ask) -> throw new AssertionError("taken: " + ask);
      case Verdict.Refuse<Ask>(ApiError error) -> assertThat(error.message()).isEqualTo(says);
    }
  }
}
