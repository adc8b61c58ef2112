package dev.easel.provider.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.catalog.Parameters;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class PixelSizeTest {
  @ParameterizedTest
  @CsvSource({
    "1:1,1K,1024x1024", "16:9,1K,1360x768", "9:16,1K,768x1360", "3:2,1K,1248x832",
    "2:3,1K,832x1248", "4:3,1K,1168x880", "3:4,1K,880x1168", "5:4,1K,1136x912",
    "4:5,1K,912x1136", "2:1,1K,1440x720", "1:2,1K,720x1440", "3:1,1K,1776x592",
    "1:3,1K,592x1776", "21:9,1K,1568x672", "9:21,1K,672x1568", "1:1,2K,2048x2048",
    "16:9,2K,2736x1536", "16:9,4K,5456x3072", "1:1,4k,4096x4096", "1:8,4K,1456x11648"
  })
  void anImageHasTheAreaOfItsResolution(String ratio, String resolution, String expected) {
    PixelSize size = image(ratio, resolution, Optional.empty());
    assertThat(size).hasToString(expected);
    String[] sides = ratio.split(":", -1);
    double asked = Double.parseDouble(sides[0]) / Double.parseDouble(sides[1]);
    assertThat(size.width() / (double) size.height()).isBetween(asked * 0.98, asked * 1.02);
    assertThat(size.width() % 16 + size.height() % 16).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "16:9,480p,854x480", "16:9,720p,1280x720", "16:9,1080p,1920x1080", "9:16,720p,720x1280",
    "1:1,720p,720x720", "21:9,1080p,2520x1080", "4:3,480p,640x480", "adaptive,720p,1280x720",
    "auto,1080p,1920x1080"
  })
  void aFilmsShorterSideIsItsResolution(String ratio, String resolution, String expected) {
    Parameters parameters = parameters(ratio, resolution, "auto");
    assertThat(size(PixelSize.ofFilm(parameters, Optional.empty()))).hasToString(expected);
  }

  @ParameterizedTest
  @CsvSource({"auto,1200x800,1248x832", "16:9,1200x800,1360x768", "auto,9000x10,2944x368"})
  void theReferenceGivesTheRatioUnlessTold(String ratio, String reference, String expected) {
    String[] sides = reference.split("x", -1);
    PixelSize size = new PixelSize(Integer.parseInt(sides[0]), Integer.parseInt(sides[1]));
    assertThat(image(ratio, "1K", Optional.of(size))).hasToString(expected);
  }

  @ParameterizedTest
  @CsvSource({"1536x1024,1536x1024", "333X77,333x77", "3840x2160,3840x2160"})
  void aSizeIsTakenAsItIs(String size, String expected) {
    Parameters parameters = parameters("1:1", "2K", size);
    assertThat(size(PixelSize.ofImage(parameters, Optional.empty()))).hasToString(expected);
  }

  @ParameterizedTest
  @CsvSource({"333x77,334x78", "720x1280,720x1280"})
  void aFilmsSidesAreEven(String size, String expected) {
    Parameters parameters = parameters("1:1", "720p", size);
    assertThat(size(PixelSize.ofFilm(parameters, Optional.empty()))).hasToString(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "wide,1K,auto,wide", "9:1,1K,auto,9:1", "0:0,1K,auto,0:0", "1:1,5K,auto,5K",
    "1:1,720p,auto,720P", "1:1,1K,large,large", "1:1,1K,9x9,9x9", "1:1,1K,9999x9999,9999x9999"
  })
  void whatContradictsTheRulesIsRefusedByName(
      String ratio, String resolution, String size, String named) {
    assertThat(PixelSize.ofImage(parameters(ratio, resolution, size), Optional.empty()))
        .isInstanceOfSatisfying(
            PixelSize.Choice.Unfit.class, unfit -> assertThat(unfit.reason()).contains(named));
  }

  private static PixelSize image(String ratio, String resolution, Optional<PixelSize> reference) {
    return size(PixelSize.ofImage(parameters(ratio, resolution, "auto"), reference));
  }

  private static PixelSize size(PixelSize.Choice choice) {
    assertThat(choice).isInstanceOf(PixelSize.Choice.Fits.class);
    return ((PixelSize.Choice.Fits) choice).size();
  }

  private static Parameters parameters(String ratio, String resolution, String size) {
    ObjectNode parameters = JsonMapper.shared().createObjectNode();
    parameters.put("aspect_ratio", ratio).put("resolution", resolution).put("size", size);
    return new Parameters(parameters);
  }
}
