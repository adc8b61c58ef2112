package dev.easel.config;

import java.util.List;

/**
 * What may be reached from here.
 *
 * @param allow networks in CIDR form
 */
public record NetSettings(List<String> allow) {
  static final Setting<List<String>> ALLOW =
      Setting.of(
              "net.allow", Type.NETWORKS, "Private networks that webhooks and providers may be in.")
          .example("10.0.0.0/8, fd00::/8");

  static final Section SECTION = Section.of("Outbound network", ALLOW);

  static NetSettings from(Settings settings) {
    return new NetSettings(settings.find(ALLOW).orElse(List.of()));
  }
}
