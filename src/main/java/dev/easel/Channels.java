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
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The adapters, by the channels that the catalogue configures. */
final class Channels {
  private final Means means;
  private volatile Map<String, Fitted> byId = Map.of();

  /** A channel and the adapter that was made for it. */
  private record Fitted(Channel channel, Provider provider) {}

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

  /** No channels yet; see {@link #follow}. */
  Channels(Means means) {
    this.means = means;
  }

  /**
   * Makes an adapter for every channel that is new or has changed. One that is gone stays: what it
   * accepted is still asked about.
   *
   * @throws CatalogException when a channel names an adapter that there is none of, or its settings
   *     are wrong; then nothing has changed
   */
  void follow(Catalog catalog) {
    Map<String, Fitted> next = new HashMap<>(byId);
    for (Channel channel : catalog.channels()) {
      Fitted before = next.get(channel.id());
      if (before == null || !before.channel.equals(channel)) {
        next.put(channel.id(), new Fitted(channel, adapter(channel, means)));
      }
    }
    byId = Map.copyOf(next);
  }

  /**
   * Checks that every channel names an adapter that there is, with settings that it knows, as far
   * as that can be told away from the nodes: their variables and files hold the secrets.
   *
   * @throws CatalogException when one does not
   */
  static void check(Catalog catalog) {
    List<CatalogException> unfit = new ArrayList<>();
    for (Channel channel : catalog.channels()) {
      try {
        check(channel);
      } catch (CatalogException wrong) {
        unfit.add(wrong);
      }
    }
    if (!unfit.isEmpty()) {
      throw CatalogException.all(unfit);
    }
  }

  private static void check(Channel channel) {
    switch (channel.provider()) {
      case "sandbox" -> new SandboxProvider.Settings(Duration.ZERO, Duration.ZERO).of(channel);
      case "instant" -> {}
      case "omni" -> OmniProvider.check(channel);
      default -> throw unknown(channel);
    }
  }

  private static CatalogException unknown(Channel channel) {
    return new CatalogException(
        "channels." + channel.id() + ".provider",
        "channel %s wants the provider %s; there are instant, omni, sandbox"
            .formatted(channel.id(), channel.provider()));
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
      default -> throw unknown(channel);
    };
  }

  private static References references(ImageFetcher images) {
    return (kind, url) ->
        switch (kind) {
          case IMAGE ->
              switch (images.fetch(url)) {
                case ImageFetcher.Fetched.Image image ->
                    new References.Reference.Loaded(image.content());
                case ImageFetcher.Fetched.Refused(String reason) ->
                    new References.Reference.Refused(reason);
              };
          case VIDEO -> recording(images.film(url));
          case AUDIO -> recording(images.sound(url));
        };
  }

  private static References.Reference recording(ImageFetcher.Recorded recorded) {
    return switch (recorded) {
      case ImageFetcher.Recording(byte[] content) -> new References.Reference.Loaded(content);
      case ImageFetcher.Fetched.Refused(String reason) -> new References.Reference.Refused(reason);
    };
  }

  /** The adapter of a channel. */
  Provider provider(String channel) {
    Fitted fitted = byId.get(channel);
    if (fitted == null) {
      throw new IllegalStateException("the catalogue no longer has the channel " + channel);
    }
    return fitted.provider;
  }
}
