package dev.easel.config;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * Where the node listens and how the world reaches it.
 *
 * @param port 0 for any free one
 * @param configuredPublicUrl without a slash at the end
 * @param heartbeat after how long without an event an event stream sends a comment
 * @param drain how long a stopping node waits for what has been sent to providers
 */
public record ServerSettings(
    String host, int port, Optional<URI> configuredPublicUrl, Duration heartbeat, Duration drain) {
  static final Setting<String> HOST =
      Setting.of("server.host", Type.HOST, "Address to listen on.")
          .defaultsTo("127.0.0.1")
          .example("0.0.0.0")
          .shortFlag("--host");

  static final Setting<Integer> PORT =
      Setting.of(
              "server.port", Type.wholeNumber(0, 65_535), "Port to listen on; 0 takes a free one.")
          .defaultsTo("8080")
          .example("80")
          .shortFlag("--port");

  static final Setting<URI> PUBLIC_URL =
      Setting.of("public-url", Type.HTTP_URL, "Base of links and callbacks.")
          .otherwise("http://localhost:PORT")
          .example("https://easel.example.com");

  static final Setting<Duration> HEARTBEAT =
      Setting.of(
              "server.heartbeat-seconds",
              Type.seconds(1, 300),
              "Silence after which an event stream sends a comment.")
          .defaultsTo("15");

  static final Setting<Duration> DRAIN =
      Setting.of(
              "drain-seconds",
              Type.seconds(0, 3_600),
              "How long a stopping node waits for answers of providers.")
          .defaultsTo("120");

  static final Section SECTION = Section.of("Server", HOST, PORT, PUBLIC_URL, HEARTBEAT, DRAIN);

  static ServerSettings from(Settings settings) {
    return new ServerSettings(
        settings.get(HOST),
        settings.get(PORT),
        settings.find(PUBLIC_URL),
        settings.get(HEARTBEAT),
        settings.get(DRAIN));
  }

  /** The base of links and callbacks, for a node that listens on {@code boundPort}. */
  public URI publicUrl(int boundPort) {
    return configuredPublicUrl.orElseGet(() -> URI.create("http://localhost:" + boundPort));
  }
}
