package dev.easel.provider.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.geom.Rectangle2D;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LetteringTest {
  @Test
  void linesBreakBetweenWordsAndFit() {
    List<String> lines = Lettering.wrap("a quiet valley at dawn", 20, 110);
    assertThat(String.join(" ", lines)).isEqualTo("a quiet valley at dawn");
    assertThat(lines).hasSizeGreaterThan(1).allMatch(line -> Lettering.width(line, 20) <= 110);
  }

  @Test
  void chineseBreaksAnywhereAndLongWordsWhereTheyMust() {
    assertThat(Lettering.wrap("夕阳下的大海一只小船", 20, 85)).containsExactly("夕阳下的", "大海一只", "小船");
    assertThat(Lettering.wrap("x".repeat(50), 20, 100)).hasSizeGreaterThan(3);
    assertThat(Lettering.wrap(" \n ", 20, 100)).isEmpty();
  }

  @Test
  void whatIsTooLongEndsInAnEllipsis() {
    String line = Lettering.truncate("a quiet valley at dawn", 20, 110);
    assertThat(line).startsWith("a quiet").endsWith("…");
    assertThat(Lettering.width(line, 20)).isLessThanOrEqualTo(110);
  }

  @ParameterizedTest
  @ValueSource(strings = {"A", "g", "É", "ß", "Ω", "Ж", "海", "船", "，", "…", "3"})
  void lettersHaveAShapeOfABelievableSize(String letter) {
    Rectangle2D bounds = Lettering.outline(letter, 100, 0, 0).getBounds2D();
    assertThat(bounds.getWidth()).isBetween(5.0, 110.0);
    assertThat(bounds.getHeight()).isBetween(5.0, 120.0);
    assertThat(bounds.getMinY()).isBetween(-110.0, 0.0);
    assertThat(Lettering.width(letter, 100)).isBetween(15.0, 110.0);
  }

  @Test
  void anEmptyOrInvisiblePromptShowsNothing() {
    assertThat(Lettering.canShow("  \n")).isFalse();
    assertThat(Lettering.canShow("a")).isTrue();
  }

  /** Machines without fonts fail as soon as the JDK's font machinery is touched. */
  @Test
  void drawingThePromptNeedsNoFontsOfTheMachine() throws IOException, InterruptedException {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xlog:class+load",
                "-Djava.awt.headless=true",
                "-cp",
                System.getProperty("java.class.path"),
                Fontless.class.getName())
            .redirectErrorStream(true)
            .start();
    String log = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(child.waitFor()).isZero();
    assertThat(log)
        .contains("java.awt.image.BufferedImage")
        .doesNotContain("sun.font.SunFontManager")
        .doesNotContain("sun.awt.FontConfiguration");
  }

  /** Renders one picture; the program of the child process. */
  static final class Fontless {
    private Fontless() {}

    public static void main(String[] args) {
      new Requests().picture("{\"prompt\":\"Hello, 世界\",\"size\":\"300x200\"}");
    }
  }
}
