package dev.easel.api.document;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** The operations of a document, at every base at which it has them. */
public final class Operations {
  private static final Set<String> METHODS =
      Set.of("get", "put", "post", "delete", "options", "head", "patch", "trace");

  private final List<Operation> all = new ArrayList<>();

  /**
   * One of them.
   *
   * @param path with its base, and with names in braces where anything may stand
   * @param at where it stands in the document, as a JSON pointer
   */
  public record Operation(String method, String path, String at, JsonNode definition) {
    private boolean answers(String asked, String at) {
      return method.equals(asked) && pattern().matcher(at).matches();
    }

    private Pattern pattern() {
      return Pattern.compile("\\Q" + path.replaceAll("\\{[^}]*}", "\\\\E[^/]+\\\\Q") + "\\E");
    }

    @Override
    public String toString() {
      return method + " " + path;
    }
  }

  /** Those of {@code document}. */
  public Operations(JsonNode document) {
    document
        .path("paths")
        .forEachEntry((path, item) -> {
          JsonNode servers = item.has("servers") ? item.path("servers") : document.path("servers");
          for (JsonNode server : servers) {
            String base = server.path("url").asString().replaceFirst("/$", "");
            item.propertyNames().stream()
                .filter(METHODS::contains)
                .forEach(method -> all.add(operation(item, base, path, method)));
          }
        });
    // As the standard has it: a path without names in it goes before one with them.
    all.sort(
        Comparator.comparingLong(
            operation -> operation.path.chars().filter(c -> c == '{').count()));
  }

  private static Operation operation(JsonNode item, String base, String path, String method) {
    return new Operation(
        method.toUpperCase(Locale.ROOT),
        base + path,
        "/paths/" + path.replace("~", "~0").replace("/", "~1") + "/" + method,
        item.path(method));
  }

  /** All of them, at every base. */
  public List<Operation> all() {
    return List.copyOf(all);
  }

  /** Each as {@code METHOD /path}. */
  public Set<String> names() {
    return all.stream().map(Operation::toString).collect(Collectors.toSet());
  }

  /** The one that a request is for. */
  public Optional<Operation> of(String method, String path) {
    return all.stream().filter(operation -> operation.answers(method, path)).findFirst();
  }
}
