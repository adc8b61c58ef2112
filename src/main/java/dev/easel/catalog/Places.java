package dev.easel.catalog;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.TokenStreamLocation;

/** Where the keys of a file stand. */
final class Places {
  private final String file;
  private final Map<String, Place> places = new HashMap<>();

  private Places(String file) {
    this.file = file;
  }

  /** Reads through a document to its end. */
  static Places of(String file, JsonParser parser) {
    Places found = new Places(file);
    Deque<Level> levels = new ArrayDeque<>();
    for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
      switch (token) {
        case PROPERTY_NAME -> {
          levels.element().key = parser.currentName();
          found.put(levels.element().path(), parser.currentTokenLocation());
        }
        case END_OBJECT, END_ARRAY -> levels.pop();
        default -> {
          String path = "";
          if (!levels.isEmpty()) {
            levels.element().count();
            path = levels.element().path();
            if (levels.element().array) {
              found.put(path, parser.currentTokenLocation());
            }
          }
          if (token.isStructStart()) {
            levels.push(new Level(path, token == JsonToken.START_ARRAY));
          }
        }
      }
    }
    return found;
  }

  private void put(String path, TokenStreamLocation at) {
    places.putIfAbsent(path, new Place(file, path, at.getLineNr(), at.getColumnNr()));
  }

  /**
   * Where something stands.
   *
   * @param path of the nearest key at or around it
   * @param line of that key, counted from 1
   * @param column the same
   */
  record Place(String file, String path, int line, int column) {
    @Override
    public String toString() {
      return file + ":" + line + ":" + column;
    }
  }

  /** Where the key at {@code path} stands, or the nearest one around it that is there. */
  Optional<Place> at(String path) {
    for (String around = path; !around.isEmpty(); around = parent(around)) {
      Place place = places.get(around);
      if (place != null) {
        return Optional.of(place);
      }
    }
    return Optional.empty();
  }

  private static String parent(String path) {
    return path.substring(0, Math.max(0, Math.max(path.lastIndexOf('.'), path.lastIndexOf('['))));
  }

  /** An object or a list that is being read. */
  private static final class Level {
    private final String base;
    private final boolean array;
    private String key = "";
    private int index = -1;

    Level(String base, boolean array) {
      this.base = base;
      this.array = array;
    }

    void count() {
      index++;
    }

    String path() {
      if (array) {
        return base + "[" + index + "]";
      }
      return base.isEmpty() ? key : base + "." + key;
    }
  }
}
