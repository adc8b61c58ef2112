package dev.easel.catalog;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a request asks of a model, in Easel's own terms: a JSON object that the model's schema has
 * accepted, so that the accessors here need not check again. Every dialect's field names have been
 * mapped to these words before; which of them a model knows is data, in the catalogue.
 */
public final class Parameters {
  private final ObjectNode values;

  /** Wraps a copy of {@code values}; the caller has validated them. */
  public Parameters(ObjectNode values) {
    this.values = values.deepCopy();
  }

  /** The description of what to make; empty where the model needs none. */
  public String prompt() {
    return text("prompt").orElse("");
  }

  /** Addresses of the reference images, in the order given. */
  public List<String> images() {
    return texts("images");
  }

  /** Addresses of the reference films, in the order given. */
  public List<String> videos() {
    return texts("videos");
  }

  /** Addresses of the reference sounds, in the order given. */
  public List<String> audios() {
    return texts("audios");
  }

  /** Address of the picture that a film begins with. */
  public Optional<String> firstFrame() {
    return text("first_frame");
  }

  /** Address of the picture that a film ends with. */
  public Optional<String> lastFrame() {
    return text("last_frame");
  }

  /**
   * Address of the mask: where it is transparent (or white, without alpha), the first reference may
   * be painted over.
   */
  public Optional<String> mask() {
    return text("mask");
  }

  /** How many outputs are asked for; 1 unless told. */
  public int n() {
    return integer("n").orElse(1);
  }

  /** {@code W:H}, or {@code auto}. */
  public Optional<String> aspectRatio() {
    return text("aspect_ratio");
  }

  /** {@code WIDTHxHEIGHT} in pixels, or {@code auto}; goes before ratio and resolution. */
  public Optional<String> size() {
    return text("size");
  }

  /** Images: {@code 1K}, {@code 2K}, {@code 4K}. Videos: {@code 480p} to {@code 2160p}. */
  public Optional<String> resolution() {
    return text("resolution");
  }

  /** Whether what is behind the subject is to be left out. */
  public boolean isTransparent() {
    return text("background").filter("transparent"::equals).isPresent();
  }

  /** {@code png}, {@code jpeg} or {@code webp}. */
  public Optional<String> outputFormat() {
    return text("output_format");
  }

  /** Quality of a file that loses some, in percent. */
  public OptionalInt outputCompression() {
    return integer("output_compression");
  }

  /** Length of a video in seconds; empty where it is left to the model. */
  public OptionalInt duration() {
    return integer("duration");
  }

  /** Makes a generation repeatable. */
  public OptionalLong seed() {
    JsonNode seed = values.path("seed");
    return seed.isIntegralNumber() ? OptionalLong.of(seed.longValue()) : OptionalLong.empty();
  }

  /** A text parameter by its name. */
  public Optional<String> text(String name) {
    JsonNode value = values.path(name);
    return value.isString() ? Optional.of(value.stringValue()) : Optional.empty();
  }

  private List<String> texts(String name) {
    JsonNode list = values.path(name);
    return list.isArray() ? list.valueStream().map(JsonNode::asString).toList() : List.of();
  }

  /** A text, number or boolean as the catalogue's price tables write it. */
  Optional<String> written(String name) {
    JsonNode value = values.path(name);
    return value.isValueNode() && !value.isNull()
        ? Optional.of(value.asString())
        : Optional.empty();
  }

  /** The same with a length in seconds. */
  Parameters lasting(int seconds) {
    return new Parameters(values.deepCopy().put("duration", seconds));
  }

  private OptionalInt integer(String name) {
    JsonNode value = values.path(name);
    return value.isIntegralNumber() ? OptionalInt.of(value.intValue()) : OptionalInt.empty();
  }

  /** A copy as JSON: what the database keeps. */
  public ObjectNode toJson() {
    return values.deepCopy();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Parameters that && values.equals(that.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  @Override
  public String toString() {
    return values.toString();
  }
}
