package dev.easel.provider.omni;

import dev.easel.catalog.CatalogException;
import dev.easel.catalog.Channel;
import dev.easel.net.Call;
import dev.easel.net.Outbound;
import dev.easel.net.Reply;
import dev.easel.provider.Cancellation;
import dev.easel.provider.Failure;
import dev.easel.provider.Fetched;
import dev.easel.provider.Generation;
import dev.easel.provider.Progress;
import dev.easel.provider.Provider;
import dev.easel.provider.Reconciliation;
import dev.easel.provider.Submission;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A server that speaks the Omni API (omnivideo.net/api-docs, read in November 2026), another Easel
 * first of all. A channel's settings:
 *
 * <pre>
 * base-url: https://easel.example.com   private addresses are fine: the operator wrote it
 * key-env: UPSTREAM_KEY                 the environment variable that holds our key there, or
 * key-file: /run/secrets/upstream-key   the file that does; whatever begins with EASEL_ is taken
 * idempotent: true                      it honours Idempotency-Key, as an Easel does; false unless
 *                                       told
 * remembers: 24h                        for how long it does; at most that, whatever it promises
 * answer-within: 60s                    how long a call may take
 * check-every: 3s                       how often a generation is asked about
 * results-last: 24h                     how long results stay where they are, unless it says so
 * fetch-within: 10m                     how long fetching one of them may take
 * </pre>
 *
 * <p>A submission carries the attempt's id as {@code Idempotency-Key}. The API as it is documented
 * knows no such header, and a server that ignores it makes a second task of a submission that is
 * handed over again: so nothing is, unless {@code idempotent} is true. Another Easel honours it:
 * there handing over again gives the task that the submission made, and a lost answer can be had
 * again without buying twice.
 *
 * <p>How a submission ends: no connection is a rejection, and so are 3xx, 4xx and {@code code} 0;
 * whatever else is not an acceptance is unknown. See {@link Heard} and {@link Words}.
 */
public final class OmniProvider implements Provider {
  private static final Logger log = LoggerFactory.getLogger(OmniProvider.class);
  private static final Pattern TASK_ID = Pattern.compile("[A-Za-z0-9._:-]{1,200}");
  private static final long LARGEST_ANSWER = 1L << 20;
  private static final long SEEDS = 1L << 32;
  private static final Duration LONGEST = Duration.ofDays(7);
  private static final long LATEST_SECOND = 253_402_300_799L; // of the year 9999

  private final String channel;
  private final OmniSettings settings;
  private final Outbound outbound;
  private final InstantSource clock;
  private final Results results;

  /**
   * An adapter for {@code channel}.
   *
   * @param environment the variables that settings may name
   * @param guarded for addresses that the server gives
   * @param trusted reaches private addresses too: for the channel's own address
   */
  public OmniProvider(
      Channel channel,
      Function<String, Optional<String>> environment,
      Outbound guarded,
      Outbound trusted,
      InstantSource clock) {
    this.channel = channel.id();
    this.settings = OmniSettings.read(channel, environment);
    this.outbound = trusted;
    this.clock = clock;
    this.results =
        new Results(settings.base(), new Results.Network(guarded, trusted), settings.fetchWithin());
  }

  /**
   * Checks a channel's settings away from the node that is to use them.
   *
   * @throws CatalogException when one is wrong
   */
  public static void check(Channel channel) {
    OmniSettings.check(channel);
  }

  @Override
  public Submission submit(Generation generation) {
    return switch (create(generation)) {
      case Heard.Done(JsonNode data) ->
          taskId(data)
              .<Submission>map(id -> new Submission.Accepted(id, settings.checkEvery()))
              .orElseGet(() -> new Submission.Unknown("accepted without a usable task_id"));
      case Heard.Refused refused -> refused(generation, refused);
      case Heard.Unsent(String reason) -> {
        log.info("channel {}: attempt {} was not sent: {}", channel, generation.attempt(), reason);
        yield new Submission.Rejected(
            new Failure(Failure.Kind.OVERLOADED, "The provider could not be reached."));
      }
      case Heard.Unclear(String reason) -> new Submission.Unknown(reason);
    };
  }

  private Submission refused(Generation generation, Heard.Refused refused) {
    log.info(
        "channel {}: attempt {} was refused with {}: {}",
        channel,
        generation.attempt(),
        refused.code(),
        refused.message());
    return Words.keyIsKnown(refused)
        ? new Submission.Unknown("the attempt's Idempotency-Key is already in use there")
        : new Submission.Rejected(Words.failure(refused), refused.retryAfter());
  }

  private Heard create(Generation generation) {
    Map<String, String> headers = new HashMap<>(headers());
    headers.put("Idempotency-Key", generation.attempt().toString());
    return call(
        Call.post(
            uri("/api/v1/tasks/create"),
            headers,
            body(generation).toString().getBytes(StandardCharsets.UTF_8)));
  }

  /** Our words are this API's but for three. What a server does not know it ignores. */
  private static ObjectNode body(Generation generation) {
    ObjectNode body = generation.parameters().toJson();
    rename(body, "images", "image_urls");
    rename(body, "mask", "mask_url");
    body.put("model_id", generation.upstreamModel());
    body.remove("n");
    if (generation.outputs() > 1) {
      body.put("n", generation.outputs());
    }
    // The same seed would make every piece of a task the same picture.
    generation
        .parameters()
        .seed()
        .ifPresent(seed -> body.put("seed", (seed + generation.piece()) % SEEDS));
    return body;
  }

  private static void rename(ObjectNode body, String ours, String theirs) {
    JsonNode value = body.remove(ours);
    if (value != null) {
      body.set(theirs, value);
    }
  }

  private static Optional<String> taskId(JsonNode data) {
    return data.path("task_id").asStringOpt().filter(id -> TASK_ID.matcher(id).matches());
  }

  @Override
  public Progress check(Generation generation, String upstreamId) {
    return switch (call(Call.get(task(upstreamId), headers()))) {
      case Heard.Done(JsonNode data) -> progress(generation, data);
      case Heard.Refused refused when Words.notFound(refused) -> new Progress.Missing();
      case Heard.Refused refused ->
          new Progress.Unreachable("answered %d: %s".formatted(refused.code(), refused.message()));
      case Heard.Unsent(String reason) -> new Progress.Unreachable(reason);
      case Heard.Unclear(String reason) -> new Progress.Unreachable(reason);
    };
  }

  private Progress progress(Generation generation, JsonNode data) {
    int status = data.path("task_status").asInt(0);
    return switch (status) {
      case 1, 2 ->
          new Progress.Pending(
              Math.clamp(data.path("progress").asInt(0), 0, 100), settings.checkEvery());
      case 3 -> published(generation, data);
      case 4 -> new Progress.Failed(Words.failed(data.path("fail_reason").asString("")));
      default -> new Progress.Unreachable("answered with the unknown task_status " + status);
    };
  }

  private Progress published(Generation generation, JsonNode data) {
    String field = generation.kind().word() + "_url";
    List<String> urls =
        Stream.concat(
                data.path(field + "s") instanceof ArrayNode several
                    ? several.valueStream()
                    : Stream.empty(),
                Stream.of(data.path(field)))
            .flatMap(url -> url.asStringOpt().stream())
            .distinct()
            .limit(generation.outputs())
            .toList();
    if (urls.isEmpty()) {
      return new Progress.Unreachable("finished without a result");
    }
    List<URI> addresses = urls.stream().flatMap(url -> results.address(url).stream()).toList();
    return addresses.size() < urls.size()
        ? new Progress.Unreachable("a result's address is malformed")
        : new Progress.Published(addresses, lasts(data));
  }

  /**
   * For how long results are there, as far as the server says: in seconds of Unix, or in ISO. Not
   * longer than {@link #LONGEST} is believed, since credits are held meanwhile.
   */
  private Duration lasts(JsonNode data) {
    JsonNode told = data.path("expires_at");
    Optional<Instant> until =
        told.isIntegralNumber()
            ? Optional.of(Instant.ofEpochSecond(Math.clamp(told.asLong(0), 0, LATEST_SECOND)))
            : told.asStringOpt().flatMap(OmniProvider::instant);
    return until
        .map(then -> Duration.between(clock.instant(), then))
        .filter(Duration::isPositive)
        .map(left -> left.compareTo(LONGEST) < 0 ? left : LONGEST)
        .orElse(settings.resultsLast());
  }

  private static Optional<Instant> instant(String text) {
    try {
      return Optional.of(Instant.parse(text));
    } catch (DateTimeParseException _) {
      return Optional.empty();
    }
  }

  @Override
  public <T> Fetched<T> fetch(URI address, long maxBytes, Fetched.Download<T> download) {
    return results.fetch(address, maxBytes, download);
  }

  /**
   * Hands the same attempt over again. A refusal says nothing of the first time, but for one: a
   * server looks up the key before it looks at the balance.
   */
  @Override
  public Reconciliation reconcile(Generation generation) {
    if (!settings.memory().reaches(generation.begunAt(), clock.instant())) {
      return new Reconciliation.Unknowable("handing it over again could buy it twice");
    }
    return switch (create(generation)) {
      case Heard.Done(JsonNode data) ->
          taskId(data)
              .<Reconciliation>map(id -> new Reconciliation.Accepted(id, settings.checkEvery()))
              .orElseGet(() -> new Reconciliation.Unknown("accepted without a usable task_id"));
      case Heard.Refused refused
          when refused.code() == 0
              && !Words.keyIsKnown(refused)
              && Words.failure(refused).kind() == Failure.Kind.NO_CREDIT ->
          new Reconciliation.NotAccepted();
      case Heard.Refused refused ->
          new Reconciliation.Unknown(
              "answered %d: %s".formatted(refused.code(), refused.message()));
      case Heard.Unsent(String reason) -> new Reconciliation.Unknown(reason);
      case Heard.Unclear(String reason) -> new Reconciliation.Unknown(reason);
    };
  }

  @Override
  public boolean reconcilesBySubmitting() {
    return settings.memory().idempotent();
  }

  @Override
  public boolean cancels() {
    return true;
  }

  @Override
  public Cancellation cancel(Generation generation, String upstreamId) {
    byte[] nothing = "{}".getBytes(StandardCharsets.UTF_8);
    URI uri = URI.create(task(upstreamId) + "/cancel");
    return switch (call(Call.post(uri, headers(), nothing))) {
      case Heard.Done(JsonNode data) when data.path("task_status").asInt(0) == 4 ->
          new Cancellation.Canceled();
      case Heard.Done _ -> new Cancellation.TooLate();
      case Heard.Refused refused when Words.tooLate(refused) -> new Cancellation.TooLate();
      // The documented API has no such path.
      case Heard.Refused refused when refused.code() == 404 || refused.code() == 405 ->
          new Cancellation.Unsupported();
      case Heard.Refused refused ->
          new Cancellation.Unconfirmed(
              "answered %d: %s".formatted(refused.code(), refused.message()));
      case Heard.Unsent(String reason) -> new Cancellation.Unconfirmed(reason);
      case Heard.Unclear(String reason) -> new Cancellation.Unconfirmed(reason);
    };
  }

  private Heard call(Call call) {
    Reply reply =
        outbound.call(call, new Outbound.Options(LARGEST_ANSWER, settings.answerWithin(), 0));
    return Heard.of(reply);
  }

  private Map<String, String> headers() {
    return Map.of("Authorization", "Bearer " + settings.key(), "Accept", "application/json");
  }

  /** Ids are of {@link #TASK_ID}: nothing in them needs escaping. */
  private URI task(String upstreamId) {
    return uri("/api/v1/tasks/" + upstreamId);
  }

  private URI uri(String path) {
    return URI.create(settings.base() + path);
  }
}
