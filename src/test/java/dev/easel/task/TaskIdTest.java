package dev.easel.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is a task's id, and what is not. */
class TaskIdTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00.123456Z");

  @ParameterizedTest
  @CsvSource({
    "01890a5d-ac96-774b-bcce-b302099a8057, true",
    "01890A5D-AC96-774B-BCCE-B302099A8057, true",
    "00000000-0000-0000-0000-000000000000, true",
    "'', false",
    "1, false",
    "01890a5d-ac96-774b-bcce-b302099a805, false",
    "01890a5d-ac96-774b-bcce-b302099a80577, false",
    "01890a5dac96774bbcceb302099a80570000, false",
    "01890a5d-ac96-774b-bcce-b302099a805g, false",
    "0-01890a5d-ac96-774b-bcce-b302099a80, false",
    "01890a5d-ac96-774b-bccee-b302099a805, false",
    "+1890a5d-ac96-774b-bcce-b302099a8057, false",
    "' 1890a5d-ac96-774b-bcce-b302099a8057', false",
    "٠1890a5d-ac96-774b-bcce-b302099a8057, false"
  })
  void parses(String text, boolean isAnId) {
    assertThat(TaskId.parse(text).isPresent()).isEqualTo(isAnId);
  }

  @Test
  void textAndIdAreTheSame() {
    TaskId id = TaskId.random(NOW);
    assertThat(TaskId.parse(id.toString())).contains(id);
    assertThat(id.value().version()).isEqualTo(7);
    assertThat(id.value().variant()).isEqualTo(2);
    assertThat(id.value().getMostSignificantBits() >>> 16).isEqualTo(NOW.toEpochMilli());
  }

  @Test
  void idsSortByAge() {
    List<String> ids =
        IntStream.range(0, 1_000)
            .mapToObj(n -> TaskId.random(NOW.plusMillis(n)).toString())
            .toList();
    assertThat(ids).doesNotHaveDuplicates().isSorted();
  }
}
