package dev.easel.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.easel.account.AccountId;
import dev.easel.db.Batch;
import dev.easel.db.Database;
import dev.easel.engine.Claim;
import dev.easel.engine.Handler;
import dev.easel.engine.Lease;
import dev.easel.net.Call;
import dev.easel.net.Outbound;
import dev.easel.net.Reply;
import dev.easel.webhook.Deliveries.Found;
import dev.easel.webhook.Deliveries.Signer;
import dev.easel.webhook.Deliveries.State;
import dev.easel.webhook.Deliveries.Try;
import dev.easel.webhook.Destinations.Arrival;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes deliveries: at least once each, by a job that stays until the receiver has answered 2xx or
 * the {@link Schedule} is over. Every try is on disk before the next one begins.
 */
public final class Sender implements Handler, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Sender.class);

  /** The kind of the job that makes a delivery. */
  public static final String KIND = "webhook";

  private static final int LONGEST_ANSWER = 4_096;
  private static final int MOST_IN_A_TRANSACTION = 256;
  private static final int TOO_MANY_REQUESTS = 429;
  private static final int UNAVAILABLE = 503;

  /** No answer after that long is a time-out: of the connection, or of the whole. */
  private static final Duration SLOW = Duration.ofSeconds(3);

  private final Means means;
  private final Destinations destinations;
  private final Batch<UUID, Optional<Found>> reads;
  private final Batch<Outcome, Recorded> writes;

  /** What deliveries are made with. */
  public record Means(
      Database database,
      Outbound outbound,
      Bodies bodies,
      Secrets secrets,
      InstantSource clock,
      RandomGenerator random) {}

  /** Starts reading and writing deliveries; sends nothing before it is given jobs. */
  public Sender(Means means) {
    this.means = means;
    this.destinations = new Destinations(means.clock, means.random);
    this.reads =
        means.database.reads(
            "deliveries",
            MOST_IN_A_TRANSACTION,
            (connection, ids) -> {
              Map<UUID, Found> found = Deliveries.find(connection, ids, means.clock.instant());
              return ids.stream().map(id -> Optional.ofNullable(found.get(id))).toList();
            });
    this.writes =
        means.database.batch(
            "tries",
            MOST_IN_A_TRANSACTION,
            (tx, _, outcomes) -> Outcome.write(tx, outcomes, means.clock.instant()));
  }

  @Override
  public void run(Lease lease) {
    Claim claim = lease.claim();
    Optional<Found> found = reads.submit(claim.subject()).filter(Found::isPending);
    if (found.isEmpty()) {
      write(new Outcome.Needless(claim));
      return;
    }
    Optional<String> hindrance = hindrance(found.get());
    if (hindrance.isPresent()) {
      write(givenUp(claim, found.get().delivery(), hindrance.get()));
    } else {
      deliver(lease, found.get());
    }
  }

  private static Optional<String> hindrance(Found found) {
    if (found.delivery().endpoint().isEmpty()) {
      return Optional.empty();
    }
    return switch (found.signer().orElse(null)) {
      case null -> Optional.of("its endpoint was deleted");
      case Signer.OfEndpoint endpoint when endpoint.isDisabled() ->
          Optional.of("its endpoint is disabled");
      case Signer.OfEndpoint _, Signer.OfAccount _ -> Optional.empty();
    };
  }

  private Outcome givenUp(Claim claim, Delivery delivery, String why) {
    return new Outcome.Hopeless(
        claim, new Try(delivery, means.clock.instant(), 0, Optional.empty(), why));
  }

  private void deliver(Lease lease, Found found) {
    URI url = URI.create(found.delivery().url());
    switch (arrive(found.delivery().account(), url)) {
      case Arrival.Later(Instant when) -> write(new Outcome.Postponed(lease.claim(), when));
      case Arrival.Unanswered(Instant when) ->
          write(
              isOld(found)
                  ? givenUp(lease.claim(), found.delivery(), "its receiver does not answer")
                  : new Outcome.Postponed(lease.claim(), when));
      case Arrival.Entered(Destinations.Destination place) -> deliver(lease, found, url, place);
    }
  }

  /** Whether its schedule would be over, had it only got its tries. */
  private boolean isOld(Found found) {
    Duration age = Duration.between(found.owedSince(), means.clock.instant());
    return age.compareTo(found.delivery().shape().schedule().length()) >= 0;
  }

  private Arrival arrive(AccountId account, URI url) {
    try {
      return destinations.enter(account, url);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("stopped while it waited for " + url.getHost(), stopped);
    }
  }

  private void deliver(Lease lease, Found found, URI url, Destinations.Destination place) {
    Delivery delivery = found.delivery();
    Optional<byte[]> body;
    List<SigningSecret> secrets;
    try {
      body = means.bodies.of(delivery);
      secrets = secrets(found);
    } catch (RuntimeException failed) {
      place.leave();
      throw failed;
    }
    if (body.isEmpty() || !lease.isHeld()) {
      place.leave();
      if (body.isEmpty()) {
        write(givenUp(lease.claim(), delivery, "its task was deleted"));
      }
      return;
    }
    Instant startedAt = means.clock.instant();
    Map<String, String> headers = Signature.headers(delivery, secrets, startedAt, body.get());
    write(send(lease.claim(), found, startedAt, Call.post(url, headers, body.get()), place));
  }

  private List<SigningSecret> secrets(Found found) {
    Delivery delivery = found.delivery();
    return switch (found.signer().orElse(null)) {
      case null -> List.of();
      case Signer.OfAccount(byte[] secret) ->
          List.of(means.secrets.decrypt(delivery.account(), secret));
      case Signer.OfEndpoint(_, List<byte[]> secrets) ->
          secrets.stream()
              .map(secret -> means.secrets.decrypt(delivery.endpoint().orElseThrow(), secret))
              .toList();
    };
  }

  private Outcome send(
      Claim claim, Found found, Instant startedAt, Call call, Destinations.Destination place) {
    Duration limit = found.delivery().shape().schedule().timeLimit();
    long began = System.nanoTime();
    Reply reply = new Reply.NoAnswer("was not asked");
    try {
      reply = means.outbound.tell(call, new Outbound.Options(LONGEST_ANSWER, limit, 0));
    } finally {
      long millis = (System.nanoTime() - began) / 1_000_000;
      place.leave(millis, !(reply instanceof Reply.Answered) && millis >= SLOW.toMillis());
    }
    long millis = (System.nanoTime() - began) / 1_000_000;
    return switch (reply) {
      case Reply.Answered(int status, Optional<Duration> asked, byte[] answer) ->
          answered(
              claim,
              found,
              new Try(found.delivery(), startedAt, millis, Optional.of(status), text(answer)),
              asked.filter(_ -> status == TOO_MANY_REQUESTS || status == UNAVAILABLE));
      case Reply.NotSent(String why) -> unanswered(claim, found, startedAt, millis, why);
      case Reply.NoAnswer(String why) -> unanswered(claim, found, startedAt, millis, why);
    };
  }

  private Outcome unanswered(Claim claim, Found found, Instant startedAt, long millis, String why) {
    Try made = new Try(found.delivery(), startedAt, millis, Optional.empty(), why);
    return failed(claim, found, made, Optional.empty());
  }

  private Outcome answered(Claim claim, Found found, Try made, Optional<Duration> asked) {
    int status = made.status().orElseThrow();
    if (status >= 200 && status <= 299) {
      return new Outcome.Tried(claim, made, State.DELIVERED, made.startedAt());
    }
    boolean isOver = status == EndpointHealth.GONE && found.delivery().endpoint().isPresent();
    return isOver
        ? new Outcome.Tried(claim, made, State.EXHAUSTED, made.startedAt())
        : failed(claim, found, made, asked);
  }

  private Outcome failed(Claim claim, Found found, Try made, Optional<Duration> asked) {
    Schedule.Failed failed =
        new Schedule.Failed(
            made.number(), found.firstAt().orElse(made.startedAt()), means.clock.instant(), asked);
    Optional<Instant> next =
        found.delivery().shape().schedule().next(failed, means.random.nextDouble());
    return new Outcome.Tried(
        claim, made, next.isPresent() ? State.PENDING : State.EXHAUSTED, next.orElse(failed.now()));
  }

  /** What PostgreSQL can hold of an answer. */
  private static String text(byte[] answer) {
    return new String(answer, UTF_8).replace("\0", "");
  }

  private void write(Outcome outcome) {
    Recorded recorded = writes.submit(outcome);
    recorded
        .disabled()
        .forEach((endpoint, why) ->
            log.error("ALERT: the webhook endpoint {} is disabled: {}", endpoint, why));
    if (recorded.isOurs()) {
      switch (outcome) {
        case Outcome.Tried(_, Try made, State state, _) when state == State.EXHAUSTED ->
            logGivenUp(made);
        case Outcome.Hopeless(_, Try why) -> logGivenUp(why);
        case Outcome.Tried _, Outcome.Postponed _, Outcome.Needless _ -> {}
      }
    }
  }

  private static void logGivenUp(Try last) {
    log.warn(
        "delivery {} of task {} is given up: {}",
        last.delivery().id(),
        last.delivery().task(),
        last.status().map(status -> "it was answered " + status).orElse(last.text()));
  }

  /**
   * What was written.
   *
   * @param isOurs whether the claim still held the job; otherwise nothing was
   * @param disabled endpoints that are to hear nothing any more, and why
   */
  record Recorded(boolean isOurs, Map<UUID, String> disabled) {}

  @Override
  public void close() {
    reads.close();
    writes.close();
  }
}
