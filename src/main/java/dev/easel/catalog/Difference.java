package dev.easel.catalog;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What differs between two catalogues, channel by channel, model, route and listing. */
public record Difference(List<Change> changes) {
  public Difference {
    changes = List.copyOf(changes);
  }

  /** How something differs. */
  public enum Kind {
    ADDED("added"),
    CHANGED("changed"),
    REMOVED("removed");

    private final String word;

    Kind(String word) {
      this.word = word;
    }

    /** In lists and summaries. */
    public String word() {
      return word;
    }
  }

  /**
   * One thing that differs.
   *
   * @param what {@code listing kie nano-banana-2} for example
   * @param details of a change, key by key: {@code price[0].credits: 12 -> 15}
   */
  public record Change(Kind kind, String what, List<String> details) {
    public Change {
      details = List.copyOf(details);
    }
  }

  /** What leads from one catalogue to another. */
  static Difference between(Catalog before, Catalog after) {
    Map<String, ObjectNode> old = things(before);
    Map<String, ObjectNode> now = things(after);
    List<Change> changes = new ArrayList<>();
    now.forEach((what, written) -> {
      ObjectNode was = old.get(what);
      if (was == null) {
        changes.add(new Change(Kind.ADDED, what, List.of()));
      } else if (!was.toString().equals(written.toString())) {
        changes.add(new Change(Kind.CHANGED, what, details(was, written)));
      }
    });
    old.forEach((what, _) -> {
      if (!now.containsKey(what)) {
        changes.add(new Change(Kind.REMOVED, what, List.of()));
      }
    });
    return new Difference(changes);
  }

  private static Map<String, ObjectNode> things(Catalog catalog) {
    Map<String, ObjectNode> things = new LinkedHashMap<>();
    catalog
        .channels()
        .forEach(channel -> things.put("channel " + channel.id(), DefinitionWriter.write(channel)));
    for (Model model : catalog.models()) {
      ObjectNode written = DefinitionWriter.write(model);
      written.remove("routes");
      things.put("model " + model.id(), written);
      model
          .routes()
          .forEach(route ->
              things.put(
                  "route %s to %s %s".formatted(model.id(), route.channel(), route.upstreamModel()),
                  DefinitionWriter.write(route)));
    }
    catalog
        .listings()
        .forEach(listing ->
            things.put(
                "listing " + listing.dialect() + " " + listing.id(),
                DefinitionWriter.write(listing)));
    return things;
  }

  private static List<String> details(ObjectNode before, ObjectNode after) {
    Map<String, String> old = new LinkedHashMap<>();
    Map<String, String> now = new LinkedHashMap<>();
    flatten("", before, old);
    flatten("", after, now);
    TreeSet<String> paths = new TreeSet<>(old.keySet());
    paths.addAll(now.keySet());
    List<String> details = new ArrayList<>();
    for (String path : paths) {
      String was = old.getOrDefault(path, "");
      String is = now.getOrDefault(path, "");
      if (!was.equals(is)) {
        details.add(
            "%s: %s -> %s"
                .formatted(path, was.isEmpty() ? "(none)" : was, is.isEmpty() ? "(none)" : is));
      }
    }
    return details.isEmpty() ? List.of("the order of its keys") : details;
  }

  private static void flatten(String path, JsonNode node, Map<String, String> flat) {
    if (node.isObject()) {
      String prefix = path.isEmpty() ? "" : path + ".";
      node.forEachEntry((key, value) -> flatten(prefix + key, value, flat));
    } else if (node.isArray() && node.valueStream().anyMatch(JsonNode::isObject)) {
      for (int i = 0; i < node.size(); i++) {
        flatten(path + "[" + i + "]", node.get(i), flat);
      }
    } else {
      flat.put(
          path,
          node.isArray()
              ? node.valueStream()
                  .map(JsonNode::asString)
                  .collect(Collectors.joining(", ", "[", "]"))
              : node.asString());
    }
  }

  /** Whether there is none. */
  public boolean isEmpty() {
    return changes.isEmpty();
  }

  /** All of it in one line: {@code changed listing kie nano-banana-2; 3 more}. */
  public String summary() {
    if (changes.isEmpty()) {
      return "nothing";
    }
    Change first = changes.getFirst();
    String told = first.kind.word + " " + first.what;
    return changes.size() == 1 ? told : told + "; " + (changes.size() - 1) + " more";
  }
}
