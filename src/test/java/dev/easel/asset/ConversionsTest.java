package dev.easel.asset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.easel.asset.ImageFiles.Decoding;
import dev.easel.asset.ImageFiles.Format;
import java.awt.image.BufferedImage;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ConversionsTest {
  private static final OptionalInt USUAL = OptionalInt.empty();
  private static final int RED = 0xFFC81414;
  private static final int CLEAR = 0x00000000;

  private final Conversions conversions = new Conversions();

  private static byte[] file(Format format, int left, int right) {
    BufferedImage image = new BufferedImage(64, 32, BufferedImage.TYPE_INT_ARGB);
    for (int y = 0; y < 32; y++) {
      for (int x = 0; x < 64; x++) {
        image.setRGB(x, y, x < 32 ? left : right);
      }
    }
    return ImageFiles.encode(image, format, USUAL);
  }

  private static BufferedImage read(byte[] content) {
    assertThat(ImageFiles.decode(content)).isInstanceOf(Decoding.Decoded.class);
    return ((Decoding.Decoded) ImageFiles.decode(content)).image();
  }

  private static void assertColour(BufferedImage image, int x, int argb) {
    int pixel = image.getRGB(x, 16);
    for (int shift = 0; shift <= 24; shift += 8) {
      assertThat((pixel >>> shift) & 255)
          .as("bits %d of the pixel at %d", shift, x)
          .isCloseTo((argb >>> shift) & 255, within(10));
    }
  }

  @ParameterizedTest
  @CsvSource({"PNG, JPEG", "PNG, WEBP", "JPEG, PNG", "JPEG, WEBP", "WEBP, PNG", "WEBP, JPEG"})
  void aPictureBecomesTheSameInTheOtherFormat(Format from, Format to) {
    byte[] converted = conversions.to(to, file(from, RED, 0xFF1464C8), USUAL);
    assertThat(MediaType.sniff(converted)).contains(to.type());
    BufferedImage image = read(converted);
    assertThat(image.getWidth()).isEqualTo(64);
    assertThat(image.getHeight()).isEqualTo(32);
    assertColour(image, 8, RED);
    assertColour(image, 56, 0xFF1464C8);
  }

  @Test
  void whatWasTransparentStaysSoWhereItCan() {
    byte[] png = file(Format.PNG, RED, CLEAR);
    assertThat(read(conversions.to(Format.WEBP, png, USUAL)).getRGB(56, 16) >>> 24).isZero();
    assertColour(read(conversions.to(Format.JPEG, png, USUAL)), 56, 0xFFFFFFFF);
  }

  @Test
  void whatTheFormatHasNoRoomForStaysAsItIs() {
    byte[] png =
        ImageFiles.encode(
            new BufferedImage(17_000, 8, BufferedImage.TYPE_INT_ARGB), Format.PNG, USUAL);
    assertThat(conversions.to(Format.WEBP, png, USUAL)).isSameAs(png);
  }

  @Test
  void theQualityAskedForCounts() {
    byte[] png = Samples.noise(96, 96);
    int coarse = conversions.to(Format.JPEG, png, OptionalInt.of(5)).length;
    int fine = conversions.to(Format.JPEG, png, OptionalInt.of(95)).length;
    assertThat(coarse).isLessThan(fine / 3);
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void aFileThatHasTheFormatIsNotTouched(Format format) {
    byte[] file = file(format, RED, RED);
    assertThat(conversions.to(format, file, OptionalInt.of(1))).isSameAs(file);
  }

  @Test
  void whatCannotBeConvertedStaysWhatItIs() {
    byte[] png = file(Format.PNG, RED, CLEAR);
    byte[] cut = Arrays.copyOf(png, png.length / 2);
    byte[] bomb = Samples.bomb();
    byte[] text = "no picture".getBytes(StandardCharsets.UTF_8);
    for (byte[] content : new byte[][] {cut, bomb, text}) {
      assertThat(conversions.to(Format.JPEG, content, USUAL)).isSameAs(content);
    }
  }
}
