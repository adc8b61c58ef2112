package dev.easel.wording;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages are read in the language that is asked for, and all of them can be. */
class LanguageTest {
  private static final Pattern TEMPLATE =
      Pattern.compile(
          "(?:Phrase\\.of\\(|InvalidRequest\\(\\s*\"[A-Za-z_-]*\",)\\s*\"((?:[^\"\\\\]|\\\\.)*)\"");
  private static final Pattern REASON =
      Pattern.compile(
          "(?:Failure\\.Kind\\.[A-Z_]+,|Unstorable\\(|\\bfailed\\(|Unmakeable\\(|Unfit\\()"
              + "\\s*\"((?:[^\"\\\\]|\\\\.)*\\.)\"");
  private static final Pattern PLACE = Pattern.compile("%[sd]");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                            | ENGLISH",
        "zh                            | CHINESE",
        "zh-CN,zh;q=0.9,en;q=0.8       | CHINESE",
        "en-US,en;q=0.9,zh-CN;q=0.8    | ENGLISH",
        "en;q=0.5, zh;q=0.7            | CHINESE",
        "ZH-Hant-TW                    | CHINESE",
        "en,zh                         | ENGLISH",
        "zh,en                         | CHINESE",
        "de, zh;q=0.3                  | CHINESE",
        "zh;q=0                        | ENGLISH",
        "*                             | ENGLISH",
        "zh;q=x, en;q=0.1              | ENGLISH",
        ",,;;q=                        | ENGLISH"
      })
  void theHeaderDecides(String header, Language language) {
    assertThat(Language.preferred(header)).isEqualTo(language);
  }

  @Test
  void whatStandsInAPhraseIsTranslatedToo() {
    Phrase phrase = Phrase.of("%s: %s", "prompt", Phrase.of("required"));
    assertThat(phrase.in(Language.ENGLISH)).isEqualTo("prompt: required");
    assertThat(phrase.in(Language.CHINESE)).isEqualTo("prompt:必填");
  }

  @Test
  void whatHasNoArgumentsIsTakenAsItStands() {
    assertThat(Phrase.of("100 % wrong: %s").in(Language.CHINESE)).isEqualTo("100 % wrong: %s");
  }

  @Test
  void everyPhraseOfTheCodeIsTranslatedWithTheSamePlaces() throws IOException {
    Set<String> templates = templates();
    assertThat(templates).hasSizeGreaterThan(40);
    for (String english : templates) {
      String chinese = Language.CHINESE.template(english);
      if (english.matches("(?:[%sd: ])*")) {
        continue; // nothing but places
      }
      assertThat(chinese).as("translation of <%s>", english).isNotEqualTo(english);
      assertThat(places(chinese)).as("places of <%s>", chinese).isEqualTo(places(english));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "The provider did not finish in time.     | 供应商未能按时完成。",
        "The provider answered with 418.          | 供应商返回了 418。",
        "The result is larger than 2048 bytes.    | 生成结果超过 2048 字节。",
        "The result is neither a picture nor a film (it is empty).   | 生成结果既不是图片也不是视频(内容为空)。",
        "image_urls[0] cannot be used: https://a.example/b answered 404. | image_urls[0] 无法使用:https://a.example/b 返回了 404。",
        "The sandbox was asked to fail: 100 % $1  | 沙盒按要求失败:100 % $1",
        "The sandbox was told to accept no key.   | 沙盒被设置为失败:accept no key。",
        "The sandbox writes no gif files.         | 沙盒不生成 gif 文件。",
        "The sandbox knows no resolution 9K.      | 沙盒不支持分辨率 9K。",
        "The size 1 is not of the form WIDTHxHEIGHT.    | 尺寸 1 不是 宽x高 的形式。",
        "The aspect ratio 9 is not of the form W:H.     | 宽高比 9 不是 W:H 的形式。",
        "The aspect ratio 9:1 is not between 1:8 and 8:1. | 宽高比 9:1 不在 1:8 与 8:1 之间。",
        "https://a.example/b leads to a private address, which may not be contacted | https://a.example/b 指向私有地址,不允许访问"
      })
  void whatWasKeptInEnglishIsRetold(String told, String chinese) {
    assertThat(Language.CHINESE.retell(told)).isEqualTo(chinese);
    assertThat(Language.ENGLISH.retell(told)).isEqualTo(told);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Blocked by our safety system.",
        "x: y",
        "a and b",
        "%s %d",
        "失败",
        "required parameter x is absent",
        "Your account is disabled."
      })
  void whatOthersSaidStaysAsItIs(String told) {
    assertThat(Language.CHINESE.retell(told)).isEqualTo(told);
  }

  /** A prompt may stand in a reason, and a prompt may be made to be found in it again and again. */
  @Test
  void aReasonWithAPromptInItIsNotTakenApartWithoutEnd() {
    String asked = "The sandbox was asked to fail: ";
    for (String prompt : List.of("required".repeat(60), "required".repeat(4_000))) {
      assertThat(Language.CHINESE.retell(asked + prompt)).contains("requiredrequired");
    }
  }

  /** Those that stand in one piece in the code; of the others, some are rows of a test above. */
  @Test
  void everyReasonOfTheCodeIsRetold() throws IOException {
    Set<String> reasons = found(REASON, 1);
    assertThat(reasons).hasSizeGreaterThan(15);
    for (String reason : reasons) {
      String told = reason.replace("%d", "7").replace("%s", "x");
      assertThat(Language.CHINESE.retell(told)).as(told).isNotEqualTo(told);
    }
  }

  private static List<String> places(String template) {
    return PLACE.matcher(template).results().map(result -> result.group()).toList();
  }

  private static Set<String> templates() throws IOException {
    return found(TEMPLATE, 1);
  }

  /** A group of the pattern wherever it is in the code. */
  private static Set<String> found(Pattern pattern, int group) throws IOException {
    Set<String> templates = new TreeSet<>();
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
        Matcher matcher = pattern.matcher(Files.readString(file));
        while (matcher.find()) {
          templates.add(matcher.group(group).translateEscapes());
        }
      }
    }
    return templates;
  }
}
