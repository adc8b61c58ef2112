package dev.easel.config;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Settings from {@code EASEL_*} variables. */
final class Environment {
  /** Names the settings file, as {@code --config} does. */
  static final String FILE = "EASEL_CONFIG";

  /** Read by the launcher, before there are settings. */
  private static final Set<String> LAUNCHER = Set.of("EASEL_JAVA_HOME", "EASEL_JAVA_OPTS");

  /**
   * Kubernetes describes every service of a namespace to every pod; those of a service whose name
   * is or begins with "easel" are not ours.
   */
  private static final Pattern SERVICE_LINK =
      Pattern.compile(
          "EASEL_(\\w+_)?(SERVICE_HOST|SERVICE_PORT(_\\w+)?|PORT_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)=.*"
              + "|EASEL_(\\w+_)?PORT=(tcp|udp|sctp)://.*",
          Pattern.DOTALL);

  private Environment() {}

  static Map<String, Given> read(
      Map<String, String> variables, Collection<String> keys, List<String> problems) {
    Map<String, String> keyByVariable = new HashMap<>();
    keys.forEach(key -> keyByVariable.put(Setting.variable(key), key));
    Map<String, Given> layer = new HashMap<>();
    new TreeMap<>(variables)
        .forEach((variable, text) -> {
          String key = keyByVariable.get(variable);
          if (key != null && !text.isBlank()) {
            // Compose files pass "" for a variable that is not set.
            layer.put(key, new Given(text, variable));
          } else if (key == null && ours(variable, text)) {
            problems.add(unknown(variable, keyByVariable.keySet()));
          }
        });
    return layer;
  }

  private static boolean ours(String variable, String text) {
    return variable.startsWith(Setting.VARIABLE_PREFIX)
        && !variable.equals(FILE)
        && !LAUNCHER.contains(variable)
        && !SERVICE_LINK.matcher(variable + "=" + text).matches();
  }

  private static String unknown(String variable, Collection<String> known) {
    String name = variable.substring(Setting.VARIABLE_PREFIX.length());
    List<String> names =
        known.stream().map(one -> one.substring(Setting.VARIABLE_PREFIX.length())).toList();
    String hint =
        Nearest.to(name, names)
            .map(near -> "; did you mean " + Setting.VARIABLE_PREFIX + near + "?")
            .orElse("; `easel config` lists all settings");
    return "unknown environment variable " + variable + hint;
  }
}
