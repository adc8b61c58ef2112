package dev.easel.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
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

    assertThat(reads(one, BODY)).isTrue();
    assertThat(reads(two, BODY)).isTrue();
    assertThat(reads(three, BODY)).isFalse();
    three.giveBack();
    assertThat(reads(three, BODY)).as("nobody is done").isFalse();
    three.giveBack();
    one.giveBack();
    one.giveBack();
    assertThat(reads(three, BODY)).as("once is enough, and twice is once").isTrue();
    assertThat(reads(room.share(), BODY)).isFalse();
  }

  @Test
  void whoIsAloneAlwaysFits() {
    BodyRoom.Share alone = room.share();

    assertThat(reads(alone, 5 * BODY)).isTrue();
    assertThat(reads(room.share(), BODY)).isFalse();
    alone.giveBack();
    assertThat(reads(room.share(), BODY)).isTrue();
  }

  @Test
  void smallBodiesTakeNoRoom() {
    assertThat(reads(room.share(), 2 * BODY)).isTrue();
    assertThat(reads(room.share(), BODY)).isFalse();
    for (int i = 0; i < 1_000; i++) {
      assertThat(reads(room.share(), 100_000)).isTrue();
    }
  }

  private static boolean reads(BodyRoom.Share share, int length) {
    try (BodyRoom.Counted body = share.count(new ByteArrayInputStream(new byte[length]))) {
      body.readAllBytes();
      return true;
    } catch (IOException full) {
      return false;
    }
  }
}
