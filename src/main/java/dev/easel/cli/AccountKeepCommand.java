package dev.easel.cli;

import dev.easel.account.Account;
import dev.easel.account.FileKind;
import dev.easel.account.OwnFileTerms;
import dev.easel.config.EaselConfig;
import dev.easel.config.RetentionSettings;
import dev.easel.db.Database;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** How long an account's files are kept, and how much of them. */
@Command(
    name = "keep",
    description = "Set how long an account's files are kept and how much it may store, or show it.",
    footer = {
      "",
      "Each is a length such as 14d, 36h or 30m, or forever, or default for what the settings say.",
      "It holds for what is stored from now on: what a customer was told of a file stays true.",
      "",
      "Example: easel account keep ada --image 90d --video 30d --quota 50GiB"
    })
final class AccountKeepCommand extends DatabaseCommand {
  private static final String DEFAULT = "default";

  @Parameters(paramLabel = "ACCOUNT", description = "Name or id.")
  private String account = "";

  @Option(names = "--image", paramLabel = "TIME", description = "Generated pictures.")
  private @Nullable String image;

  @Option(names = "--video", paramLabel = "TIME", description = "Generated films.")
  private @Nullable String video;

  @Option(names = "--audio", paramLabel = "TIME", description = "Generated sounds.")
  private @Nullable String audio;

  @Option(names = "--input", paramLabel = "TIME", description = "Files that the account sends.")
  private @Nullable String input;

  @Option(
      names = "--quota",
      paramLabel = "SIZE",
      description = "All of them together: 20GiB, none, or default.")
  private @Nullable String quota;

  @Override
  int run(EaselConfig config, Database database) {
    Account found = database.read(tx -> account(tx, account));
    OwnFileTerms terms =
        database.transaction(tx -> {
          OwnFileTerms before = OwnFileTerms.of(tx, found.id());
          OwnFileTerms after = quota(lengths(before));
          if (!after.equals(before)) {
            after.save(tx, found.id());
          }
          return after;
        });
    RetentionSettings usual = config.retention();
    print(
        List.of("account", "image", "video", "audio", "input", "quota"),
        List.of(
            List.of(
                found.name(),
                shown(terms, FileKind.IMAGE, usual.image()),
                shown(terms, FileKind.VIDEO, usual.video()),
                shown(terms, FileKind.AUDIO, usual.audio()),
                shown(terms, FileKind.INPUT, usual.input()),
                RetentionSettings.printSize(
                    terms.quota().isEmpty() ? usual.quota() : bound(terms.quota())))));
    return 0;
  }

  private static String shown(OwnFileTerms terms, FileKind kind, Optional<Duration> usual) {
    return RetentionSettings.printLength(terms.keep().getOrDefault(kind, usual));
  }

  private static OptionalLong bound(OptionalLong quota) {
    return quota.getAsLong() == 0 ? OptionalLong.empty() : quota;
  }

  private OwnFileTerms lengths(OwnFileTerms terms) {
    Map<FileKind, @Nullable String> given = new LinkedHashMap<>();
    given.put(FileKind.IMAGE, image);
    given.put(FileKind.VIDEO, video);
    given.put(FileKind.AUDIO, audio);
    given.put(FileKind.INPUT, input);
    OwnFileTerms all = terms;
    for (FileKind kind : given.keySet()) {
      String text = given.get(kind);
      if (text != null) {
        all = text.equals(DEFAULT) ? all.keepingAsSet(kind) : all.keeping(kind, length(kind, text));
      }
    }
    return all;
  }

  private static Optional<Duration> length(FileKind kind, String text) {
    try {
      return RetentionSettings.parseLength(text);
    } catch (IllegalArgumentException wrong) {
      throw new WrongArgument(
          "--%s: it must be %s, or default".formatted(kind.word(), RetentionSettings.LENGTHS));
    }
  }

  private OwnFileTerms quota(OwnFileTerms terms) {
    String text = quota;
    if (text == null) {
      return terms;
    }
    if (text.equals(DEFAULT)) {
      return terms.bounded(OptionalLong.empty());
    }
    try {
      return terms.bounded(OptionalLong.of(RetentionSettings.parseSize(text).orElse(0)));
    } catch (IllegalArgumentException wrong) {
      throw new WrongArgument(
          "--quota: it must be %s, or default".formatted(RetentionSettings.SIZES));
    }
  }
}
