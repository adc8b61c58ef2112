package dev.easel.catalog;

import dev.easel.catalog.Parsed.Cause;
import dev.easel.catalog.Parsed.Invalid;
import dev.easel.catalog.Rule.Choice;
import dev.easel.catalog.Rule.Demand;
import dev.easel.wording.Phrase;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A rule of a listing, compiled: watches over several fields of a request together. */
final class Guard {
  private final List<Entry> with;
  private final List<Entry> without;
  private final List<Chosen> when;
  private final Demand demand;
  private final List<Entry> subjects;
  private final Optional<Chosen> choice;

  /** A field's values; {@code words} leads from what they mean to how they are written. */
  private record Chosen(Entry entry, Map<String, String> words) {
    static Chosen of(Choice choice, Map<String, Entry> entries) {
      Entry entry = Guard.entry(choice.field(), entries);
      if (entry.isList()) {
        throw new IllegalArgumentException(
            "a rule cannot ask for values of the list " + choice.field());
      }
      Map<String, String> words = new HashMap<>();
      choice.words().forEach(word -> words.putIfAbsent(entry.meaning(word), word));
      return new Chosen(entry, words);
    }

    /** The value as it is written, if it is one of these. */
    Optional<String> among(ObjectNode body, ObjectNode values) {
      return Optional.ofNullable(words.get(value(entry, body, values)));
    }
  }

  private Guard(Rule rule, Map<String, Entry> entries) {
    this.with = rule.conditions().with().stream().map(name -> entry(name, entries)).toList();
    this.without = rule.conditions().without().stream().map(name -> entry(name, entries)).toList();
    this.when =
        rule.conditions().when().stream().map(choice -> Chosen.of(choice, entries)).toList();
    this.demand = rule.demand();
    this.subjects =
        switch (demand) {
          case Demand.Needs(List<String> names) ->
              names.stream().map(name -> entry(name, entries)).toList();
          case Demand.Excludes(List<String> names) ->
              names.stream().map(name -> entry(name, entries)).toList();
          case Demand.Only _, Demand.Never _ -> List.of();
        };
    this.choice =
        switch (demand) {
          case Demand.Only(Choice asked) -> Optional.of(Chosen.of(asked, entries));
          case Demand.Never(Choice asked) -> Optional.of(Chosen.of(asked, entries));
          case Demand.Needs _, Demand.Excludes _ -> Optional.empty();
        };
  }

  /**
   * Compiles a rule over {@code entries}.
   *
   * @throws IllegalArgumentException when it names what is not there
   */
  static Guard compile(Rule rule, List<Entry> entries) {
    Map<String, Entry> byName = new HashMap<>();
    entries.forEach(entry -> byName.put(entry.name(), entry));
    return new Guard(rule, byName);
  }

  private static Entry entry(String name, Map<String, Entry> entries) {
    Entry entry = entries.get(name);
    if (entry == null) {
      throw new IllegalArgumentException("a rule names the field " + name + ", which is not there");
    }
    return entry;
  }

  /** What a parameter is, or what only the dialect reads; empty where nothing is said. */
  private static String value(Entry entry, ObjectNode body, ObjectNode values) {
    String parameter = entry.parameter();
    JsonNode value =
        parameter != null
            ? values.path(parameter)
            : entry.isGiven(body)
                ? body.path(entry.name())
                : entry.preset().orElse(values.path(""));
    return value.asString("");
  }

  /** What the rule has against a request. */
  Optional<Invalid> problem(ObjectNode body, ObjectNode values) {
    for (Entry entry : with) {
      if (!entry.isGiven(body)) {
        return Optional.empty();
      }
    }
    for (Entry entry : without) {
      if (entry.isGiven(body)) {
        return Optional.empty();
      }
    }
    for (Chosen condition : when) {
      if (condition.among(body, values).isEmpty()) {
        return Optional.empty();
      }
    }
    return broken(body, values);
  }

  private Optional<Invalid> broken(ObjectNode body, ObjectNode values) {
    return switch (demand) {
      case Demand.Needs _ ->
          subjects.stream()
              .filter(entry -> !entry.isGiven(body))
              .findFirst()
              .map(entry ->
                  invalid(
                      entry, Cause.MISSING, Phrase.of("required%s", circumstances(body, values))));
      case Demand.Excludes _ ->
          subjects.stream()
              .filter(entry -> entry.isGiven(body))
              .findFirst()
              .map(entry ->
                  invalid(
                      entry,
                      Cause.WRONG_VALUE,
                      Phrase.of("not allowed%s", circumstances(body, values))));
      case Demand.Only(Choice asked) -> {
        Chosen chosen = choice.orElseThrow();
        yield value(chosen.entry, body, values).isEmpty() || chosen.among(body, values).isPresent()
            ? Optional.empty()
            : Optional.of(unsupported(chosen.entry, List.copyOf(asked.words()), body, values));
      }
      case Demand.Never(Choice asked) -> {
        Chosen chosen = choice.orElseThrow();
        List<String> left = new ArrayList<>(chosen.entry.allowed());
        left.removeAll(asked.words());
        yield chosen.among(body, values).isEmpty()
            ? Optional.empty()
            : Optional.of(unsupported(chosen.entry, left, body, values));
      }
    };
  }

  private Invalid unsupported(
      Entry entry, List<String> allowed, ObjectNode body, ObjectNode values) {
    String written =
        entry.isGiven(body) ? body.path(entry.name()).asString() : value(entry, body, values);
    return invalid(
        entry,
        Cause.WRONG_VALUE,
        Phrase.of(
            "%s is not supported%s; allowed: %s",
            Texts.quoted(written), circumstances(body, values), String.join(", ", allowed)));
  }

  private static Invalid invalid(Entry entry, Cause cause, Phrase why) {
    return new Invalid(entry.name(), cause, why);
  }

  /** The conditions in words: {@code with resolution 2K unless image_urls is given}. */
  private Phrase circumstances(ObjectNode body, ObjectNode values) {
    List<Phrase> met = new ArrayList<>();
    with.forEach(entry -> met.add(Phrase.of(entry.name())));
    when.forEach(condition ->
        met.add(
            Phrase.of("%s %s", condition.entry.name(), condition.among(body, values).orElse(""))));
    Phrase present =
        met.stream()
            .reduce((one, next) -> Phrase.of("%s and %s", one, next))
            .map(all -> Phrase.of(" with %s", all))
            .orElseGet(() -> Phrase.of(""));
    Phrase absent =
        without.stream()
            .map(entry -> Phrase.of(entry.name()))
            .reduce((one, next) -> Phrase.of("%s or %s", one, next))
            .map(all -> Phrase.of(" unless %s is given", all))
            .orElseGet(() -> Phrase.of(""));
    return Phrase.of("%s%s", present, absent);
  }
}
