package dev.easel.cli;

import dev.easel.config.Nearest;
import dev.easel.config.SettingsException;
import dev.easel.db.DatabaseException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Says what went wrong as {@code easel: …} on standard error, a line for each thing; never a stack
 * trace. Exit code 2 when Easel was called wrongly, settings included, 1 when it failed.
 */
final class OneLineErrors implements IParameterExceptionHandler, IExecutionExceptionHandler {
  @Override
  public int handleParseException(ParameterException wrong, String[] arguments) {
    CommandLine command = wrong.getCommandLine();
    PrintWriter err = command.getErr();
    String message = message(wrong);
    if (message.startsWith("Missing required subcommand")) {
      command.usage(err);
    } else if (wrong instanceof UnmatchedArgumentException unmatched) {
      print(unknown(unmatched.getUnmatched().getFirst(), command), err);
    } else {
      String line = message.substring(0, 1).toLowerCase(Locale.ROOT) + message.substring(1);
      print(line + seeHelp(command), err);
    }
    return ExitCode.USAGE;
  }

  @Override
  public int handleExecutionException(Exception failed, CommandLine command, ParseResult parsed) {
    PrintWriter err = command.getErr();
    switch (failed) {
      case SettingsException wrong -> {
        print(message(wrong), err);
        return ExitCode.USAGE;
      }
      case WrongArgument wrong -> {
        print(message(wrong) + seeHelp(command), err);
        return ExitCode.USAGE;
      }
      case CommandFailed told -> print(message(told), err);
      case DatabaseException told -> print(message(told), err);
      default -> {
        print("unexpected " + failed + " (--log-level debug shows more)", err);
        LoggerFactory.getLogger(OneLineErrors.class).debug("unexpected", failed);
      }
    }
    return ExitCode.SOFTWARE;
  }

  private static String message(Exception failed) {
    return String.valueOf(failed.getMessage());
  }

  private static void print(String message, PrintWriter err) {
    message.lines().forEach(line -> err.println("easel: " + line));
    err.flush();
  }

  private static String unknown(String argument, CommandLine command) {
    boolean flag = argument.startsWith("-");
    String word = flag ? argument.replaceAll("=.*", "") : argument;
    List<String> candidates = new ArrayList<>(command.getSubcommands().keySet());
    if (flag) {
      candidates.clear();
      command
          .getCommandSpec()
          .options()
          .forEach(option -> candidates.addAll(List.of(option.names())));
    }
    String what = flag ? "flag " : candidates.isEmpty() ? "argument " : "command ";
    String hint = Nearest.hint(word, candidates);
    return "unknown " + what + word + (hint.isEmpty() ? seeHelp(command) : hint);
  }

  private static String seeHelp(CommandLine command) {
    return "; see " + command.getCommandSpec().qualifiedName() + " --help";
  }
}
