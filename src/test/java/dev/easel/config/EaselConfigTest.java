package dev.easel.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What every setting owes its readers. */
class EaselConfigTest {
  static Stream<Setting<?>> settings() {
    return EaselConfig.all().stream();
  }

  @ParameterizedTest
  @MethodSource("settings")
  void meansOneSentence(Setting<?> setting) {
    assertThat(setting.meaning()).matches("[A-Z][^.]*\\.").hasSizeLessThan(80);
    assertThat(setting.defaultWords()).isNotBlank();
  }

  @ParameterizedTest
  @MethodSource("settings")
  void hasAnExampleThatIsAllowed(Setting<?> setting) {
    if (!setting.example().isEmpty()) {
      assertThatCode(() -> setting.type().parse(setting.example())).doesNotThrowAnyException();
    }
  }

  @Test
  void noTwoSettingsShareAName() {
    List<String> keys = settings().flatMap(setting -> setting.keys().stream()).toList();

    assertThat(keys)
        .doesNotHaveDuplicates()
        .allMatch(key -> key.matches("[a-z]+([.-][a-z][a-z0-9]*)*"));
    assertThat(keys.stream().map(Setting::variable)).doesNotHaveDuplicates();
    Stream<String> shortFlags = settings().flatMap(setting -> setting.shortFlag().stream());
    assertThat(Stream.concat(keys.stream().map(Setting::flag), shortFlags)).doesNotHaveDuplicates();
  }

  @Test
  void oneKeyHasThreeSpellings() {
    assertThat(Setting.variable("sandbox.image-latency")).isEqualTo("EASEL_SANDBOX_IMAGE_LATENCY");
    assertThat(Setting.flag("sandbox.image-latency")).isEqualTo("--sandbox-image-latency");
  }

  @ParameterizedTest
  @CsvSource({"500ms, 500ms", "1000ms, 1s", "90s, 90s", "120s, 2m", "2m, 2m", "0s, 0s"})
  void durationsPrintAsTheyAreWritten(String text, String printed) {
    assertThat(Type.DURATION.print(Type.DURATION.parse(text))).isEqualTo(printed);
  }

  @ParameterizedTest
  @CsvSource({
    "db.ulr, db.url",
    "dburl, db.url",
    "db.pasword, db.password",
    "asset.dir, assets.dir",
    "net-allow, net.allow",
    "port, server.port",
    "sandbox, sandbox.concurrency",
    "frobnicate, ''",
    "x, ''",
  })
  void theNearestKeyIsFound(String word, String nearest) {
    List<String> keys = settings().map(Setting::key).toList();

    assertThat(Nearest.to(word, keys).orElse("")).isEqualTo(nearest);
  }
}
