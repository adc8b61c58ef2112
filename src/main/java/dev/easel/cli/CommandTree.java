package dev.easel.cli;

import dev.easel.config.Version;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** Builds the command line from commands in groups; every command gets help and one-line errors. */
public final class CommandTree {
  private final CommandLine root;
  private final Map<String, List<String>> groups = new LinkedHashMap<>();

  public CommandTree(Object root) {
    this.root = new CommandLine(root);
  }

  /** Adds commands that help lists together, in this order. */
  public CommandTree group(String title, Object... commands) {
    List<CommandLine> lines = Stream.of(commands).map(CommandLine::new).toList();
    lines.forEach(line -> root.addSubcommand(line.getCommandName(), line));
    groups.put(title, lines.stream().map(CommandLine::getCommandName).toList());
    return this;
  }

  public CommandLine build() {
    helpful(root);
    CommandLine help = new CommandLine(new CommandLine.HelpCommand());
    help.getCommandSpec().usageMessage().description("Print the help of a command.");
    root.addSubcommand(help);
    root.getCommandSpec()
        .versionProvider(() -> new String[] {"Easel " + Version.current().easel()})
        .addOption(
            OptionSpec.builder("--version")
                .versionHelp(true)
                .description("Print the version.")
                .build());
    root.setParameterExceptionHandler(new OneLineErrors());
    root.setExecutionExceptionHandler(new OneLineErrors());
    root.setUsageHelpWidth(100);
    root.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST, this::commandList);
    return root;
  }

  private static void helpful(CommandLine line) {
    CommandSpec command = line.getCommandSpec();
    command
        .usageMessage()
        .sortOptions(false)
        .synopsisHeading("Usage: ")
        .optionListHeading("%n")
        .commandListHeading("");
    // Some commands take every setting as a flag: too many for one line.
    command.usageMessage().abbreviateSynopsis(command.options().size() > 9);
    command.addOption(
        OptionSpec.builder("-h", "--help").usageHelp(true).description("Print this help.").build());
    line.getSubcommands().values().forEach(CommandTree::helpful);
  }

  private String commandList(Help help) {
    Map<String, CommandLine> commands = root.getSubcommands();
    int width = commands.keySet().stream().mapToInt(String::length).max().orElse(0);
    StringBuilder list = new StringBuilder();
    groups.forEach((title, names) -> {
      list.append("%n%s%n".formatted(title));
      for (CommandLine command : names.stream().map(commands::get).toList()) {
        String name = command.getCommandName();
        String[] description = command.getCommandSpec().usageMessage().description();
        list.append("  ").append(name).append(" ".repeat(width + 2 - name.length()));
        list.append("%s%n".formatted(String.join(" ", description)));
      }
    });
    return list.toString();
  }
}
