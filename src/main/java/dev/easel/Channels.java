package dev.easel;

import dev.easel.asset.ImageFetcher;
import dev.easel.catalog.Catalog;
import dev.easel.catalog.Channel;
import dev.easel.config.SandboxSettings;
import dev.easel.provider.Provider;
import dev.easel.provider.References;
import dev.easel.provider.instant.InstantProvider;
import dev.easel.provider.sandbox.SandboxProvider;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

/** The adapters, by the channels that the catalogue configures. */
final class Channels {
  private final Map<String, Provider> byId = new HashMap<>();

  /**
   * Makes an adapter for every channel.
   *
   * @throws IllegalStateException when a channel names an adapter that there is none of
   */
  Channels(Catalog catalog, SandboxSettings sandbox, ImageFetcher images, InstantSource clock) {
    for (Channel channel : catalog.channels()) {
      byId.put(channel.id(), adapter(channel, sandbox, images, clock));
    }
  }

  private static Provider adapter(
      Channel channel, SandboxSettings sandbox, ImageFetcher images, InstantSource clock) {
    return switch (channel.provider()) {
      case "sandbox" ->
          new SandboxProvider(
              new SandboxProvider.Settings(sandbox.imageLatency(), sandbox.videoLatency()),
              clock,
              references(images));
      case "instant" -> new InstantProvider();
      default ->
          throw new IllegalStateException(
              "channel %s wants the provider %s; there are sandbox, instant"
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
