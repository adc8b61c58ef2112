package dev.easel.cli;

import dev.easel.account.Account;
import dev.easel.account.OwnFileTerms;
import dev.easel.config.EaselConfig;
import dev.easel.config.RetentionSettings;
import dev.easel.db.Database;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Whether an account's links end. */
@Command(
    name = "links",
    description = "Say whether the links to an account's results end, or show it.",
    footer = {
      "",
      "It holds for results that are stored from now on: links to others stay as they are.",
      "Each read of a task gives fresh links. Uploaded files keep open ones.",
      "",
      "Example: easel account links ada --signed 1h"
    })
final class AccountLinksCommand extends DatabaseCommand {
  @Parameters(paramLabel = "ACCOUNT", description = "Name or id.")
  private String account = "";

  @Option(
      names = "--signed",
      paramLabel = "TIME",
      description = "Links are signed and live that long: 30m, 12h, 7d.")
  private @Nullable String signed;

  @Option(names = "--open", description = "Links last as long as the files.")
  private boolean open;

  @Override
  int run(EaselConfig config, Database database) {
    if (open && signed != null) {
      throw new WrongArgument("--signed and --open exclude each other");
    }
    if (signed != null && config.assets().publicBase().isPresent()) {
      throw new CommandFailed(
          "assets.public-base is set: whoever knows a file's name has it from there, however its"
              + " link was signed");
    }
    Account found = database.read(tx -> account(tx, account));
    OwnFileTerms terms =
        database.transaction(tx -> {
          OwnFileTerms before = OwnFileTerms.of(tx, found.id());
          OwnFileTerms after = wanted(before);
          if (!after.equals(before)) {
            after.save(tx, found.id());
          }
          return after;
        });
    print(
        List.of("account", "links"),
        List.of(
            List.of(
                found.name(),
                terms
                    .links()
                    .map(life -> "signed " + RetentionSettings.printLength(Optional.of(life)))
                    .orElse("open"))));
    return 0;
  }

  private OwnFileTerms wanted(OwnFileTerms terms) {
    String text = signed;
    if (text != null) {
      return terms.linked(Optional.of(life(text)));
    }
    return open ? terms.linked(Optional.empty()) : terms;
  }

  private static Duration life(String text) {
    try {
      return RetentionSettings.parseLength(text).orElseThrow(IllegalArgumentException::new);
    } catch (IllegalArgumentException wrong) {
      throw new WrongArgument("--signed must be a length such as 30m, 12h or 7d");
    }
  }
}
