package dev.easel.task;

import dev.easel.engine.WorkLimits;
import org.jdbi.v3.core.Handle;

/** How many attempts may run on a channel at once. */
public final class ChannelLimits {
  private ChannelLimits() {}

  /** Sets the limit, or lifts it when {@code capacity} is 0. What runs already counts. */
  public static void set(Handle tx, String channel, int capacity) {
    WorkLimits.set(
        tx,
        WorkLimits.ofChannel(channel),
        capacity,
        () ->
            tx.createQuery(
                    """
                    select count(*) from attempt
                    where channel = :channel and finished_at is null and state <> 'storing'
                    """)
                .bind("channel", channel)
                .mapTo(Integer.class)
                .one());
  }
}
