package dev.easel.api.mcp;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A version of the Model Context Protocol, as modelcontextprotocol.io/specification has them. What
 * differs here is what a message may be, and what a tool may answer.
 */
enum Protocol {
  V2025_03_26("2025-03-26"),
  V2025_06_18("2025-06-18"),
  V2025_11_25("2025-11-25");

  /** What is spoken to those who do not say, as the specification has it. */
  static final Protocol UNSAID = V2025_03_26;

  private final String date;

  Protocol(String date) {
    this.date = date;
  }

  /** The version as it is written. */
  String date() {
    return date;
  }

  /** The version that is written {@code date}, if it is spoken here. */
  static Optional<Protocol> of(String date) {
    return Arrays.stream(values()).filter(each -> each.date.equals(date)).findFirst();
  }

  /** Those that are spoken here. */
  static List<String> dates() {
    return Arrays.stream(values()).map(Protocol::date).toList();
  }

  /** The version to speak with who offers {@code date}: that one, else the latest. */
  static Protocol agreed(String date) {
    return of(date).orElse(V2025_11_25);
  }

  /** Whether several messages may come in one array. */
  boolean hasBatches() {
    return this == V2025_03_26;
  }

  /** Whether a tool may answer with fields and with links, beside text and pictures. */
  boolean hasStructuredAnswers() {
    return this != V2025_03_26;
  }
}
