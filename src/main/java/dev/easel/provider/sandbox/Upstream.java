package dev.easel.provider.sandbox;

import dev.easel.provider.ChannelSettings;
import java.time.Duration;

/**
 * What kind of upstream the sandbox plays; the settings are explained in {@link SandboxProvider}.
 *
 * @param canBeAsked whether it tells what became of a lost submission
 * @param deadFor how long a call blocks that is never answered
 */
public record Upstream(Faults faults, boolean canBeAsked, Duration deadFor) {
  /** Nothing goes wrong. */
  public static final Upstream FAULTLESS = new Upstream(Faults.NONE, true, Duration.ofSeconds(30));

  static Upstream read(ChannelSettings settings) {
    return new Upstream(
        settings.object("faults", Faults::read).orElse(FAULTLESS.faults),
        settings.flag("can-be-asked").orElse(FAULTLESS.canBeAsked),
        settings.duration("dead-for").orElse(FAULTLESS.deadFor));
  }
}
