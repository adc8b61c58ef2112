package dev.easel.config;

import java.nio.file.Path;
import java.util.Optional;

/**
 * The node's own files.
 *
 * @param directory holds the embedded database, assets, first-run notes and the master key, as far
 *     as other settings do not put them elsewhere
 * @param masterKey empty when it is in {@link #masterKeyFile}
 */
public record DataSettings(Path directory, Optional<Secret> masterKey) {
  static final Setting<Path> DIRECTORY =
      Setting.of("data", Type.PATH, "Directory for the embedded database, assets and keys.")
          .defaultsTo("./data")
          .example("/var/lib/easel");

  static final Setting<Secret> MASTER_KEY =
      Setting.of("master-key", Type.SECRET, "Secret from which unguessable file names are derived.")
          .otherwise("the file DATA/master.key");

  static final Section SECTION = Section.of("Files", DIRECTORY, MASTER_KEY);

  static DataSettings from(Settings settings) {
    return new DataSettings(settings.get(DIRECTORY), settings.find(MASTER_KEY));
  }

  /** Where the master key is kept when no setting gives it. */
  public Path masterKeyFile() {
    return directory.resolve("master.key");
  }
}
