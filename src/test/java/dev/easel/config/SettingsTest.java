package dev.easel.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {
  @TempDir private Path directory;

  private final Map<String, String> environment = new HashMap<>();
  private final Map<String, String> flags = new HashMap<>();
  private Optional<Path> file = Optional.empty();

  @Test
  void nothingGivenIsEveryDefault() {
    assertThat(config())
        .isEqualTo(
            new EaselConfig(
                new DataSettings(Path.of("data"), Optional.empty()),
                new ServerSettings(
                    "127.0.0.1",
                    8080,
                    Optional.empty(),
                    Duration.ofSeconds(15),
                    Duration.ofMinutes(2)),
                new ApiSettings(OptionalInt.empty(), false, Duration.ofMinutes(9)),
                new DatabaseSettings(Optional.empty(), "easel", new Secret(""), 20),
                new AssetSettings(
                    new AssetLocation.Directory(Path.of("data/assets")),
                    Optional.empty(),
                    new AssetSettings.S3(
                        Optional.empty(),
                        Optional.empty(),
                        false,
                        Optional.empty(),
                        AssetSettings.Downloads.EASEL),
                    Optional.empty()),
                new RetentionSettings(
                    Optional.of(Duration.ofDays(14)),
                    Optional.of(Duration.ofDays(14)),
                    Optional.of(Duration.ofDays(14)),
                    Optional.of(Duration.ofDays(14)),
                    Optional.of(Duration.ofDays(60)),
                    OptionalLong.empty()),
                new ProvenanceSettings(true, false, Optional.empty()),
                new NetSettings(List.of()),
                new EngineSettings(256, Duration.ofSeconds(20), OptionalInt.of(20)),
                new SandboxSettings(
                    OptionalInt.of(4), Duration.ofSeconds(1), Duration.ofSeconds(2)),
                new LogSettings(LogSettings.Format.TEXT, LogSettings.Level.INFO)));
  }

  @Test
  void everythingCanBeSet() throws IOException {
    yaml(
        """
        data: /srv/easel
        master-key: k
        server: {host: '::1', port: 0}
        public-url: https://easel.example.com/images/
        db:
          url: jdbc:postgresql://a,b/easel
          user: e
          password: p
          connections: 5
        assets: s3://files/easel/
        assets.also: /srv/assets
        assets.public-base: https://cdn.example.com/
        assets.s3:
          endpoint: https://minio:9000
          region: auto
          path-style: false
          access-key: a
          secret-key: s
          downloads: presigned
        assets.keep: {image: 30d, video: 36h, audio: 90m, input: forever, tasks: 7d}
        assets.quota: 20GiB
        provenance: {iptc: off, aigc: on, producer: "上海 AI: 0011"}
        net:
          allow: [10.0.0.0/8, "fd00::/8"]
        engine.concurrency: 7
        engine.lease-seconds: 9
        tasks.running-per-account: 0
        sandbox:
          concurrency: 0
          image-latency: 800ms
          video-latency: 1m
        server.heartbeat-seconds: 20
        drain-seconds: 3
        api: {requests-per-minute: 90, kie-statuses: matching, longest-wait: 2m}
        log: {format: json, level: debug}
        """);

    assertThat(config())
        .isEqualTo(
            new EaselConfig(
                new DataSettings(Path.of("/srv/easel"), Optional.of(new Secret("k"))),
                new ServerSettings(
                    "::1",
                    0,
                    Optional.of(URI.create("https://easel.example.com/images")),
                    Duration.ofSeconds(20),
                    Duration.ofSeconds(3)),
                new ApiSettings(OptionalInt.of(90), true, Duration.ofMinutes(2)),
                new DatabaseSettings(
                    Optional.of("jdbc:postgresql://a,b/easel"), "e", new Secret("p"), 5),
                new AssetSettings(
                    new AssetLocation.Bucket("files", "easel"),
                    Optional.of(new AssetLocation.Directory(Path.of("/srv/assets"))),
                    new AssetSettings.S3(
                        Optional.of(URI.create("https://minio:9000")),
                        Optional.of("auto"),
                        false,
                        Optional.of(new AssetSettings.Keys(new Secret("a"), new Secret("s"))),
                        AssetSettings.Downloads.PRESIGNED),
                    Optional.of(URI.create("https://cdn.example.com"))),
                new RetentionSettings(
                    Optional.of(Duration.ofDays(30)),
                    Optional.of(Duration.ofHours(36)),
                    Optional.of(Duration.ofMinutes(90)),
                    Optional.empty(),
                    Optional.of(Duration.ofDays(7)),
                    OptionalLong.of(20L << 30)),
                new ProvenanceSettings(false, true, Optional.of("上海 AI: 0011")),
                new NetSettings(List.of("10.0.0.0/8", "fd00::/8")),
                new EngineSettings(7, Duration.ofSeconds(9), OptionalInt.empty()),
                new SandboxSettings(
                    OptionalInt.empty(), Duration.ofMillis(800), Duration.ofMinutes(1)),
                new LogSettings(LogSettings.Format.JSON, LogSettings.Level.DEBUG)));
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        // file, environment, flag, expected value and source
        "-, -, -, 8080, default",
        "1, -, -, 1, easel.yaml:2",
        "1, 2, -, 2, EASEL_SERVER_PORT",
        "1, 2, 3, 3, --server-port",
        "-, 2, 3, 3, --server-port",
        "1, -, 3, 3, --server-port",
        "1, '', -, 1, easel.yaml:2",
        "'', -, -, 8080, default",
        "1, 2, '', 8080, default",
      })
  void laterSourcesWin(String inFile, String variable, String flag, String value, String source)
      throws IOException {
    if (inFile != null) {
      yaml("server:\n  port: " + inFile + "\n");
    }
    if (variable != null) {
      environment.put("EASEL_SERVER_PORT", variable);
    }
    if (flag != null) {
      flags.put("server.port", flag);
    }

    assertThat(settings().shown(ServerSettings.PORT)).isEqualTo(value);
    assertThat(settings().source(ServerSettings.PORT)).endsWith(source);
  }

  @Test
  void aFolderOfAssetsFollowsTheDataDirectory() {
    flags.put("data", "/srv");

    assertThat(config().assets().location())
        .isEqualTo(new AssetLocation.Directory(Path.of("/srv/assets")));
    assertThat(config().data().masterKeyFile()).isEqualTo(Path.of("/srv/master.key"));
  }

  @Test
  void thePublicUrlFollowsThePortThatWasBound() {
    assertThat(config().server().publicUrl(54321)).hasToString("http://localhost:54321");
    flags.put("public-url", "https://easel.example.com/");
    assertThat(config().server().publicUrl(54321)).hasToString("https://easel.example.com");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "server.port           | 80x                       | a whole number from 0 to 65535",
        "server.port           | 65536                     | a whole number from 0 to 65535",
        "server.port           | -1                        | a whole number from 0 to 65535",
        "server.host           | localhost:80              | a host name or an IP address, without a port",
        "server.host           | http://x                  | a host name or an IP address, without a port",
        "public-url            | example.com               | a URL such as https://easel.example.com, without user, query or fragment",
        "public-url            | ftp://example.com         | a URL such as https://easel.example.com, without user, query or fragment",
        "public-url            | https://example.com/?a=b  | a URL such as https://easel.example.com, without user, query or fragment",
        "db.url                | mysql://x                 | a URL that starts with jdbc:postgresql://",
        "db.connections        | many                      | a whole number from 2 to 1000",
        "assets                | gs://files                | a directory, s3://BUCKET or s3://BUCKET/PREFIX",
        "assets                | s3://Files                | a directory, s3://BUCKET or s3://BUCKET/PREFIX",
        "assets                | s3:/files                 | a directory, s3://BUCKET or s3://BUCKET/PREFIX",
        "assets                | s3://files/a b            | a directory, s3://BUCKET or s3://BUCKET/PREFIX",
        "assets.s3.path-style  | yes                       | true or false",
        "net.allow             | 10.0.0.0                  | IP networks such as 10.0.0.0/8 or fd00::/8, separated by commas",
        "net.allow             | 10.0.0.0/33               | IP networks such as 10.0.0.0/8 or fd00::/8, separated by commas",
        "net.allow             | 10.0.0.0/8,               | IP networks such as 10.0.0.0/8 or fd00::/8, separated by commas",
        "net.allow             | example.com/8             | IP networks such as 10.0.0.0/8 or fd00::/8, separated by commas",
        "engine.lease-seconds  | 20s                       | a whole number of seconds from 1 to 600",
        "sandbox.image-latency | 5                         | a duration such as 500ms, 2s or 1m",
        "sandbox.image-latency | 1h                        | a duration such as 500ms, 2s or 1m",
        "sandbox.image-latency | -1s                       | a duration such as 500ms, 2s or 1m",
        "log.format            | xml                       | text or json",
        "log.level             | all                       | trace or debug or info or warn or error",
      })
  void aBadValueIsOneLineThatSaysWhatIsAllowed(String key, String text, String allowed) {
    flags.put(key, text);

    assertThatThrownBy(this::settings)
        .isInstanceOf(SettingsException.class)
        .hasMessage(
            key + " (from " + Setting.flag(key) + ") is \"" + text + "\"; it must be " + allowed);
  }

  @Test
  void allThatIsWrongIsSaidAtOnce() throws IOException {
    yaml(
        """
        db:
          ulr: jdbc:postgresql://db/easel
        port: 80
        log.format: xml
        frobnicate: yes
        """);
    environment.put("EASEL_ASSET_DIR", "/srv");
    environment.put("EASEL_LOG_LEVEL", "loud");
    flags.put("server.port", "http");

    assertThat(problems())
        .containsExactlyInAnyOrder(
            "unknown setting db.ulr in " + file() + ":2; did you mean db.url?",
            "unknown setting port in " + file() + ":3; did you mean server.port?",
            "unknown setting frobnicate in " + file() + ":5; `easel config` lists all settings",
            "log.format (from " + file() + ":4) is \"xml\"; it must be text or json",
            "unknown environment variable EASEL_ASSET_DIR; did you mean EASEL_ASSETS_DIR?",
            "log.level (from EASEL_LOG_LEVEL) is \"loud\"; it must be trace or debug or info or"
                + " warn or error",
            "server.port (from --server-port) is \"http\"; it must be a whole number from 0 to"
                + " 65535");
  }

  @ParameterizedTest
  @CsvSource({
    "EASEL_PORT, 8080, ; did you mean EASEL_SERVER_PORT?",
    "EASEL_DB_ULR, x, ; did you mean EASEL_DB_URL?",
    "EASEL_DBURL, x, ; did you mean EASEL_DB_URL?",
    "EASEL_FROBNICATE, x, ; `easel config` lists all settings",
  })
  void anUnknownVariableNamesTheNearest(String variable, String text, String hint) {
    environment.put(variable, text);

    assertThat(problems()).containsExactly("unknown environment variable " + variable + hint);
  }

  @Test
  void variablesOfTheLauncherAndOfKubernetesAreLeftAlone() {
    environment.putAll(
        Map.of(
            "EASEL_JAVA_HOME", "/opt/jdk",
            "EASEL_JAVA_OPTS", "-Xmx1g",
            "EASEL_SERVICE_HOST", "10.0.0.1",
            "EASEL_SERVICE_PORT_HTTP", "80",
            "EASEL_PORT", "tcp://10.0.0.1:80",
            "EASEL_PORT_80_TCP_ADDR", "10.0.0.1",
            "EASEL_METRICS_PORT_80_TCP", "tcp://10.0.0.1:80",
            "OTHER_PORT", "80"));

    assertThat(settings().source(ServerSettings.PORT)).isEqualTo("default");
  }

  @Test
  void aSecretCanComeFromAFileInEverySource() throws IOException {
    Path secret = Files.writeString(directory.resolve("secret"), " p w \r\n");
    yaml("db:\n  password-file: " + secret + "\n");
    assertThat(config().database().password().value()).isEqualTo(" p w ");
    assertThat(settings().source(DatabaseSettings.PASSWORD)).endsWith("easel.yaml:2");

    environment.put("EASEL_DB_PASSWORD", "from the environment");
    assertThat(config().database().password().value()).isEqualTo("from the environment");

    flags.put("db.password-file", secret.toString());
    assertThat(config().database().password().value()).isEqualTo(" p w ");
    assertThat(settings().source(DatabaseSettings.PASSWORD)).isEqualTo("--db-password-file");
  }

  @Test
  void aSecretFileThatIsNotThereOrEmptyIsAnError() throws IOException {
    Path empty = Files.writeString(directory.resolve("empty"), "\n");
    Path absent = directory.resolve("absent");
    environment.put("EASEL_DB_PASSWORD_FILE", absent.toString());
    environment.put("EASEL_MASTER_KEY_FILE", empty.toString());

    assertThat(problems())
        .containsExactlyInAnyOrder(
            "db.password-file (from EASEL_DB_PASSWORD_FILE) names a file that cannot be read: "
                + absent
                + " does not exist",
            "master-key-file (from EASEL_MASTER_KEY_FILE) names an empty file: " + empty);
  }

  @Test
  void oneSourceGivesASecretOnce() {
    flags.put("db.password", "p");
    flags.put("db.password-file", "/dev/null/x");

    assertThat(problems())
        .contains("db.password is given twice, by --db-password and by --db-password-file");
  }

  @Test
  void secretsPrintAsStars() {
    flags.put("db.password", "hunter2");
    flags.put("master-key", "hunter2");
    assertThat(config().toString()).doesNotContain("hunter2");

    flags.put("db.url", "jdbc:postgresql://db/easel?user=a&password=hunter2&ssl=true");
    assertThat(settings().shown(DatabaseSettings.PASSWORD)).isEqualTo("********");
    assertThat(settings().shown(DatabaseSettings.URL))
        .isEqualTo("jdbc:postgresql://db/easel?user=a&password=********&ssl=true");
  }

  @Test
  void aPasswordInARefusedUrlIsNotPrinted() {
    flags.put("db.url", "postgres://easel:hunter2@db/easel");

    assertThat(problems().getFirst()).contains("postgres://easel:********@db/easel");
  }

  @Test
  void aKeyCountsOnceHoweverItIsWritten() throws IOException {
    yaml("server.port: 1\nserver:\n  port: 2\n");

    assertThat(problems())
        .containsExactly("server.port is given twice, in %s:1 and %1$s:3".formatted(file()));
  }

  @Test
  void onlyListsTakeSeveralValues() throws IOException {
    yaml("db.user: [a, b]\nserver.host:\n  name: x\nnet.allow: [[10.0.0.0/8]]\nlog.level: warn\n");

    assertThat(problems())
        .containsExactly(
            "db.user (from " + file() + ":1) must be one plain value",
            "server.host (from " + file() + ":2) must be one plain value",
            "net.allow (from " + file() + ":4) must be a list of plain values");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'server: [1'        | is not YAML: ",
        "'server:\n\tport: 1'| is not YAML: ",
        "'- a'               | must hold `key: value` lines",
      })
  void aFileThatIsNoMapIsRefused(String text, String expected) throws IOException {
    yaml(text);

    assertThat(problems()).singleElement().asString().startsWith(file() + ":").contains(expected);
  }

  @Test
  void anEmptyFileSetsNothing() throws IOException {
    yaml("# nothing yet\n");

    assertThat(settings().source(ServerSettings.PORT)).isEqualTo("default");
  }

  @Test
  void theEnvironmentMayNameTheFileAndAFlagAnother() throws IOException {
    yaml("server.port: 1\n");
    environment.put("EASEL_CONFIG", file().toString());
    Optional<Path> named = file;
    file = Optional.empty();
    assertThat(config().server().port()).isEqualTo(1);

    environment.put("EASEL_CONFIG", "/elsewhere.yaml");
    assertThat(problems())
        .containsExactly("cannot read the settings file /elsewhere.yaml: it does not exist");

    file = named;
    assertThat(config().server().port()).isEqualTo(1);
  }

  private EaselConfig config() {
    return EaselConfig.from(settings());
  }

  private Settings settings() {
    return Settings.read(EaselConfig.all(), new Sources(file, environment, flags));
  }

  @Test
  void assetsMayBeAMapOrAPlace() throws IOException {
    yaml("assets: {dir: /srv/assets, s3: {region: auto}}");
    assertThat(config().assets().location())
        .isEqualTo(new AssetLocation.Directory(Path.of("/srv/assets")));
    assertThat(config().assets().s3().region()).contains("auto");
  }

  @Test
  void assetsThatContradictEachOtherAreRefusedTogether() {
    flags.put("assets", "s3://files");
    flags.put("assets.dir", "/srv/assets");
    flags.put("assets.also", "s3://files/");
    flags.put("assets.s3.access-key", "a");

    assertThatThrownBy(this::config)
        .isInstanceOf(SettingsException.class)
        .hasMessage(
            """
            assets (from --assets) and assets.dir (from --assets-dir) are two names of one thing: give one
            assets.also (from --assets-also) is the same as assets
            assets.s3.access-key and assets.s3.secret-key go together: assets.s3.secret-key is missing\
            """);
  }

  private List<String> problems() {
    Throwable wrong = catchThrowableOfType(SettingsException.class, this::settings);
    return String.valueOf(wrong.getMessage()).lines().toList();
  }

  private void yaml(String text) throws IOException {
    file = Optional.of(Files.writeString(directory.resolve("easel.yaml"), text));
  }

  private Path file() {
    return file.orElseThrow();
  }
}
