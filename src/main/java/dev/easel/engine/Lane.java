package dev.easel.engine;

/** Jobs that share room on each node: what fills one lane does not hold up the others. */
public enum Lane {
  /** The work itself. */
  MAIN(0),
  /** What may come in thousands and wait long for somebody outside, such as webhooks. */
  ASIDE(1),
  /** What nobody waits for, such as the deletion of files. */
  CLEARING(2);

  private static final int ROOM_ASIDE = 1_024;
  private static final int ROOM_CLEARING = 4;

  private final int number;

  Lane(int number) {
    this.number = number;
  }

  /** What is written to the jobs' rows. */
  public int number() {
    return number;
  }

  /** How many of its jobs run at once on a node. */
  int room(Engine.Settings settings) {
    return switch (this) {
      case MAIN -> settings.concurrency();
      case ASIDE -> ROOM_ASIDE;
      case CLEARING -> ROOM_CLEARING;
    };
  }
}
