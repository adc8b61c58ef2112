package dev.easel.config;

import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A place for results and uploads. */
public sealed interface AssetLocation {
  /** A directory, of this machine or mounted by all nodes. */
  record Directory(Path path) implements AssetLocation {
    @Override
    public String toString() {
      return path.toString();
    }
  }

  /**
   * A bucket of an object store.
   *
   * @param prefix stands before the names of all objects; may be empty
   */
  record Bucket(String name, String prefix) implements AssetLocation {
    @Override
    public String toString() {
      return "s3://" + name + (prefix.isEmpty() ? "" : "/" + prefix);
    }
  }

  /** What {@link #parse} takes; ends the sentence "it must be …". */
  String FORM = "a directory, s3://BUCKET or s3://BUCKET/PREFIX";

  /**
   * Reads {@link #FORM}.
   *
   * @throws IllegalArgumentException when it is neither
   */
  static AssetLocation parse(String text) {
    Matcher bucket = Forms.BUCKET.matcher(text);
    if (bucket.matches()) {
      String prefix = bucket.group(2) == null ? "" : bucket.group(2).replaceAll("^/+|/+$", "");
      return new Bucket(bucket.group(1), prefix);
    }
    if (Forms.SCHEME.matcher(text).lookingAt()) {
      throw new IllegalArgumentException(text);
    }
    return new Directory(Path.of(text).normalize());
  }

  /** An interface's fields are public. */
  final class Forms {
    private static final Pattern BUCKET =
        Pattern.compile("s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(/[A-Za-z0-9!_.*'()/-]*)?");
    private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:");

    private Forms() {}
  }
}
