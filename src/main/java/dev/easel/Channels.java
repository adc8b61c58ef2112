package dev.easel;

import dev.easel.asset.ImageFetcher;
import dev.easel.catalog.Catalog;
import dev.easel.catalog.CatalogException;
import dev.easel.catalog.Channel;
import dev.easel.config.SandboxSettings;
import dev.easel.net.Outbound;
import dev.easel.provider.Provider;
import dev.easel.provider.References;
import dev.easel.provider.instant.InstantProvider;
import dev.easel.provider.omni.OmniProvider;
import dev.easel.provider.sandbox.SandboxProvider;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The adapters, by the channels that the catalogue configures. */
final class Channels {
  private final Map<String, Provider> byId = new HashMap<>();

  /**
   * What adapters need of this node.
   *
   * @param guarded for addresses that others give
   * @param trusted also reaches private addresses: for those that the operator gives
   * @param environment the variables that settings may name
   */
  record Means(
      SandboxSettings sandbox,
      ImageFetcher images,
      Outbound guarded,
      Outbound trusted,
      Function<String, Optional<String>> environment,
      InstantSource clock) {}

  /**
   * Makes an adapter for every channel.
   *
   * @throws CatalogException when a channel names an adapter that there is none of, or its settings
   *     are wrong
   */
  Channels(Catalog catalog, Means means) {
    for (Channel channel : catalog.channels()) {
      byId.put(channel.id(), adapter(channel, means));
    }
  }

  private static Provider adapter(Channel channel, Means means) {
    return switch (channel.provider()) {
      case "sandbox" ->
          new SandboxProvider(
              new SandboxProvider.Settings(
                      means.sandbox.imageLatency(), means.sandbox.videoLatency())
                  .of(channel),
              means.clock,
              references(means.images));
      case "instant" -> new InstantProvider();
      case "omni" ->
          new OmniProvider(channel, means.environment, means.guarded, means.trusted, means.clock);
      default ->
          throw new CatalogException(
              "channel %s wants the provider %s; there are instant, omni, sandbox"
                  .formatted(channel.id(), channel.provider()));
    };
  }

  private static References references(ImageFetcher images) {
    return url ->
        switch (images.fetch(url)) {
          case ImageFetcher.Fetched.Image image -> new References.Reference.Loaded(image.content());
          case ImageFetcher.Fetched.Refused(String reason) ->
              new References.Reference.Refused(reason);
        };
  }

  /** The adapter of a channel. */
  Provider provider(String channel) {
    Provider provider = byId.get(channel);
    if (provider == null) {
      throw new IllegalStateException("the catalogue no longer has the channel " + channel);
    }
    return provider;
  }
}
