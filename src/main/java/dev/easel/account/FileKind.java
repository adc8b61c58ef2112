package dev.easel.account;

import java.util.Locale;

/** What a stored file is, where that decides how long it is kept. */
public enum FileKind {
  IMAGE,
  VIDEO,
  AUDIO,
  /** A file that a customer has sent, of whatever medium. */
  INPUT;

  /** As settings and commands write it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
