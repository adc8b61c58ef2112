package dev.easel.catalog;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The catalogue as YAML files. A file has any of the sections {@code channels}, {@code models} and
 * {@code listings}; several files together are one catalogue. Every key is known or an error.
 */
public final class CatalogFiles {
  private static final List<String> DEFAULTS =
      List.of(
          "models.yaml",
          "omni.yaml",
          "kie.yaml",
          "apimodels.yaml",
          "art.yaml",
          "openai.yaml",
          "mcp.yaml");

  private CatalogFiles() {}

  /** What Easel sells before anybody has changed it: everything is routed to the sandbox. */
  public static Catalog defaults() {
    return DefinitionReader.read(
        DEFAULTS.stream().map(name -> Keys.ofFile(name, Yaml.resource(name))).toList());
  }

  /**
   * What files say, directories standing for the YAML files in them, and what {@code make} makes of
   * it. All that is wrong is told, each with file, line and column, in the order of the files.
   *
   * @param check refuses a channel that nobody can use with a CatalogException
   * @throws CatalogException when something is wrong
   */
  public static <T> T read(List<Path> paths, Consumer<Catalog> check, Function<Parts, T> make) {
    Mistakes unreadable = new Mistakes();
    List<Keys> documents =
        paths.stream()
            .flatMap(path -> unreadable.attempt(() -> files(path)).stream().flatMap(List::stream))
            .flatMap(file -> unreadable.attempt(() -> document(file)).stream())
            .toList();
    return DefinitionReader.located(
        documents,
        () -> {
          Parts parts = DefinitionReader.parts(documents).checked(check);
          if (unreadable.count() > 0) { // what refers to what is in there is not wrong
            unreadable.addAll(parts.unread().mistakes());
            unreadable.tell();
          }
          return make.apply(parts);
        });
  }

  private static List<Path> files(Path path) {
    if (!Files.isDirectory(path)) {
      return List.of(path);
    }
    try (Stream<Path> inside = Files.list(path)) {
      List<Path> files =
          inside.filter(file -> file.toString().matches(".*\\.ya?ml")).sorted().toList();
      if (files.isEmpty()) {
        throw new CatalogException(path + ": there is no .yaml file in it");
      }
      return files;
    } catch (IOException unreadable) {
      throw new CatalogException(path + ": cannot be read: " + unreadable.getMessage(), unreadable);
    }
  }

  private static Keys document(Path file) {
    try {
      return Keys.ofFile(file.toString(), Yaml.read(file.toString(), Files.readAllBytes(file)));
    } catch (NoSuchFileException missing) {
      throw new CatalogException(file + ": does not exist", missing);
    } catch (IOException unreadable) {
      throw new CatalogException(file + ": cannot be read: " + unreadable.getMessage(), unreadable);
    }
  }

  /** A catalogue as one document. */
  public static String write(Catalog catalog) {
    return Yaml.write(DefinitionWriter.write(catalog));
  }

  /** A catalogue as files, by name: {@code models.yaml}, and one for each dialect. */
  public static Map<String, String> split(Catalog catalog) {
    ObjectNode document = DefinitionWriter.write(catalog);
    ObjectNode listings = (ObjectNode) document.remove("listings");
    Map<String, String> files = new TreeMap<>();
    files.put("models.yaml", Yaml.write(document));
    listings.forEachEntry((dialect, sold) -> {
      ObjectNode file = JsonNodeFactory.instance.objectNode();
      file.putObject("listings").set(dialect, sold);
      files.put(dialect + ".yaml", Yaml.write(file));
    });
    return files;
  }
}
