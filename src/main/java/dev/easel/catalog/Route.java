package dev.easel.catalog;

/**
 * One way to have a model's work done.
 *
 * @param channel id of the channel that does it
 * @param upstreamModel what the channel's provider calls the model
 * @param priority lower is tried first, counted from 1
 * @param weight share of the work among routes of the same priority, at least 1
 * @param outputs how many outputs one submission makes at most, at least 1
 */
public record Route(String channel, String upstreamModel, int priority, int weight, int outputs) {
  /** As many outputs as anybody can ask for. */
  public static final int ANY_OUTPUTS = 100;

  public Route {
    if (channel.isBlank() || upstreamModel.isBlank()) {
      throw new IllegalArgumentException("a route names a channel and an upstream model");
    }
    if (priority < 1 || weight < 1) {
      throw new IllegalArgumentException("priority and weight count from 1");
    }
    if (outputs < 1 || outputs > ANY_OUTPUTS) {
      throw new IllegalArgumentException("outputs must be between 1 and " + ANY_OUTPUTS);
    }
  }

  /** Whether it leads to the same model of the same channel. */
  boolean isSameWayAs(Route that) {
    return channel.equals(that.channel) && upstreamModel.equals(that.upstreamModel);
  }
}
