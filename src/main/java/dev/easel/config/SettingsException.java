package dev.easel.config;

import java.util.List;

/** The settings cannot be used; the message has one line for each thing to put right. */
public final class SettingsException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public SettingsException(List<String> problems) {
    super(String.join("\n", problems));
  }
}
