package dev.easel.api.document;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * The OpenAPI 3.1 document of this server, kept by hand in {@code openapi.yaml}. It is what the
 * server promises: tests hold it against the routes and the answers.
 */
public final class OpenApi {
  private OpenApi() {}

  /** The document as it was written. */
  static byte[] yaml() {
    return resource("openapi.yaml");
  }

  /** The document as a tree. */
  public static JsonNode document() {
    return new YAMLMapper().readTree(yaml());
  }

  /** A file of the class path, which is there. */
  static byte[] resource(String name) {
    try (InputStream in = OpenApi.class.getClassLoader().getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("missing in the program: " + name);
      }
      return in.readAllBytes();
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }
}
