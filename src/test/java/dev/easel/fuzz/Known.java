package dev.easel.fuzz;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the server has told of that later requests may speak of: the newest of each. */
final class Known {
  private static final int MOST = 24;
  private static final Pattern TASK =
      Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}");
  private static final Pattern FILE = Pattern.compile("/files/([A-Za-z0-9_-]+\\.[a-z0-9]+)");
  private static final Pattern TOKEN = Pattern.compile("/files/temporary/([A-Za-z0-9_.~-]+)");
  private static final Pattern CURSOR = Pattern.compile("\"next_cursor\":\"([^\"]+)\"");

  private final List<String> tasks = new ArrayList<>();
  private final List<String> files = new ArrayList<>();
  private final List<String> tokens = new ArrayList<>();
  private final List<String> cursors = new ArrayList<>();

  void learn(String text) {
    learn(tasks, TASK.matcher(text), 0);
    learn(files, FILE.matcher(text), 1);
    learn(tokens, TOKEN.matcher(text), 1);
    learn(cursors, CURSOR.matcher(text), 1);
  }

  private static void learn(List<String> those, Matcher in, int group) {
    while (in.find()) {
      String it = in.group(group);
      if (!those.contains(it)) {
        those.add(it);
      }
    }
    while (those.size() > MOST) {
      those.removeFirst();
    }
  }

  /** A task's id; one of nobody's where none is known yet. */
  String task(Dice dice) {
    return tasks.isEmpty() ? "019a7d1c-6a80-7c3e-9a51-0e8f4d6b2c11" : dice.pick(tasks);
  }

  String file(Dice dice) {
    return files.isEmpty() ? "nothing.png" : dice.pick(files);
  }

  String token(Dice dice) {
    return tokens.isEmpty() ? "nothing" : dice.pick(tokens);
  }

  String cursor(Dice dice) {
    return cursors.isEmpty() ? "nothing" : dice.pick(cursors);
  }
}
