package dev.easel.cli;

import dev.easel.config.Version;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** Prints what is running: Easel, the JDK, and the PostgreSQL that comes with Easel. */
@Command(name = "version", description = "Print the versions of Easel, the JDK and PostgreSQL.")
public final class VersionCommand implements Callable<Integer> {
  @Spec private CommandSpec command;

  @Option(names = "--json", description = "As one JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    Version version = Version.current();
    String jdk = System.getProperty("java.runtime.version");
    PrintWriter out = command.commandLine().getOut();
    if (json) {
      Map<String, String> all = new LinkedHashMap<>();
      all.put("easel", version.easel());
      all.put("jdk", jdk);
      all.put("embeddedPostgres", version.embeddedPostgres());
      out.println(JsonMapper.shared().writeValueAsString(all));
    } else {
      out.println("Easel " + version.easel());
      out.println("JDK " + jdk + " (" + System.getProperty("java.vendor") + ")");
      out.println("embedded PostgreSQL " + version.embeddedPostgres());
    }
    return 0;
  }
}
