package dev.easel.catalog;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;
import tools.jackson.dataformat.yaml.YAMLWriteFeature;

/** Reads and writes the catalogue's YAML into trees; a key that stands twice is an error. */
final class Yaml {
  private static final YAMLMapper MAPPER =
      YAMLMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(
              YAMLWriteFeature.MINIMIZE_QUOTES,
              YAMLWriteFeature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS,
              YAMLWriteFeature.INDENT_ARRAYS_WITH_INDICATOR)
          .disable(YAMLWriteFeature.WRITE_DOC_START_MARKER, YAMLWriteFeature.SPLIT_LINES)
          .build();

  private Yaml() {}

  /** A file as a tree, and where its keys stand. */
  record Document(ObjectNode root, Places places) {}

  /** A file that comes with the program, by its name in {@code resources/catalog}. */
  static Document resource(String name) {
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
  static Document read(String name, byte[] document) {
    try {
      if (MAPPER.readTree(document) instanceof ObjectNode object) {
        try (JsonParser parser = MAPPER.createParser(document)) {
          return new Document(object, Places.of(name, parser));
        }
      }
    } catch (JacksonException malformed) {
      Places.Place place =
          new Places.Place(
              name, "", malformed.getLocation().getLineNr(), malformed.getLocation().getColumnNr());
      throw new CatalogException(
          List.of(new Mistake("", Optional.of(place), inOneLine(malformed))));
    }
    throw new CatalogException(name + ": must be an object of keys and values");
  }

  /** What was being done and what is wrong, without the excerpts of the file between them. */
  private static String inOneLine(JacksonException malformed) {
    return malformed
        .getOriginalMessage()
        .lines()
        .filter(line -> !line.startsWith(" "))
        .limit(2)
        .collect(Collectors.joining(": "));
  }

  /** A tree as people read it. */
  static String write(ObjectNode tree) {
    return MAPPER.writeValueAsString(tree);
  }
}
