package dev.easel.account;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * What holds for one account's files other than the settings say.
 *
 * @param keep how long, by kind, empty for ever; what is not in it is as the settings say
 * @param quota bytes, 0 for no bound; empty: as the settings say
 * @param links how long a link works; empty where links are open
 */
public record OwnFileTerms(
    Map<FileKind, Optional<Duration>> keep, OptionalLong quota, Optional<Duration> links) {
  /** Told, by NOTIFY, whenever an account's terms have changed. */
  public static final String CHANGES = "easel_file_terms";

  /** Everything is as the settings say. */
  public static final OwnFileTerms NONE =
      new OwnFileTerms(Map.of(), OptionalLong.empty(), Optional.empty());

  public OwnFileTerms {
    keep = Map.copyOf(keep);
  }

  /** The bound that {@link #quota} is, where it is one. */
  OptionalLong bound() {
    return quota.isPresent() && quota.getAsLong() > 0 ? quota : OptionalLong.empty();
  }

  /** The same, but that files of {@code kind} are kept for {@code length}; empty for ever. */
  public OwnFileTerms keeping(FileKind kind, Optional<Duration> length) {
    Map<FileKind, Optional<Duration>> all = new EnumMap<>(FileKind.class);
    all.putAll(keep);
    all.put(kind, length);
    return new OwnFileTerms(all, quota, links);
  }

  /** The same, but that the settings say how long files of {@code kind} are kept. */
  public OwnFileTerms keepingAsSet(FileKind kind) {
    Map<FileKind, Optional<Duration>> others = new HashMap<>(keep);
    others.remove(kind);
    return new OwnFileTerms(others, quota, links);
  }

  /** The same with another quota. */
  public OwnFileTerms bounded(OptionalLong bytes) {
    return new OwnFileTerms(keep, bytes, links);
  }

  /** The same with links that live for {@code life}; empty: that are open. */
  public OwnFileTerms linked(Optional<Duration> life) {
    return new OwnFileTerms(keep, quota, life);
  }

  /** Those of {@code account}. */
  public static OwnFileTerms of(Handle tx, AccountId account) {
    return tx.createQuery("select * from account_files where account_id = :account")
        .bind("account", account.value())
        .map((rs, _) -> row(rs))
        .findOne()
        .orElse(NONE);
  }

  /** Those of all accounts that have any. */
  public static Map<AccountId, OwnFileTerms> all(Handle tx) {
    Map<AccountId, OwnFileTerms> all = new HashMap<>();
    tx.createQuery("select * from account_files")
        .map((rs, _) -> Map.entry(new AccountId(rs.getLong("account_id")), row(rs)))
        .forEach(entry -> all.put(entry.getKey(), entry.getValue()));
    return all;
  }

  /** Makes these the terms of {@code account}. */
  public void save(Handle tx, AccountId account) {
    tx.createUpdate(
            """
            insert into account_files (account_id, keep_image, keep_video, keep_audio, keep_input, quota, link_seconds)
            values (:account, :image, :video, :audio, :input, :quota, :links)
            on conflict (account_id) do update
            set keep_image = excluded.keep_image, keep_video = excluded.keep_video, keep_audio = excluded.keep_audio,
              keep_input = excluded.keep_input, quota = excluded.quota, link_seconds = excluded.link_seconds
            """)
        .bind("account", account.value())
        .bind("image", seconds(FileKind.IMAGE))
        .bind("video", seconds(FileKind.VIDEO))
        .bind("audio", seconds(FileKind.AUDIO))
        .bind("input", seconds(FileKind.INPUT))
        .bind("quota", boxed(quota))
        .bind("links", links.map(Duration::toSeconds).orElse(null))
        .execute();
    tx.createQuery("select pg_notify(:channel, '')")
        .bind("channel", CHANGES)
        .mapTo(String.class)
        .one();
  }

  private static @Nullable Long boxed(OptionalLong value) {
    return value.isPresent() ? value.getAsLong() : null;
  }

  private @Nullable Long seconds(FileKind kind) {
    Optional<Duration> length = keep.get(kind);
    return length == null ? null : length.map(Duration::toSeconds).orElse(0L);
  }

  private static OwnFileTerms row(ResultSet rs) throws SQLException {
    Map<FileKind, Optional<Duration>> keep = new EnumMap<>(FileKind.class);
    for (FileKind kind : FileKind.values()) {
      long seconds = rs.getLong("keep_" + kind.word());
      if (!rs.wasNull()) {
        keep.put(kind, seconds == 0 ? Optional.empty() : Optional.of(Duration.ofSeconds(seconds)));
      }
    }
    long quota = rs.getLong("quota");
    OptionalLong bytes = rs.wasNull() ? OptionalLong.empty() : OptionalLong.of(quota);
    long links = rs.getLong("link_seconds");
    return new OwnFileTerms(
        keep, bytes, rs.wasNull() ? Optional.empty() : Optional.of(Duration.ofSeconds(links)));
  }
}
