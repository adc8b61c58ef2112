package dev.easel.config;

import java.nio.file.Path;

/** Where results and uploaded files are kept. */
public record AssetSettings(Path directory) {
  static final Setting<Path> DIRECTORY =
      Setting.of("assets.dir", Type.PATH, "Directory for results and uploads.")
          .defaultsTo(
              "DATA/assets", settings -> settings.get(DataSettings.DIRECTORY).resolve("assets"))
          .example("/mnt/shared/assets");

  static final Section SECTION = Section.of("Assets", DIRECTORY);

  static AssetSettings from(Settings settings) {
    return new AssetSettings(settings.get(DIRECTORY));
  }
}
