package dev.easel.api;

import dev.easel.account.Key;
import dev.easel.asset.OwnFiles;
import dev.easel.catalog.Catalog;
import dev.easel.catalog.Listing;
import dev.easel.catalog.Model;
import dev.easel.catalog.Parameters;
import dev.easel.catalog.Parsed;
import dev.easel.catalog.Quote;
import dev.easel.net.AddressGuard;
import dev.easel.task.Admission;
import dev.easel.task.Admitted;
import dev.easel.task.Idempotency;
import dev.easel.task.Origin;
import dev.easel.task.TaskId;
import dev.easel.task.TaskRequest;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import tools.jackson.databind.node.ObjectNode;

/** From a dialect's request to an accepted task; the same for every dialect. */
public final class Intake {
  private final Catalog catalog;
  private final AddressGuard guard;
  private final OwnFiles files;
  private final Admission admission;
  private final InstantSource clock;

  /** An intake that sells from {@code catalog}. */
  public Intake(
      Catalog catalog,
      AddressGuard guard,
      OwnFiles files,
      Admission admission,
      InstantSource clock) {
    this.catalog = catalog;
    this.guard = guard;
    this.files = files;
    this.admission = admission;
    this.clock = clock;
  }

  /**
   * A request that is understood and priced, but not accepted.
   *
   * @param asked the model's id as the caller wrote it
   */
  public record Order(
      Caller caller,
      String asked,
      Listing listing,
      Model model,
      Parameters parameters,
      Quote quote) {}

  /**
   * Understands and prices {@code body}, in which {@code modelField} names the model as {@code
   * dialect} sells it.
   */
  public Verdict<Order> order(Caller caller, String dialect, String modelField, ObjectNode body) {
    String asked = body.path(modelField).asStringOpt().orElse("");
    Optional<Listing> found = catalog.listing(dialect, asked);
    if (found.isEmpty()) {
      List<String> sold = catalog.listings(dialect).stream().map(Listing::id).toList();
      return Verdict.refuse(new ApiError.UnknownModel(modelField, asked, sold));
    }
    Listing listing = found.get();
    Model model = catalog.model(listing);
    return mayUse(caller.key(), modelField, listing)
        .then(_ -> available(listing))
        .then(_ -> parameters(listing, body))
        .then(parameters ->
            quote(listing, parameters)
                .map(quote -> new Order(caller, asked, listing, model, parameters, quote)));
  }

  private static Verdict<Listing> mayUse(Key key, String modelField, Listing listing) {
    List<String> allowed = key.rules().allowedModels();
    return allowed.isEmpty() || allowed.contains(listing.id()) || allowed.contains(listing.model())
        ? Verdict.pass(listing)
        : Verdict.refuse(
            new ApiError.InvalidRequest(
                modelField,
                "this API key may not use %s; allowed: %s"
                    .formatted(listing.id(), String.join(", ", allowed))));
  }

  private Verdict<Listing> available(Listing listing) {
    return switch (catalog.availability(listing)) {
      case ON -> Verdict.pass(listing);
      case MAINTENANCE -> Verdict.refuse(new ApiError.Maintenance(listing.id()));
      case OFF -> Verdict.refuse(new ApiError.Disabled(listing.id()));
    };
  }

  private Verdict<Parameters> parameters(Listing listing, ObjectNode body) {
    return switch (catalog.parse(listing, body)) {
      case Parsed.Valid(Parameters parameters) -> reachable(listing, parameters);
      case Parsed.Invalid(String field, String why) ->
          Verdict.refuse(new ApiError.InvalidRequest(field, why));
    };
  }

  /**
   * References that name an inside address are refused here; what a name resolves to is looked at
   * when it is fetched.
   */
  private Verdict<Parameters> reachable(Listing listing, Parameters parameters) {
    List<String> images = parameters.images();
    for (int i = 0; i < images.size(); i++) {
      Optional<String> refused = refuse(images.get(i));
      if (refused.isPresent()) {
        return Verdict.refuse(
            new ApiError.InvalidRequest(
                field(listing, "images") + "[" + i + "]", images.get(i) + " " + refused.get()));
      }
    }
    Optional<String> mask = parameters.mask();
    Optional<String> refused = mask.flatMap(this::refuse);
    return refused.isPresent()
        ? Verdict.refuse(
            new ApiError.InvalidRequest(
                field(listing, "mask"), mask.orElseThrow() + " " + refused.get()))
        : Verdict.pass(parameters);
  }

  private Optional<String> refuse(String address) {
    return files.isOurs(address) ? Optional.empty() : guard.refuseLiteral(URI.create(address));
  }

  private static String field(Listing listing, String parameter) {
    return listing.fields().stream()
        .filter(field -> field.parameter().equals(parameter))
        .map(Listing.Field::name)
        .findFirst()
        .orElse(parameter);
  }

  private static Verdict<Quote> quote(Listing listing, Parameters parameters) {
    return listing
        .price()
        .quote(parameters)
        .map(Verdict::pass)
        .orElseGet(() ->
            Verdict.refuse(
                new ApiError.InvalidRequest(
                    "", "No price is set for this combination of parameters.")));
  }

  /** What is answered to an accepted order. */
  public record Receipt(String answer, boolean replayed) {}

  /**
   * Has {@code order} accepted: paid for, on disk, going to run.
   *
   * @param body the request as sent
   * @param answer the dialect's answer to it, once accepted
   */
  public Verdict<Receipt> accept(
      Order order,
      String body,
      Optional<String> idempotencyKey,
      Function<TaskRequest, String> answer) {
    Key key = order.caller.key();
    TaskRequest request =
        new TaskRequest(
            TaskId.random(clock.instant()),
            key.account(),
            key.id(),
            new Origin(order.listing.dialect(), order.asked, body),
            order.model.id(),
            order.model.kind(),
            order.parameters,
            order.model.pieceSize(),
            order.quote.credits());
    String accepted = answer.apply(request);
    Optional<Idempotency> idempotency =
        idempotencyKey.map(k -> new Idempotency(k, fingerprint(order), accepted));
    return switch (admission.admit(request, key.rules().isLimited(), idempotency)) {
      case Admitted.Accepted _ -> Verdict.pass(new Receipt(accepted, false));
      case Admitted.Replayed(String before) -> Verdict.pass(new Receipt(before, true));
      case Admitted.IdempotencyConflict _ -> Verdict.refuse(new ApiError.IdempotencyConflict());
      case Admitted.InsufficientCredits(long available, long price) ->
          Verdict.refuse(new ApiError.InsufficientCredits(available, price));
      case Admitted.KeyLimitExceeded(Admitted.Period period, long left, long price) ->
          Verdict.refuse(
              new ApiError.KeyLimitExceeded(
                  period == Admitted.Period.DAY ? "daily" : "total", left, price));
    };
  }

  /** Of the request as it was understood: two spellings of one request are the same request. */
  private static String fingerprint(Order order) {
    String understood =
        order.listing.dialect() + "\n" + order.listing.id() + "\n" + order.parameters;
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(understood.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible); // every JDK has SHA-256
    }
  }
}
