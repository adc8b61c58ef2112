package dev.easel.catalog;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** Reads the catalogue's YAML into trees; a key that stands twice is an error. */
final class Yaml {
  private static final YAMLMapper MAPPER =
      YAMLMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private Yaml() {}

  /** A file that comes with the program, by its name in {@code resources/catalog}. */
  static ObjectNode resource(String name) {
    try (InputStream file =
        Objects.requireNonNull(Yaml.class.getResourceAsStream("/catalog/" + name), name)) {
      return read(name, file.readAllBytes());
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /**
   * A document that is one object.
   *
   * @param name what messages call it
   * @throws CatalogException when it is no YAML, or no object
   */
  static ObjectNode read(String name, byte[] document) {
    try {
      if (MAPPER.readTree(document) instanceof ObjectNode object) {
        return object;
      }
    } catch (JacksonException malformed) {
      throw new CatalogException(
          "%s: line %d: %s"
              .formatted(name, malformed.getLocation().getLineNr(), malformed.getOriginalMessage()),
          malformed);
    }
    throw new CatalogException(name + ": must be an object of keys and values");
  }
}
