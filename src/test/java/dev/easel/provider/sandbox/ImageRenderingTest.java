package dev.easel.provider.sandbox;

import static dev.easel.provider.sandbox.Requests.generation;
import static dev.easel.provider.sandbox.Requests.image;
import static dev.easel.provider.sandbox.Requests.mean;
import static dev.easel.provider.sandbox.Requests.plain;
import static dev.easel.provider.sandbox.Requests.read;
import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.asset.ImageFiles;
import dev.easel.asset.ImageFiles.Decoding;
import dev.easel.catalog.MediaKind;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageRenderingTest {
  private final Requests requests = new Requests();

  @ParameterizedTest
  @CsvSource({
    "png,png,1:1,1024,1024",
    "jpeg,jpeg,16:9,1360,768",
    "jpg,jpeg,9:16,768,1360",
    "webp,webp,3:2,1248,832"
  })
  void theFileIsOfTheFormatAndSizeAskedFor(
      String asked, String format, String ratio, int width, int height) throws IOException {
    byte[] file =
        requests.imageFile(
            "{\"prompt\":\"a hill\",\"output_format\":\"%s\",\"aspect_ratio\":\"%s\"}"
                .formatted(asked, ratio));
    assertThat(formatOf(file)).isEqualTo(format);
    BufferedImage image = read(file);
    assertThat(image.getWidth()).isEqualTo(width);
    assertThat(image.getHeight()).isEqualTo(height);
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "webp"})
  void aTransparentBackgroundIsTransparent(String format) {
    BufferedImage cut =
        requests.picture(
            "{\"prompt\":\"a hill\",\"size\":\"128x96\",\"background\":\"transparent\","
                + "\"output_format\":\"%s\"}".formatted(format));
    BufferedImage whole = requests.picture("{\"prompt\":\"a hill\",\"size\":\"128x96\"}");
    for (int[] corner : new int[][] {{0, 0}, {127, 0}, {0, 95}, {127, 95}, {64, 0}}) {
      assertThat(cut.getRGB(corner[0], corner[1]) >>> 24).as("opacity of a corner").isZero();
    }
    assertThat(cut.getRGB(64, 48) >>> 24).as("opacity of the middle").isEqualTo(255);
    assertThat(mean(cut, 0.3, 0.3, 0.7, 0.6).getRGB() & 0xF0F0F0)
        .as("the middle is as it always is")
        .isEqualTo(mean(whole, 0.3, 0.3, 0.7, 0.6).getRGB() & 0xF0F0F0);
    assertThat(whole.getColorModel().hasAlpha()).isFalse();
  }

  @Test
  void withoutAFormatItIsPng() throws IOException {
    assertThat(formatOf(requests.imageFile("{\"prompt\":\"a hill\",\"size\":\"96x64\"}")))
        .isEqualTo("png");
  }

  private static String formatOf(byte[] file) throws IOException {
    try (var input = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
      ImageReader reader = ImageIO.getImageReaders(input).next();
      return reader.getFormatName().toLowerCase(java.util.Locale.ROOT);
    }
  }

  @Test
  void promptAndSeedDecideThePicture() {
    String hill = "{\"prompt\":\"a hill\",\"size\":\"320x200\",\"seed\":%d}";
    byte[] first = requests.imageFile(hill.formatted(7));
    assertThat(new Requests().imageFile(hill.formatted(7))).isEqualTo(first);
    assertThat(differing(read(first), read(requests.imageFile(hill.formatted(8)))))
        .isGreaterThan(0.5);
    assertThat(
            differing(
                read(first), read(requests.imageFile(hill.formatted(7).replace("hill", "sea")))))
        .isGreaterThan(0.5);
  }

  @Test
  void outputsDifferFromEachOther() {
    List<byte[]> files =
        requests.files(
            generation(MediaKind.IMAGE, 1, 4, "{\"prompt\":\"a hill\",\"size\":\"160x160\"}"));
    assertThat(files).hasSize(4);
    Set<Integer> contents = new HashSet<>();
    files.forEach(file -> contents.add(Arrays.hashCode(file)));
    assertThat(contents).hasSize(4);
    assertThat(differing(read(files.get(0)), read(files.get(3)))).isGreaterThan(0.15);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ocean waves",
        "城市的夜晚",
        "a forest",
        "flowers",
        "an astronaut",
        "a mountain",
        "silk"
      })
  void everySceneFillsThePictureAndShowsThePrompt(String prompt) {
    BufferedImage image =
        requests.picture("{\"prompt\":\"%s\",\"size\":\"400x240\"}".formatted(prompt));
    assertThat(colours(image)).isGreaterThan(2000);
    assertThat(brightest(image, 0.82, 0.95)).as("white letters at the bottom").isGreaterThan(235);
  }

  @Test
  void aLongPromptIsCutOffBeforeItCoversThePicture() {
    String json = "{\"prompt\":\"" + "night ".repeat(400) + "\",\"size\":\"480x480\",\"seed\":1}";
    BufferedImage image = requests.picture(json);
    assertThat(whites(image, 0.8, 0.96)).as("letters at the bottom").isGreaterThan(1000);
    assertThat(whites(image, 0.08, 0.24)).as("letters under the upper edge").isLessThan(200);
  }

  @ParameterizedTest
  @CsvSource({"16,16", "17,400", "400,17", "1,1"})
  void thePromptMayNotFit(int width, int height) {
    String json = "{\"prompt\":\"a long story about a hill\",\"size\":\"%dx%d\"}";
    if (width < 16) {
      assertThat(requests.refusal(image(json.formatted(width, height)))).contains("1x1");
    } else {
      assertThat(requests.picture(json.formatted(width, height)).getWidth()).isEqualTo(width);
    }
  }

  @Test
  void emojiAndControlCharactersAreSimplyNotDrawn() {
    assertThat(requests.picture("{\"prompt\":\"\\u0007😀👩‍🚀\",\"size\":\"320x200\"}").getWidth())
        .isEqualTo(320);
  }

  @Test
  void theReferenceIsTheBaseOfThePicture() {
    requests.put("red", plain(300, 200, 0xFFC03030));
    requests.put("blue", plain(300, 200, 0xFF3030C0));
    String json = "{\"prompt\":\"warmer\",\"images\":[\"%s\"],\"resolution\":\"1K\"}";
    BufferedImage red = requests.picture(json.formatted("red"));
    BufferedImage blue = requests.picture(json.formatted("blue"));
    assertThat(red.getWidth()).as("the reference's ratio").isEqualTo(1248);
    Color redMean = mean(red, 0.3, 0.3, 0.7, 0.6);
    Color blueMean = mean(blue, 0.3, 0.3, 0.7, 0.6);
    assertThat(redMean.getRed() - redMean.getBlue())
        .isGreaterThan(blueMean.getRed() - blueMean.getBlue() + 80);
  }

  @ParameterizedTest
  @ValueSource(strings = {"900x300", "300x900"})
  void eachOfSeveralReferencesIsVisible(String size) {
    requests.put("r", plain(90, 90, 0xFFE00000));
    requests.put("g", plain(90, 90, 0xFF00E000));
    requests.put("b", plain(90, 90, 0xFF0000E0));
    BufferedImage image =
        requests.picture(
            "{\"prompt\":\"together\",\"images\":[\"r\",\"g\",\"b\"],\"size\":\"" + size + "\"}");
    int[] shares = new int[3];
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        Color c = new Color(image.getRGB(x, y));
        shares[0] += c.getRed() > c.getGreen() + 60 && c.getRed() > c.getBlue() + 60 ? 1 : 0;
        shares[1] += c.getGreen() > c.getRed() + 60 && c.getGreen() > c.getBlue() + 60 ? 1 : 0;
        shares[2] += c.getBlue() > c.getRed() + 60 && c.getBlue() > c.getGreen() + 60 ? 1 : 0;
      }
    }
    assertThat(Arrays.stream(shares).min().orElseThrow()).isGreaterThan(900 * 300 / 12);
  }

  @Test
  void maskedPixelsStayExactlyAsTheyWere() {
    BufferedImage base = speckled(240, 160);
    BufferedImage mask = plain(240, 160, 0xFF000000);
    for (int y = 30; y < 110; y++) {
      for (int x = 60; x < 200; x++) {
        mask.setRGB(x, y, 0);
      }
    }
    requests.put("base", base);
    requests.put("mask", mask);
    BufferedImage painted =
        requests.picture("{\"prompt\":\"a sea\",\"images\":[\"base\"],\"mask\":\"mask\"}");
    assertRepainted(base, painted);
  }

  @Test
  void aMaskWithoutTransparencyPaintsWhereItIsWhite() {
    BufferedImage base = speckled(240, 160);
    BufferedImage mask = new BufferedImage(240, 160, BufferedImage.TYPE_BYTE_GRAY);
    for (int y = 30; y < 110; y++) {
      for (int x = 60; x < 200; x++) {
        mask.getRaster().setSample(x, y, 0, 255);
      }
    }
    requests.put("base", base);
    requests.put("mask", mask);
    BufferedImage painted =
        requests.picture("{\"prompt\":\"a sea\",\"images\":[\"base\"],\"mask\":\"mask\"}");
    assertRepainted(base, painted);
  }

  private static void assertRepainted(BufferedImage base, BufferedImage painted) {
    int repainted = 0;
    for (int y = 0; y < 160; y++) {
      for (int x = 0; x < 240; x++) {
        if (y >= 30 && y < 110 && x >= 60 && x < 200) {
          repainted += painted.getRGB(x, y) == base.getRGB(x, y) ? 0 : 1;
        } else {
          assertThat(painted.getRGB(x, y)).as("at %d,%d", x, y).isEqualTo(base.getRGB(x, y));
        }
      }
    }
    assertThat(repainted).isGreaterThan(80 * 140 * 9 / 10);
  }

  @Test
  void aTransparentReferenceKeepsItsTransparencyUnderTheMask() {
    BufferedImage base = plain(64, 64, 0x40FF8000);
    requests.put("base", base);
    requests.put("mask", plain(64, 64, 0xFF000000));
    assertThat(
            requests
                .picture("{\"prompt\":\"x\",\"images\":[\"base\"],\"mask\":\"mask\"}")
                .getRGB(5, 5))
        .isEqualTo(base.getRGB(5, 5));
  }

  @Test
  void aSizeScalesReferenceAndMask() {
    requests.put("base", plain(100, 100, 0xFF00FF00));
    requests.put("mask", plain(100, 100, 0xFF000000));
    BufferedImage image =
        requests.picture(
            "{\"prompt\":\"x\",\"images\":[\"base\"],\"mask\":\"mask\",\"size\":\"200x160\"}");
    assertThat(image.getHeight()).isEqualTo(160);
    assertThat(image.getRGB(100, 80)).isEqualTo(0xFF00FF00);
  }

  @Test
  void aMaskOfAnotherSizeIsRefusedWithBothSizes() {
    requests.put("base", plain(100, 80, -1));
    requests.put("mask", plain(50, 40, -1));
    assertThat(
            requests.refusal(image("{\"prompt\":\"x\",\"images\":[\"base\"],\"mask\":\"mask\"}")))
        .contains("50x40")
        .contains("100x80");
  }

  @Test
  void aMaskAloneIsRefused() {
    requests.put("mask", plain(50, 40, -1));
    assertThat(requests.refusal(image("{\"prompt\":\"x\",\"mask\":\"mask\"}")))
        .contains("needs a reference image");
  }

  @Test
  void aBrokenReferenceIsNamed() {
    requests.put("good", plain(20, 20, -1));
    requests.put("text", "hello".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    requests.put("cut", Arrays.copyOf(requests.imageFile("{\"prompt\":\"x\"}"), 60));
    String json = "{\"prompt\":\"x\",\"images\":[\"good\",\"%s\"]}";
    assertThat(requests.refusal(image(json.formatted("text"))))
        .isEqualTo("Reference image 2 cannot be used: it is not an image that can be read.");
    assertThat(requests.refusal(image(json.formatted("cut"))))
        .isEqualTo("Reference image 2 cannot be used: it is damaged or of an unusual kind.");
    assertThat(requests.refusal(image(json.formatted("gone"))))
        .isEqualTo("Reference image 2 cannot be used: the server answered 404.");
    assertThat(
            requests.refusal(image("{\"prompt\":\"x\",\"images\":[\"good\"],\"mask\":\"text\"}")))
        .startsWith("The mask cannot be used");
  }

  @Test
  void damagedFilesNeverThrow() {
    SplittableRandom random = new SplittableRandom(5);
    for (String format : List.of("png", "jpeg", "webp")) {
      byte[] file =
          requests.imageFile(
              "{\"prompt\":\"x\",\"size\":\"40x40\",\"output_format\":\"" + format + "\"}");
      for (int i = 0; i < 60; i++) {
        byte[] damaged = file.clone();
        for (int hit = 0; hit < 3; hit++) {
          damaged[random.nextInt(12, Math.min(300, damaged.length))] = (byte) random.nextInt();
        }
        assertThat(ImageFiles.decode(damaged)).isInstanceOf(Decoding.class);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"png,10", "gif,10", "bmp,10", "jpeg,10"})
  void greyStaysAsGreyAsItIs(String format, int type) throws IOException {
    BufferedImage grey = new BufferedImage(16, 16, type);
    for (int y = 0; y < 16; y++) {
      for (int x = 0; x < 16; x++) {
        grey.getRaster().setSample(x, y, 0, 100);
      }
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    assertThat(ImageIO.write(grey, format, bytes)).isTrue();
    assertThat(ImageFiles.decode(bytes.toByteArray()))
        .isInstanceOfSatisfying(
            Decoding.Decoded.class,
            it -> assertThat(it.image().getRGB(8, 8)).isEqualTo(0xFF646464));
  }

  private static BufferedImage speckled(int width, int height) {
    BufferedImage image = plain(width, height, 0);
    SplittableRandom random = new SplittableRandom(1);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(x, y, 0xFF000000 | random.nextInt(0x1000000));
      }
    }
    return image;
  }

  /** The share of pixels that are not nearly the same. */
  private static double differing(BufferedImage one, BufferedImage other) {
    int count = 0;
    for (int y = 0; y < one.getHeight(); y++) {
      for (int x = 0; x < one.getWidth(); x++) {
        Color a = new Color(one.getRGB(x, y));
        Color b = new Color(other.getRGB(x, y));
        count +=
            Math.abs(a.getRed() - b.getRed())
                        + Math.abs(a.getGreen() - b.getGreen())
                        + Math.abs(a.getBlue() - b.getBlue())
                    > 24
                ? 1
                : 0;
      }
    }
    return count / (double) (one.getWidth() * one.getHeight());
  }

  private static int colours(BufferedImage image) {
    Set<Integer> colours = new HashSet<>();
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        colours.add(image.getRGB(x, y));
      }
    }
    return colours.size();
  }

  private static int brightest(BufferedImage image, double top, double bottom) {
    int best = 0;
    for (int y = (int) (top * image.getHeight()); y < bottom * image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        best = Math.max(best, Pixels.lightness(image.getRGB(x, y)));
      }
    }
    return best;
  }

  private static int whites(BufferedImage image, double top, double bottom) {
    int count = 0;
    for (int y = (int) (top * image.getHeight()); y < bottom * image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth() * 3 / 4; x++) {
        count += Pixels.lightness(image.getRGB(x, y)) > 150 ? 1 : 0;
      }
    }
    return count;
  }
}
