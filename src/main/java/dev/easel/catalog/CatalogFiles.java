package dev.easel.catalog;

import java.util.List;

/**
 * The catalogue as YAML files. A file has any of the sections {@code channels}, {@code models} and
 * {@code listings}; several files together are one catalogue. Every key is known or an error.
 */
public final class CatalogFiles {
  private static final List<String> DEFAULTS = List.of("models.yaml", "omni.yaml");

  private CatalogFiles() {}

  /** What Easel sells before anybody has changed it: everything is routed to the sandbox. */
  public static Catalog defaults() {
    return Definitions.read(
        DEFAULTS.stream().map(name -> Keys.ofFile(name, Yaml.resource(name))).toList());
  }
}
