package dev.easel.task;

import dev.easel.engine.WorkLimits;
import org.jdbi.v3.core.Handle;

/** How many attempts may run on a channel at once. */
public final class ChannelLimits {
  private ChannelLimits() {}

  /**
   * Sets the limit, or lifts it when {@code capacity} is 0. What runs already counts: it is looked
   * for among live tasks, because the attempts of all times are many. A parked job has nothing
   * under way.
   */
  public static void set(Handle tx, String channel, int capacity) {
    WorkLimits.set(
        tx,
        WorkLimits.ofChannel(channel),
        capacity,
        () ->
            tx.createQuery(
                    """
                    select coalesce(sum((
                      select count(*) from attempt
                      where task_id = job.subject
                        and channel = :channel and finished_at is null and state <> 'storing')), 0)
                    from job where kind = 'task' and waits_for is null
                    """)
                .bind("channel", channel)
                .mapTo(Integer.class)
                .one());
  }
}
