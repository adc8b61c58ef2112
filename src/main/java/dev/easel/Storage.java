package dev.easel;

import dev.easel.account.FileKind;
import dev.easel.account.FileTerms;
import dev.easel.asset.AssetNames;
import dev.easel.asset.AssetStore;
import dev.easel.asset.MasterKey;
import dev.easel.asset.OwnFiles;
import dev.easel.asset.Previews;
import dev.easel.asset.SignedLinks;
import dev.easel.asset.TemporaryLinks;
import dev.easel.asset.Thumbnails;
import dev.easel.config.EaselConfig;
import dev.easel.config.RetentionSettings;
import dev.easel.db.Database;
import dev.easel.task.FileRegister;
import dev.easel.task.LiveFileTerms;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Where files are, and everything that knows their names, their addresses, and how long they are
 * kept.
 */
record Storage(
    AssetStore assets,
    AssetNames names,
    OwnFiles files,
    TemporaryLinks links,
    LiveFileTerms terms,
    FileRegister register,
    Previews previews,
    Thumbnails thumbnails) {

  /** The storage of a node that is at {@code publicUrl}, on the places that the settings name. */
  static Storage of(
      EaselConfig config,
      MasterKey masterKey,
      Stores stores,
      Database database,
      InstantSource clock,
      Supplier<String> publicUrl) {
    AssetStore assets = stores.store();
    LiveFileTerms terms = new LiveFileTerms(database, usualTerms(config.retention()));
    FileRegister register = new FileRegister(database, terms, clock);
    OwnFiles files =
        new OwnFiles(
            publicUrl,
            config.assets().publicBase().map(URI::toString),
            assets,
            new SignedLinks(masterKey, terms, clock),
            register::isPast);
    Previews previews = new Previews(assets);
    return new Storage(
        assets,
        new AssetNames(masterKey),
        files,
        new TemporaryLinks(masterKey, publicUrl, clock),
        terms,
        register,
        previews,
        new Thumbnails(assets, previews, clock));
  }

  /** On what terms files are kept where an account has no own ones. */
  private static FileTerms usualTerms(RetentionSettings kept) {
    Map<FileKind, Duration> lengths = new EnumMap<>(FileKind.class);
    kept.image().ifPresent(length -> lengths.put(FileKind.IMAGE, length));
    kept.video().ifPresent(length -> lengths.put(FileKind.VIDEO, length));
    kept.audio().ifPresent(length -> lengths.put(FileKind.AUDIO, length));
    kept.input().ifPresent(length -> lengths.put(FileKind.INPUT, length));
    return new FileTerms(lengths, kept.quota(), Optional.empty());
  }
}
