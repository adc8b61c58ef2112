package dev.easel;

import dev.easel.asset.AssetPlace;
import dev.easel.asset.AssetStore;
import dev.easel.asset.LocalAssetStore;
import dev.easel.asset.MovingStore;
import dev.easel.asset.S3Access;
import dev.easel.asset.S3AssetStore;
import dev.easel.asset.S3Bucket;
import dev.easel.config.AssetLocation;
import dev.easel.config.AssetSettings;
import dev.easel.config.EaselConfig;
import dev.easel.config.SettingsException;
import dev.easel.db.Database;
import dev.easel.task.KnownPlaces;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** The places that the settings name, opened: one, or two while files move between them. */
final class Stores implements AutoCloseable {
  private final AssetPlace place;
  private final Optional<AssetPlace> also;

  private Stores(AssetPlace place, Optional<AssetPlace> also) {
    this.place = place;
    this.also = also;
  }

  /**
   * Opens those of a node, which with an external database may have been used by other nodes
   * before.
   *
   * @throws SettingsException when one cannot be used
   */
  static Stores open(EaselConfig config, Database database, InstantSource clock) {
    AssetPlace place = open(config, config.assets().location(), clock);
    Optional<AssetPlace> also =
        config.assets().also().map(location -> open(config, location, clock));
    if (config.database().url().isPresent()) {
      asSettings(
          place.location(),
          () -> {
            KnownPlaces.check(database, place, also, clock.instant());
            return place;
          });
    }
    return new Stores(place, also);
  }

  /**
   * Opens one place.
   *
   * @throws SettingsException when it cannot be used
   */
  static AssetPlace open(EaselConfig config, AssetLocation location, InstantSource clock) {
    return asSettings(
        location.toString(),
        () ->
            switch (location) {
              case AssetLocation.Directory directory ->
                  LocalAssetStore.open(directory.path(), clock);
              case AssetLocation.Bucket bucket ->
                  S3AssetStore.open(
                      new S3Bucket(bucket.name(), bucket.prefix()),
                      access(config.assets().s3()),
                      switch (config.assets().s3().downloads()) {
                        case EASEL -> S3AssetStore.Downloads.THROUGH_US;
                        case PRESIGNED -> S3AssetStore.Downloads.PRESIGNED;
                      },
                      config.data().directory().resolve("arriving"),
                      clock);
            });
  }

  private interface Opening {
    AssetPlace open() throws AssetPlace.CannotOpen, IOException;
  }

  private static AssetPlace asSettings(String location, Opening opening) {
    try {
      return opening.open();
    } catch (AssetPlace.CannotOpen refused) {
      throw new SettingsException(List.of(String.valueOf(refused.getMessage())));
    } catch (IOException unusable) {
      throw new SettingsException(
          List.of("assets: cannot use %s: %s".formatted(location, unusable.getMessage())));
    }
  }

  private static S3Access access(AssetSettings.S3 s3) {
    return new S3Access(
        s3.endpoint(),
        s3.region(),
        s3.pathStyle(),
        s3.keys().map(keys -> new S3Access.Keys(keys.access().value(), keys.secret().value())));
  }

  /** What a node stores to and reads from. */
  AssetStore store() {
    return also.<AssetStore>map(other -> new MovingStore(place, other)).orElse(place);
  }

  @Override
  public void close() {
    place.close();
    also.ifPresent(AssetPlace::close);
  }
}
