package dev.easel.config;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where results and uploaded files are kept.
 *
 * @param also read as well, while files move from one place to another
 * @param s3 how buckets are reached
 * @param publicBase stands before the names of files in addresses that are given away; empty for
 *     this server's own
 */
public record AssetSettings(
    AssetLocation location, Optional<AssetLocation> also, S3 s3, Optional<URI> publicBase) {

  /** How files in a bucket are downloaded. */
  public enum Downloads {
    EASEL,
    PRESIGNED
  }

  /**
   * How buckets are reached.
   *
   * @param endpoint empty for AWS
   * @param region empty for what the AWS variables or profile of this process say
   * @param keys empty for what they say, or the role of the machine
   */
  public record S3(
      Optional<URI> endpoint,
      Optional<String> region,
      boolean pathStyle,
      Optional<Keys> keys,
      Downloads downloads) {}

  /** A key pair. */
  public record Keys(Secret access, Secret secret) {}

  static final Setting<Path> DIRECTORY =
      Setting.of("assets.dir", Type.PATH, "Another name of assets, for a directory only.")
          .defaultsTo(
              "DATA/assets", settings -> settings.get(DataSettings.DIRECTORY).resolve("assets"))
          .example("/mnt/shared/assets");

  static final Setting<AssetLocation> LOCATION =
      Setting.of("assets", Type.ASSETS, "Directory or bucket for results and uploads.")
          .defaultsTo(
              "assets.dir", settings -> new AssetLocation.Directory(settings.get(DIRECTORY)))
          .example("s3://easel-assets/production");

  static final Setting<AssetLocation> ALSO =
      Setting.of("assets.also", Type.ASSETS, "A second place that is read too, while files move.")
          .otherwise("no second place")
          .example("/var/lib/easel/assets");

  static final Setting<URI> PUBLIC_BASE =
      Setting.of("assets.public-base", Type.HTTP_URL, "Base of the addresses of files, for a CDN.")
          .otherwise("PUBLIC-URL/files")
          .example("https://cdn.example.com");

  static final Setting<URI> S3_ENDPOINT =
      Setting.of("assets.s3.endpoint", Type.HTTP_URL, "Where buckets are.")
          .otherwise("AWS")
          .example("https://minio.example.com:9000");

  static final Setting<String> S3_REGION =
      Setting.of("assets.s3.region", Type.TEXT, "Region of the buckets.")
          .otherwise("AWS_REGION; us-east-1 where an endpoint is set")
          .example("auto");

  static final Setting<Boolean> S3_PATH_STYLE =
      Setting.of(
              "assets.s3.path-style",
              Type.YES_OR_NO,
              "Whether addresses have the bucket in their path rather than in their host.")
          .defaultsTo(
              "true where an endpoint is set", settings -> settings.find(S3_ENDPOINT).isPresent());

  static final Setting<Secret> S3_ACCESS_KEY =
      Setting.of("assets.s3.access-key", Type.SECRET, "Key that requests are signed with.")
          .otherwise("AWS variables, profile or role");

  static final Setting<Secret> S3_SECRET_KEY =
      Setting.of("assets.s3.secret-key", Type.SECRET, "Secret of that key.")
          .otherwise("AWS variables, profile or role");

  static final Setting<Downloads> S3_DOWNLOADS =
      Setting.of(
              "assets.s3.downloads",
              Type.oneOf(Downloads.class),
              "Whether files come through Easel or by a redirect to a presigned address.")
          .defaultsTo("easel");

  static final Section SECTION =
      Section.of(
          "Assets",
          LOCATION,
          DIRECTORY,
          ALSO,
          PUBLIC_BASE,
          S3_ENDPOINT,
          S3_REGION,
          S3_PATH_STYLE,
          S3_ACCESS_KEY,
          S3_SECRET_KEY,
          S3_DOWNLOADS);

  static AssetSettings from(Settings settings) {
    List<String> problems = new ArrayList<>();
    if (settings.isGiven(LOCATION) && settings.isGiven(DIRECTORY)) {
      problems.add(
          "assets (from %s) and assets.dir (from %s) are two names of one thing: give one"
              .formatted(settings.source(LOCATION), settings.source(DIRECTORY)));
    }
    AssetLocation location = settings.get(LOCATION);
    Optional<AssetLocation> also = settings.find(ALSO);
    if (also.filter(location::equals).isPresent()) {
      problems.add("assets.also (from %s) is the same as assets".formatted(settings.source(ALSO)));
    }
    Optional<Secret> access = settings.find(S3_ACCESS_KEY);
    Optional<Secret> secret = settings.find(S3_SECRET_KEY);
    if (access.isPresent() != secret.isPresent()) {
      problems.add(
          "assets.s3.access-key and assets.s3.secret-key go together: %s is missing"
              .formatted(access.isPresent() ? S3_SECRET_KEY.key() : S3_ACCESS_KEY.key()));
    }
    if (!problems.isEmpty()) {
      throw new SettingsException(problems);
    }
    return new AssetSettings(
        location,
        also,
        new S3(
            settings.find(S3_ENDPOINT),
            settings.find(S3_REGION),
            settings.get(S3_PATH_STYLE),
            access.flatMap(key -> secret.map(word -> new Keys(key, word))),
            settings.get(S3_DOWNLOADS)),
        settings.find(PUBLIC_BASE));
  }
}
