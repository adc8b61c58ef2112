package dev.easel.cli;

import dev.easel.asset.AssetPlace;
import dev.easel.config.AssetLocation;
import dev.easel.config.EaselConfig;
import picocli.CommandLine.Command;

/** Stored files. */
@Command(
    name = "assets",
    description = "Check stored files, or move them to another place.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {AssetsCheck.class, AssetsMove.class})
public final class AssetsCommand {
  private final Places places;

  /** Opens a place that the settings name. */
  public interface Places {
    AssetPlace open(EaselConfig config, AssetLocation location);
  }

  /** A command on what {@code places} opens. */
  public AssetsCommand(Places places) {
    this.places = places;
  }

  Places places() {
    return places;
  }
}
