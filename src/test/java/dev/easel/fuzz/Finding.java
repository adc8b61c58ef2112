package dev.easel.fuzz;

/**
 * Something that must not be.
 *
 * @param seed of the run
 * @param number of the request in it
 * @param kind the same for all that look alike
 */
record Finding(long seed, int number, String kind, String problem, String curl, String answer) {
  @Override
  public String toString() {
    return """
    seed %d, request %d: %s
      %s
      %s\
    """
        .formatted(seed, number, problem, curl, answer);
  }
}
