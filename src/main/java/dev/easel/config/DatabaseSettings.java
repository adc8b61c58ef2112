package dev.easel.config;

import java.util.Optional;

/**
 * Which database holds the state.
 *
 * @param url empty for the embedded one; user and password belong to the URL
 * @param connections the most that this node opens
 */
public record DatabaseSettings(
    Optional<String> url, String user, Secret password, int connections) {
  static final Setting<String> URL =
      Setting.of(
              "db.url",
              Type.DATABASE_URL,
              "External PostgreSQL, one host or several: the one that takes writes is used.")
          .otherwise("embedded PostgreSQL under DATA")
          .example("jdbc:postgresql://db1,db2/easel");

  static final Setting<String> USER =
      Setting.of("db.user", Type.TEXT, "User of the external database.").defaultsTo("easel");

  static final Setting<Secret> PASSWORD =
      Setting.of("db.password", Type.SECRET, "Password of the external database.");

  static final Setting<Integer> CONNECTIONS =
      Setting.of("db.connections", Type.wholeNumber(2, 1_000), "Connections this node may open.")
          .defaultsTo("20");

  static final Section SECTION = Section.of("Database", URL, USER, PASSWORD, CONNECTIONS);

  static DatabaseSettings from(Settings settings) {
    return new DatabaseSettings(
        settings.find(URL),
        settings.get(USER),
        settings.find(PASSWORD).orElse(new Secret("")),
        settings.get(CONNECTIONS));
  }
}
