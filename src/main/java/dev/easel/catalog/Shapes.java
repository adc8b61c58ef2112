package dev.easel.catalog;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The aspect ratios and resolutions that a model has, to find those that come nearest to a size in
 * pixels: not every route makes every size, and prices are told by resolution.
 */
final class Shapes {
  private static final Pattern SIZE = Pattern.compile("([0-9]{1,5})x([0-9]{1,5})");
  private static final Pattern RATIO = Pattern.compile("([0-9]{1,5}):([0-9]{1,5})");
  private static final Pattern SQUARE = Pattern.compile("([0-9]{1,2})K");
  private static final Pattern LINES = Pattern.compile("([0-9]{2,4})p");

  /** A square of 1024 pixels a side still counts for 1536x1024. */
  private static final double ROOM = 1.5;

  private final List<Near> ratios;
  private final List<Near> squares;
  private final List<Near> lines;

  /** A value of a parameter and the number that is to be met; near is small in the logarithm. */
  private record Near(JsonNode word, double logarithm) {}

  private Shapes(List<Near> ratios, List<Near> squares, List<Near> lines) {
    this.ratios = ratios;
    this.squares = squares;
    this.lines = lines;
  }

  /** The shapes of a model; empty for one that is never asked for a size. */
  static Optional<Shapes> of(ParameterSchema model) {
    return model.knows("size")
        ? Optional.of(
            new Shapes(
                numbers(model, "aspect_ratio", RATIO),
                numbers(model, "resolution", SQUARE),
                numbers(model, "resolution", LINES)))
        : Optional.empty();
  }

  private static List<Near> numbers(ParameterSchema model, String parameter, Pattern form) {
    List<Near> numbers = new ArrayList<>();
    if (model.knows(parameter)) {
      for (JsonNode word : model.definition(parameter).path("enum")) {
        Matcher parts = form.matcher(word.asString());
        if (parts.matches()) {
          double number = Double.parseDouble(parts.group(1));
          numbers.add(
              new Near(
                  word,
                  Math.log(
                      parts.groupCount() == 2
                          ? number / Double.parseDouble(parts.group(2))
                          : form == SQUARE ? number * 1024 : number)));
        }
      }
    }
    return List.copyOf(numbers);
  }

  /** Lets ratio and resolution follow the size, where one in pixels is asked for. */
  void follow(ObjectNode values) {
    Matcher sides = SIZE.matcher(values.path("size").asString(""));
    if (!sides.matches()) {
      return;
    }
    double width = Double.parseDouble(sides.group(1));
    double height = Double.parseDouble(sides.group(2));
    set(values, "aspect_ratio", ratios, width / height);
    set(values, "resolution", squares, side(width * height));
    set(values, "resolution", lines, Math.min(width, height));
  }

  /** The side of the least square that has room for so many pixels, else of the largest. */
  private double side(double pixels) {
    return squares.stream()
        .mapToDouble(square -> Math.exp(square.logarithm))
        .sorted()
        .filter(side -> Math.round(side * side * ROOM) >= pixels)
        .findFirst()
        .orElse(Double.MAX_VALUE);
  }

  private static void set(ObjectNode values, String parameter, List<Near> known, double number) {
    double wanted = Math.log(number);
    double distance = Double.POSITIVE_INFINITY;
    for (Near near : known) {
      double away = Math.abs(near.logarithm - wanted);
      if (away < distance) {
        distance = away;
        values.set(parameter, near.word);
      }
    }
  }
}
