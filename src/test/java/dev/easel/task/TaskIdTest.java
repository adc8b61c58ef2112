package dev.easel.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is a task's id, and what is not. */
class TaskIdTest {
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
    TaskId id = TaskId.random();
    assertThat(TaskId.parse(id.toString())).contains(id);
    assertThat(id.value().version()).isEqualTo(7);
  }

  @Test
  void idsSortByAge() {
    List<String> ids = Stream.generate(() -> TaskId.random().toString()).limit(1_000).toList();
    assertThat(ids).doesNotHaveDuplicates();
    assertThat(ids.getFirst().substring(0, 13)).isLessThanOrEqualTo(ids.getLast().substring(0, 13));
  }
}
