package dev.easel.catalog;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes a catalogue, or a part of it, in the form that {@link DefinitionReader} reads. The same
 * catalogue is always written the same way, so that what is written can be compared.
 */
final class DefinitionWriter {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private DefinitionWriter() {}

  /** All of it as one document. */
  static ObjectNode write(Catalog catalog) {
    ObjectNode document = JSON.objectNode();
    ObjectNode channels = document.putObject("channels");
    catalog.channels().forEach(channel -> channels.set(channel.id(), write(channel)));
    ObjectNode models = document.putObject("models");
    catalog.models().forEach(model -> models.set(model.id(), write(model)));
    ObjectNode listings = document.putObject("listings");
    catalog
        .listings()
        .forEach(listing ->
            listings.withObjectProperty(listing.dialect()).set(listing.id(), write(listing)));
    return document;
  }

  /** A channel as it is read; its settings name secrets and hold none. */
  static ObjectNode write(Channel channel) {
    ObjectNode keys = JSON.objectNode();
    keys.put("provider", channel.provider());
    channel.concurrency().ifPresent(most -> keys.put("concurrency", most));
    if (!channel.settings().isEmpty()) {
      keys.set("settings", channel.settings());
    }
    return keys;
  }

  /** A model as it is read. */
  static ObjectNode write(Model model) {
    ObjectNode keys = JSON.objectNode();
    keys.put("name", model.label().name());
    keys.put("description", model.label().description());
    keys.put("kind", model.kind().word());
    model.abilities().forEach(ability -> keys.withArray("abilities").add(ability.word()));
    keys.set("parameters", model.parameters());
    keys.put("typical", written(model.limits().typical()));
    keys.put("deadline", written(model.limits().deadline()));
    keys.put("attempts", model.limits().attempts());
    keys.put("state", model.state().word());
    ArrayNode routes = keys.putArray("routes");
    model.routes().forEach(route -> routes.add(write(route)));
    return keys;
  }

  static ObjectNode write(Route route) {
    ObjectNode keys = JSON.objectNode();
    keys.put("channel", route.channel());
    keys.put("model", route.upstreamModel());
    keys.put("priority", route.priority());
    keys.put("weight", route.weight());
    keys.put("outputs", route.outputs());
    return keys;
  }

  private static String written(Duration duration) {
    long seconds = duration.toSeconds();
    if (seconds % 3600 == 0) {
      return seconds / 3600 + "h";
    }
    return seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
  }

  /** A listing as it is read. */
  static ObjectNode write(Listing listing) {
    ObjectNode keys = JSON.objectNode();
    keys.put("model", listing.model());
    listing.aliases().forEach(alias -> keys.withArray("aliases").add(alias));
    ObjectNode fields = keys.putObject("fields");
    listing.fields().forEach(field -> fields.set(field.name(), write(field)));
    listing.request().rules().forEach(rule -> keys.withArray("rules").add(write(rule)));
    ArrayNode price = keys.putArray("price");
    listing.price().rows().forEach(row -> price.add(write(row)));
    keys.put("state", listing.state().word());
    return keys;
  }

  /** The name of the parameter where there is no more to say. */
  private static JsonNode write(Field field) {
    ObjectNode keys = JSON.objectNode();
    field.meaning().ifPresent(meaning -> keys.put("means", meaning.written()));
    if (field.presence().required()) {
      keys.put("required", true);
    }
    if (!field.values().isEmpty()) {
      keys.set("values", write(field.values()));
    }
    field.meaning().flatMap(Field.Meaning::open).ifPresent(open -> keys.put("open", open));
    keys.setAll(field.bounds());
    field.presence().preset().ifPresent(preset -> keys.set("default", preset));
    if (field.presence().quoted()) {
      keys.put("quoted", true);
    }
    return keys.size() == 1 && keys.has("means") ? keys.path("means") : keys;
  }

  private static JsonNode write(Map<String, JsonNode> values) {
    if (values.entrySet().stream().allMatch(it -> it.getValue().asString().equals(it.getKey()))) {
      return JSON.arrayNode().addAll(values.values());
    }
    ObjectNode words = JSON.objectNode();
    values.forEach(words::set);
    return words;
  }

  private static ObjectNode write(Rule rule) {
    ObjectNode keys = JSON.objectNode();
    rule.conditions().with().forEach(keys.withArray("with")::add);
    rule.conditions().without().forEach(keys.withArray("without")::add);
    ObjectNode when = keys.putObject("when");
    rule.conditions().when().forEach(choice -> write(choice, when));
    keys.properties().removeIf(condition -> condition.getValue().isEmpty());
    switch (rule.demand()) {
      case Rule.Demand.Needs(List<String> fields) -> fields.forEach(keys.putArray("needs")::add);
      case Rule.Demand.Excludes(List<String> fields) ->
          fields.forEach(keys.putArray("excludes")::add);
      case Rule.Demand.Only(Rule.Choice choice) -> write(choice, keys.putObject("only"));
      case Rule.Demand.Never(Rule.Choice choice) -> write(choice, keys.putObject("never"));
    }
    return keys;
  }

  private static void write(Rule.Choice choice, ObjectNode keys) {
    choice.words().forEach(keys.putArray(choice.field())::add);
  }

  private static ObjectNode write(Price.Row row) {
    ObjectNode keys = JSON.objectNode();
    keys.put("credits", row.credits());
    keys.put("per", row.per().word());
    if (row.when().isEmpty()) {
      return keys;
    }
    ObjectNode when = keys.putObject("when");
    // Sorted, so that the same price is always written the same way.
    new TreeMap<>(row.when())
        .forEach((name, values) -> values.stream().sorted().forEach(when.putArray(name)::add));
    return keys;
  }
}
