package dev.easel;

import dev.easel.api.BodyRoom;
import dev.easel.api.Caller;
import dev.easel.api.Callers;
import dev.easel.api.Desk;
import dev.easel.api.Dialect;
import dev.easel.api.Door;
import dev.easel.api.Intake;
import dev.easel.api.Pace;
import dev.easel.api.Server;
import dev.easel.api.SharedPath;
import dev.easel.api.dialect.apimodels.ApiModels;
import dev.easel.api.dialect.art.Art;
import dev.easel.api.dialect.kie.Kie;
import dev.easel.api.dialect.omni.Omni;
import dev.easel.api.dialect.omni.OmniJson;
import dev.easel.api.dialect.openai.OpenAi;
import dev.easel.api.document.DocumentRoutes;
import dev.easel.api.extra.Extras;
import dev.easel.api.extra.TaskEvents;
import dev.easel.api.extra.Webhooks;
import dev.easel.api.mcp.Mcp;
import dev.easel.api.mcp.TaskContent;
import dev.easel.api.mcp.Tools;
import dev.easel.asset.FileRoutes;
import dev.easel.asset.ImageFetcher;
import dev.easel.asset.Inputs;
import dev.easel.catalog.LiveCatalog;
import dev.easel.config.EaselConfig;
import dev.easel.config.Version;
import dev.easel.db.Database;
import dev.easel.ledger.Balance;
import dev.easel.ledger.Ledger;
import dev.easel.net.AddressGuard;
import dev.easel.task.Admission;
import dev.easel.webhook.AccountKeys;
import dev.easel.webhook.Endpoints;
import dev.easel.webhook.Secrets;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;

/** The front door of a node: every dialect and every other path that it answers. */
final class FrontDoor {
  private final Parts parts;
  private final Door door;
  private final Pace pace;
  private final Inputs inputs;
  private final Intake intake;
  private final OmniJson json;

  /** What stands behind it. */
  record Parts(
      EaselConfig config,
      Database database,
      InstantSource clock,
      Supplier<String> publicUrl,
      AddressGuard guard,
      Storage storage,
      ImageFetcher images,
      LiveCatalog catalog,
      Callers callers,
      Admission admission,
      Desk desk,
      Secrets secrets) {}

  FrontDoor(Parts parts) {
    this.parts = parts;
    Storage storage = parts.storage;
    this.door = new Door(parts.callers, BodyRoom.ofHeap());
    this.pace = new Pace(parts.config.api().requestsPerMinute().orElse(0), System::nanoTime);
    this.inputs =
        new Inputs(
            storage.assets(),
            storage.names(),
            storage.files(),
            ImageFetcher.Limits.DEFAULT,
            storage.register());
    this.intake =
        new Intake(
            parts.catalog,
            parts.guard,
            storage.files(),
            inputs,
            storage.register(),
            pace,
            parts.admission,
            parts.clock);
    this.json = new OmniJson(parts.desk, storage.files());
  }

  /** Through which everything comes. */
  Door door() {
    return door;
  }

  /** All paths. */
  Server.Routes routes(Supplier<Server.Readiness> readiness) {
    Storage storage = parts.storage;
    ApiModels apimodels =
        new ApiModels(
            door, new ApiModels.Means(intake, parts.desk, parts.catalog, inputs, storage.files()));
    Art art = new Art(door, intake, parts.desk, storage.files());
    List<Dialect> dialects =
        List.of(
            new Omni(door, intake, parts.desk, json),
            new Kie(door, kie(), parts.config.api().kieHttpStatuses()),
            apimodels,
            art,
            new OpenAi(door, openAi()));
    TaskEvents events = new TaskEvents(door, parts.desk, json, parts.config.server().heartbeat());
    Extras.Parts extras = new Extras.Parts(intake, parts.desk, parts.catalog, parts.database, json);
    Webhooks webhooks = webhooks();
    return new Server.Routes(
        dialects,
        List.of(new SharedPath(door, ApiModels.IMAGES, parts.catalog, List.of(art, apimodels))),
        of -> List.of(new Extras(door, of, extras), events, webhooks),
        new Mcp(door, parts.publicUrl, Version.current().easel(), tools()),
        new FileRoutes(storage.assets(), storage.links(), storage.files(), storage.thumbnails()),
        new DocumentRoutes(),
        readiness);
  }

  private Kie.Means kie() {
    return new Kie.Means(
        intake,
        parts.desk,
        caller -> balance(caller).available(),
        parts.storage.files(),
        parts.storage.links(),
        new Kie.Uploads(intake, inputs, parts.images, pace, parts.clock));
  }

  private OpenAi.Means openAi() {
    Storage storage = parts.storage;
    return new OpenAi.Means(
        parts.catalog,
        intake,
        parts.desk,
        new OpenAi.Files(
            storage.assets(), storage.files(), inputs, storage.previews(), storage.thumbnails()),
        new OpenAi.Waiting(parts.config.api().longestWait(), parts.config.server().heartbeat()));
  }

  private Webhooks webhooks() {
    return new Webhooks(
        door,
        new Webhooks.Parts(
            parts.database,
            new Endpoints(parts.secrets),
            new AccountKeys(parts.secrets),
            parts.guard,
            pace,
            parts.clock));
  }

  private Tools tools() {
    return new Tools(
        new Tools.Parts(
            intake,
            parts.desk,
            parts.catalog,
            this::balance,
            new TaskContent(parts.desk, parts.storage.files(), parts.storage.assets())));
  }

  private Balance balance(Caller caller) {
    return parts.database.read(tx -> Ledger.balance(tx, caller.account()));
  }
}
