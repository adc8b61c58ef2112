package dev.easel.cli;

import dev.easel.config.EaselConfig;
import dev.easel.config.Section;
import dev.easel.config.Setting;
import dev.easel.config.Settings;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** Prints every setting with its value, where that comes from, and what it means. */
@Command(
    name = "config",
    description = "Print every setting: its value, where it comes from, what it means.",
    footer = {"", "Takes the same flags as serve, and so shows what serve would do with them."})
public final class ConfigCommand implements Callable<Integer> {
  @Spec private CommandSpec command;

  @Mixin private final SettingsFlags flags = SettingsFlags.showingAll();

  @Option(names = "--json", description = "As a JSON array with one object for each setting.")
  private boolean json;

  @Override
  public Integer call() {
    Settings settings = flags.settings();
    PrintWriter out = command.commandLine().getOut();
    if (json) {
      List<Map<String, String>> all =
          EaselConfig.all().stream().map(setting -> described(setting, settings)).toList();
      out.println(JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(all));
    } else {
      table(settings, out);
    }
    return 0;
  }

  private static void table(Settings settings, PrintWriter out) {
    int keys = widest(Setting::key);
    int values = widest(settings::shown);
    int sources = widest(settings::source);
    String line = "  %%-%ds  %%-%ds  %%-%ds  %%s%%n".formatted(keys, values, sources);
    for (Section section : EaselConfig.sections()) {
      out.println(section.title());
      for (Setting<?> setting : section.settings()) {
        out.printf(
            line,
            setting.key(),
            settings.shown(setting),
            settings.source(setting),
            setting.meaning());
      }
      out.println();
    }
    out.println(
        "Defaults < easel.yaml < environment < flags: db.url is also EASEL_DB_URL and --db-url.");
  }

  private static int widest(Function<Setting<?>, String> column) {
    return EaselConfig.all().stream().mapToInt(one -> column.apply(one).length()).max().orElse(1);
  }

  private static Map<String, String> described(Setting<?> setting, Settings settings) {
    Map<String, String> row = new LinkedHashMap<>();
    row.put("key", setting.key());
    row.put("value", settings.shown(setting));
    row.put("source", settings.source(setting));
    row.put("type", setting.typeName());
    row.put("default", setting.defaultWords());
    row.put("meaning", setting.meaning());
    row.put("example", setting.example());
    row.put("variable", Setting.variable(setting.key()));
    row.put("flag", Setting.flag(setting.key()));
    return row;
  }
}
