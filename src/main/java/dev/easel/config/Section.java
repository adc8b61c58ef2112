package dev.easel.config;

import java.util.List;

/** The settings of one feature under the title that help and tables give them. */
public record Section(String title, List<Setting<?>> settings) {
  static Section of(String title, Setting<?>... settings) {
    return new Section(title, List.of(settings));
  }
}
