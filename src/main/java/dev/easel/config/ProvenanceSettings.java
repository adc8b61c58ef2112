package dev.easel.config;

import java.util.List;
import java.util.Optional;

/**
 * What generated files say, for machines to read, of where they come from.
 *
 * @param iptc whether they say that they were generated
 * @param aigc whether they carry the label of GB 45438-2025, where an account does not differ
 * @param producer who stands in that label; there is none without
 */
public record ProvenanceSettings(boolean iptc, boolean aigc, Optional<String> producer) {
  /** On or off. */
  enum Switch {
    ON,
    OFF
  }

  static final Setting<Switch> IPTC =
      Setting.of(
              "provenance.iptc",
              Type.oneOf(Switch.class),
              "Say in results that they were generated (IPTC DigitalSourceType in XMP).")
          .defaultsTo("on");

  static final Setting<Switch> AIGC =
      Setting.of(
              "provenance.aigc",
              Type.oneOf(Switch.class),
              "Put the AIGC label of GB 45438-2025 into results; accounts may differ.")
          .defaultsTo("off");

  static final Setting<String> PRODUCER =
      Setting.of(
              "provenance.producer",
              Type.PRODUCER,
              "Your code or name as the producer in the AIGC label.")
          .example("001191110000000000000X00001");

  static final Section SECTION = Section.of("Provenance", IPTC, AIGC, PRODUCER);

  static ProvenanceSettings from(Settings settings) {
    boolean aigc = settings.get(AIGC) == Switch.ON;
    Optional<String> producer = settings.find(PRODUCER);
    if (aigc && producer.isEmpty()) {
      throw new SettingsException(
          List.of(
              "provenance.aigc is on; it needs provenance.producer, which stands in the label"));
    }
    return new ProvenanceSettings(settings.get(IPTC) == Switch.ON, aigc, producer);
  }
}
