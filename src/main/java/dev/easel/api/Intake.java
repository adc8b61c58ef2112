package dev.easel.api;

import dev.easel.account.Key;
import dev.easel.api.ApiError.InvalidRequest.Cause;
import dev.easel.asset.Inputs;
import dev.easel.asset.OwnFiles;
import dev.easel.asset.StoreAway;
import dev.easel.catalog.Availability;
import dev.easel.catalog.Catalog;
import dev.easel.catalog.Listing;
import dev.easel.catalog.Model;
import dev.easel.catalog.Parameters;
import dev.easel.catalog.Parsed;
import dev.easel.catalog.Quote;
import dev.easel.db.DatabaseException;
import dev.easel.net.AddressGuard;
import dev.easel.task.Admission;
import dev.easel.task.Admitted;
import dev.easel.task.FileRegister;
import dev.easel.task.Idempotency;
import dev.easel.task.Origin;
import dev.easel.task.TaskId;
import dev.easel.task.TaskRequest;
import dev.easel.wording.Phrase;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/** From what a dialect's caller asks for to an accepted task; the same for every dialect. */
public final class Intake {
  private static final Logger log = LoggerFactory.getLogger(Intake.class);

  /** How long an official SDK goes on sending a request whose answer did not come. */
  private static final Duration RETRIES_LAST = Duration.ofMinutes(10);

  private final Supplier<Catalog> catalog;
  private final AddressGuard guard;
  private final OwnFiles files;
  private final Inputs inputs;
  private final FileRegister register;
  private final Pace pace;
  private final Admission admission;
  private final InstantSource clock;

  /** An intake that sells from {@code catalog} as it is at that moment. */
  public Intake(
      Supplier<Catalog> catalog,
      AddressGuard guard,
      OwnFiles files,
      Inputs inputs,
      FileRegister register,
      Pace pace,
      Admission admission,
      InstantSource clock) {
    this.catalog = catalog;
    this.guard = guard;
    this.files = files;
    this.inputs = inputs;
    this.register = register;
    this.pace = pace;
    this.admission = admission;
    this.clock = clock;
  }

  /** A request that is understood and priced, but not accepted. */
  public record Order(
      Caller caller,
      Ask ask,
      Listing listing,
      Model model,
      Parameters parameters,
      Optional<String> callback,
      Quote quote) {}

  /** Understands and prices {@code ask}. */
  public Verdict<Order> order(Caller caller, Ask ask) {
    Catalog now = catalog.get();
    String dialect = ask.names().dialect();
    Optional<Listing> found = now.listing(dialect, ask.model());
    if (found.isEmpty()) {
      List<String> sold = now.listings(dialect).stream().map(Listing::id).toList();
      return Verdict.refuse(new ApiError.UnknownModel(ask.names().model(), ask.model(), sold));
    }
    Listing listing = found.get();
    return mayUse(caller, ask, listing)
        .then(_ -> available(now.availability(listing), listing))
        .then(_ -> parameters(now, ask, listing))
        .then(parameters ->
            callback(ask)
                .then(callback ->
                    quote(now, listing, ask, parameters)
                        .map(quote ->
                            new Order(
                                caller,
                                ask,
                                listing,
                                now.model(listing),
                                parameters,
                                callback,
                                quote))));
  }

  private static Verdict<Listing> mayUse(Caller caller, Ask ask, Listing listing) {
    return caller.mayUse(listing)
        ? Verdict.pass(listing)
        : Verdict.refuse(
            new ApiError.InvalidRequest(
                ask.names().model(),
                Phrase.of(
                    "this API key may not use %s; allowed: %s",
                    listing.id(), String.join(", ", caller.key().rules().allowedModels()))));
  }

  private static Verdict<Listing> available(Availability availability, Listing listing) {
    return switch (availability) {
      case ON -> Verdict.pass(listing);
      case MAINTENANCE -> Verdict.refuse(new ApiError.Maintenance(listing.id()));
      case OFF -> Verdict.refuse(new ApiError.Disabled(listing.id()));
    };
  }

  private Verdict<Parameters> parameters(Catalog now, Ask ask, Listing listing) {
    return switch (now.parse(listing, ask.fields())) {
      case Parsed.Valid(Parameters parameters, List<Parsed.Link> links) ->
          reachable(ask, parameters, links);
      case Parsed.Invalid(String field, Parsed.Cause cause, Phrase why) ->
          Verdict.refuse(invalid(ask, field, cause(cause), why));
    };
  }

  private static Cause cause(Parsed.Cause cause) {
    return switch (cause) {
      case MISSING -> Cause.MISSING;
      case WRONG_TYPE -> Cause.WRONG_TYPE;
      case WRONG_VALUE -> Cause.WRONG_VALUE;
      case TOO_LONG -> Cause.TOO_LONG;
      case TOO_MANY -> Cause.TOO_MANY;
    };
  }

  private static ApiError invalid(Ask ask, String field, Cause cause, Phrase why) {
    return new ApiError.InvalidRequest(
        field.isEmpty() ? "" : ask.names().within() + field, cause, why);
  }

  /**
   * References that name an inside address are refused here; what a name resolves to is looked at
   * when it is fetched.
   */
  private Verdict<Parameters> reachable(Ask ask, Parameters parameters, List<Parsed.Link> links) {
    for (Parsed.Link link : links) {
      Optional<Phrase> large = tooLarge(ask, link);
      if (large.isPresent()) {
        return Verdict.refuse(invalid(ask, link.field(), Cause.WRONG_VALUE, large.get()));
      }
      Optional<String> refused = refuse(link.url());
      if (refused.isPresent()) {
        return Verdict.refuse(
            invalid(ask, link.field(), Cause.WRONG_VALUE, told(link.url(), refused.get())));
      }
    }
    return Verdict.pass(parameters);
  }

  /**
   * Of what came along or was uploaded before; what is elsewhere is measured when it is fetched.
   */
  private Optional<Phrase> tooLarge(Ask ask, Parsed.Link link) {
    if (link.maxBytes() == Long.MAX_VALUE) {
      return Optional.empty();
    }
    OptionalLong sent =
        ask.pictures().stream()
            .filter(picture -> picture.url().equals(link.url()))
            .mapToLong(picture -> picture.content().length)
            .findFirst();
    OptionalLong bytes = sent.isPresent() ? sent : files.bytes(link.url());
    return bytes.isPresent() && bytes.getAsLong() > link.maxBytes()
        ? Optional.of(Inputs.tooLarge(link.maxBytes()))
        : Optional.empty();
  }

  private static Phrase told(String address, String why) {
    return Phrase.of("%s %s", address, Phrase.of(why));
  }

  private Optional<String> refuse(String address) {
    return files.isOurs(address) ? files.refuse(address) : guard.refuseLiteral(URI.create(address));
  }

  /** Where the caller wants to be told of the end. Null, blank and missing are all nowhere. */
  private Verdict<Optional<String>> callback(Ask ask) {
    JsonNode given = ask.callback();
    if (given.isMissingNode() || given.isNull() || given.asStringOpt().orElse("?").isBlank()) {
      return Verdict.pass(Optional.empty());
    }
    String field = ask.names().callback();
    if (!given.isString()) {
      return Verdict.refuse(
          new ApiError.InvalidRequest(field, Cause.WRONG_TYPE, Phrase.of("must be a string")));
    }
    String address = given.stringValue().strip();
    return CallbackAddress.refuse(guard, address)
        .map(why -> Verdict.<Optional<String>>refuse(new ApiError.InvalidRequest(field, why)))
        .orElseGet(() -> Verdict.pass(Optional.of(address)));
  }

  private static Verdict<Quote> quote(
      Catalog now, Listing listing, Ask ask, Parameters parameters) {
    return now.quote(listing, parameters)
        .map(Verdict::pass)
        .orElseGet(() -> {
          Parsed.Invalid problem = now.unpriced(listing, ask.fields());
          return Verdict.refuse(
              invalid(ask, problem.field(), cause(problem.cause()), problem.why()));
        });
  }

  /**
   * Takes what the caller of {@code exchange} asks for: understood, priced, its pictures stored,
   * paid for, on disk, going to run.
   *
   * @param receipt what the dialect answers, or keeps to answer from, once the request is accepted.
   *     A request that repeats this one gets the same text
   */
  public Verdict<String> take(
      Exchange exchange, Caller caller, Ask ask, Function<TaskRequest, String> receipt) {
    return pace.count(caller, exchange::standsAt)
        .then(_ -> order(caller, ask))
        .then(order -> accept(exchange, order, receipt));
  }

  /**
   * Takes it as {@link #take} does, for a dialect that reads the task before it answers. What is
   * kept to answer a repetition is the task's id.
   *
   * <p>From the receipt on it is paid for, and who is told to try again buys it again. So whatever
   * is away by then, the caller is told the id.
   *
   * @param read what is answered once the task of that id has been read
   * @param unread what is answered while it, or its files, cannot be read
   */
  public <T> Verdict<T> takeAndRead(
      Exchange exchange,
      Caller caller,
      Ask ask,
      Function<String, Verdict<T>> read,
      Function<String, T> unread) {
    return take(exchange, caller, ask, request -> request.id().toString())
        .then(id -> {
          try {
            return read.apply(id);
          } catch (DatabaseException | StoreAway away) {
            log.warn(
                "request {}: task {} is accepted, and cannot be read: {}",
                exchange.requestId(),
                id,
                away.getMessage());
            return Verdict.pass(unread.apply(id));
          }
        });
  }

  /**
   * Whether {@code exchange} sent once more joins what it has bought already: its caller names the
   * request by a key, or is an official SDK, which counts its tries.
   */
  public static boolean isJoinedByItsRepetition(Exchange exchange) {
    boolean isNamed =
        exchange.idempotencyKey() instanceof Verdict.Pass<Optional<String>>(Optional<String> key)
            && key.isPresent();
    return isNamed || exchange.retries().isPresent();
  }

  private Verdict<String> accept(
      Exchange exchange, Order order, Function<TaskRequest, String> receipt) {
    return exchange
        .idempotencyKey()
        .then(key -> {
          Optional<Verdict<String>> full = full(exchange, order, key);
          if (full.isPresent()) {
            return full.get();
          }
          TaskRequest request = request(order);
          String text = receipt.apply(request);
          inputs.store(request.account(), order.ask.pictures());
          exchange.forgetBody();
          return admit(exchange, order, request, text, idempotency(exchange, order, key, text));
        });
  }

  /**
   * What an account is answered that has no room for more: what it was answered to the same request
   * before, or a refusal.
   */
  private Optional<Verdict<String>> full(Exchange exchange, Order order, Optional<String> key) {
    return room(order.caller)
        .map(full ->
            idempotency(exchange, order, key, "")
                .flatMap(same -> admission.answered(order.caller.account(), same))
                .filter(before -> before instanceof Admitted.Replayed)
                .map(before -> {
                  exchange.replayed();
                  return admitted(exchange, ((Admitted.Replayed) before).answer());
                })
                .orElseGet(() -> Verdict.refuse(full)));
  }

  /** That the account has no room for more; empty when it has. */
  public Optional<ApiError> room(Caller caller) {
    return register
        .full(caller.account())
        .map(full -> new ApiError.StorageFull(full.used(), full.quota()));
  }

  private TaskRequest request(Order order) {
    Key key = order.caller.key();
    return new TaskRequest(
        TaskId.random(clock.instant()),
        key.account(),
        key.id(),
        new Origin(order.listing.dialect(), order.ask.model(), order.ask.body(), order.callback),
        order.model.id(),
        order.model.kind(),
        order.parameters,
        order.model.pieceSize(),
        order.quote);
  }

  private Verdict<String> admit(
      Exchange exchange,
      Order order,
      TaskRequest request,
      String text,
      Optional<Idempotency> idempotency) {
    boolean keyIsLimited = order.caller.key().rules().isLimited();
    return switch (admission.admit(request, keyIsLimited, idempotency)) {
      case Admitted.Accepted _ -> admitted(exchange, text);
      case Admitted.Replayed(String before) -> {
        exchange.replayed();
        yield admitted(exchange, before);
      }
      case Admitted.IdempotencyConflict _ -> Verdict.refuse(new ApiError.IdempotencyConflict());
      case Admitted.AccountDeleted _ -> Verdict.refuse(Callers.INVALID);
      case Admitted.InsufficientCredits(long available, long price) ->
          Verdict.refuse(new ApiError.InsufficientCredits(available, price));
      case Admitted.KeyLimitExceeded(Admitted.Period period, long left, long price) ->
          Verdict.refuse(
              new ApiError.KeyLimitExceeded(
                  switch (period) {
                    case DAY -> ApiError.KeyLimitExceeded.Period.DAY;
                    case TOTAL -> ApiError.KeyLimitExceeded.Period.TOTAL;
                  },
                  left,
                  price));
    };
  }

  private static Verdict<String> admitted(Exchange exchange, String receipt) {
    exchange.admitted();
    return Verdict.pass(receipt);
  }

  /**
   * What makes this request a repetition: the caller's own key, or that an official SDK says that
   * it sends the same once more. Its first try is noted, so that a later one can join it; two
   * requests that are each a first try are two requests, however much alike.
   */
  private static Optional<Idempotency> idempotency(
      Exchange exchange, Order order, Optional<String> key, String text) {
    OptionalInt retries = exchange.retries();
    if (key.isPresent()) {
      return Optional.of(new Idempotency(key.get(), fingerprint(order), text));
    }
    if (retries.isEmpty()) {
      return Optional.empty();
    }
    String fingerprint = fingerprint(order);
    // No caller's key has a blank in it.
    String noted = "retry of " + order.caller.key().id().value() + " " + fingerprint;
    return Optional.of(
        new Idempotency(
            noted, fingerprint, text, retries.getAsInt() == 0 ? Duration.ZERO : RETRIES_LAST));
  }

  /** Of the request as it was understood: two spellings of one request are the same request. */
  private static String fingerprint(Order order) {
    String understood =
        order.listing.dialect()
            + "\n"
            + order.listing.id()
            + "\n"
            + order.parameters
            + order.callback.map(address -> "\n" + address).orElse("");
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(understood.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible); // every JDK has SHA-256
    }
  }
}
