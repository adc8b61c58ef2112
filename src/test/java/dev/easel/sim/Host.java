package dev.easel.sim;

import java.util.ArrayList;
import java.util.List;

/**
 * Where simulated threads live and die together: one incarnation of a node, or the world outside.
 */
final class Host {
  private final String name;

  /** Threads that could run, were the host not paused. */
  final List<SimulatedThread> held = new ArrayList<>();

  private boolean dead;
  private boolean paused;

  Host(String name) {
    this.name = name;
  }

  String name() {
    return name;
  }

  /** Whether it has crashed: none of its threads will ever run again. */
  boolean isDead() {
    return dead;
  }

  /** Whether all of it stands still, as in a long collection of garbage. */
  boolean isPaused() {
    return paused;
  }

  void die() {
    dead = true;
    held.clear();
  }

  void pause() {
    paused = true;
  }

  /** Goes on; returns the threads that were held back. */
  List<SimulatedThread> resume() {
    paused = false;
    List<SimulatedThread> ready = List.copyOf(held);
    held.clear();
    return ready;
  }
}
