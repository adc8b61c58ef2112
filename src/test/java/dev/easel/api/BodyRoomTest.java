package dev.easel.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The memory for bodies is shared, given back, and never all taken from a single one. */
class BodyRoomTest {
  private static final int BODY = 10 << 20;

  /** Three copies each: two of them fit, not three. */
  private final BodyRoom room = new BodyRoom(7L * BODY);

  @Test
  void whoDoesNotFitIsRefusedUntilSomebodyIsDone() {
    BodyRoom.Share one = room.share();
    BodyRoom.Share two = room.share();
    BodyRoom.Share three = room.share();

    assertThat(one.take(BODY)).isTrue();
    assertThat(two.take(BODY)).isTrue();
    assertThat(three.take(BODY)).isFalse();
    three.giveBack();
    assertThat(three.take(BODY)).as("nobody is done").isFalse();
    three.giveBack();
    one.giveBack();
    one.giveBack();
    assertThat(three.take(BODY)).as("once is enough, and twice is once").isTrue();
    assertThat(room.share().take(BODY)).isFalse();
  }

  @Test
  void whoIsAloneAlwaysFits() {
    BodyRoom.Share alone = room.share();

    assertThat(alone.take(5 * BODY)).isTrue();
    assertThat(room.share().take(BODY)).isFalse();
    alone.giveBack();
    assertThat(room.share().take(BODY)).isTrue();
  }

  @Test
  void smallBodiesTakeNoRoom() {
    assertThat(room.share().take(2 * BODY)).isTrue();
    assertThat(room.share().take(BODY)).isFalse();
    for (int i = 0; i < 1_000; i++) {
      assertThat(room.share().take(100_000)).isTrue();
    }
  }
}
