package dev.easel.task;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.easel.catalog.MediaKind;
import dev.easel.catalog.Parameters;
import dev.easel.catalog.Quote;
import dev.easel.db.Database;
import dev.easel.db.Invariants;
import dev.easel.engine.ManualEngine;
import dev.easel.ledger.Balance;
import dev.easel.provider.Progress;
import dev.easel.provider.Submission;
import dev.easel.task.TestHouse.Customer;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.JsonNodeFactory;

/** What a provider has published is fetched until it is ours, or gone; it is never made again. */
@ExtendWith(Invariants.class)
class StoringTest {
  private static final URI FIRST = URI.create("https://secret.example/1.png?token=abc");
  private static final URI SECOND = URI.create("https://secret.example/2.png?token=abc");
  private static final Duration LASTS = Duration.ofHours(24);
  private static final Duration SECOND_LONG = Duration.ofSeconds(1);

  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
  private final Logger log = (Logger) LoggerFactory.getLogger("dev.easel");
  private TestHouse house;

  @BeforeEach
  void open(Database database) {
    house = new TestHouse(database);
    logged.start();
    log.addAppender(logged);
  }

  @AfterEach
  void close() {
    log.detachAppender(logged);
    house.close();
    assertThat(logged.list)
        .as("an upstream's address is nobody's business")
        .noneMatch(line -> line.getFormattedMessage().contains("secret.example"));
  }

  private static Submission published(URI... addresses) {
    return new Submission.Published(List.of(addresses), LASTS);
  }

  private long fetches(URI address) {
    return house.a.calls().stream().filter(("fetch " + address)::equals).count();
  }

  private int rowsWithAddresses() {
    return house.database.read(tx ->
        tx.createQuery("select count(*) from attempt where copies is not null")
            .mapTo(Integer.class)
            .one());
  }

  private Attempt.State onlyState(Task task) {
    assertThat(house.attempts(task)).hasSize(1);
    return house.attempts(task).getFirst().state();
  }

  @Test
  void whatIsPublishedIsFetchedAndPaidFor() {
    Customer customer = house.customer(100);
    Task task = house.accept(customer, 10, 2);
    house.a.submits(published(FIRST, SECOND)).publishes(_ -> pixel());
    house.engine.runAll();
    assertThat(house.state(task))
        .asInstanceOf(type(TaskState.Succeeded.class))
        .satisfies(done -> assertThat(done.results()).hasSize(2));
    assertThat(house.balance(customer)).isEqualTo(new Balance(90, 0));
    assertThat(rowsWithAddresses()).isZero();
  }

  /** The first of two is there at once. A node dies after each try: nothing is in its memory. */
  @Test
  void anotherNodeGoesOnWhereOneStopped() {
    Customer customer = house.customer(100);
    Task task = house.accept(customer, 10, 2);
    house.a.submits(published(FIRST, SECOND));
    house.a.publishes(address -> address.equals(FIRST) ? pixel() : Optional.empty());
    house.engine.runAll();
    assertThat(onlyState(task))
        .asInstanceOf(type(Attempt.State.Storing.class))
        .satisfies(storing -> {
          assertThat(storing.kept()).hasSize(1);
          assertThat(storing.copies().getLast()).isEqualTo(new Copy.Wanted(SECOND));
          assertThat(storing.tries()).isEqualTo(1);
          assertThat(storing.until()).isEqualTo(house.clock.instant().plus(LASTS));
        });

    ManualEngine other = house.engine("node-2", TestHouse.LEASE);
    house.clock.advance(SECOND_LONG);
    other.runAll();
    assertThat(onlyState(task)).isInstanceOf(Attempt.State.Storing.class);
    assertThat(house.balance(customer)).as("held as before").isEqualTo(new Balance(90, 10));

    house.a.publishes(_ -> pixel());
    house.clock.advance(SECOND_LONG.multipliedBy(2));
    house.engine("node-3", TestHouse.LEASE).runAll();
    assertThat(house.state(task)).isInstanceOf(TaskState.Succeeded.class);
    assertThat(house.a.calls()).containsOnlyOnce("submit");
    assertThat(fetches(FIRST)).as("what is stored is not fetched again").isEqualTo(1);
    assertThat(fetches(SECOND)).isEqualTo(3);
    assertThat(house.balance(customer)).isEqualTo(new Balance(90, 0));
  }

  @Test
  void aNodeThatDiesWhileItFetchesIsFollowedByAnother() {
    Customer customer = house.customer(100);
    Task task = house.accept(customer);
    house.a.submits(published(FIRST));
    house.a.publishes(_ -> {
      throw new StackOverflowError("this node is no more");
    });
    assertThat(house.engine.runAll()).isNotEmpty();
    assertThat(onlyState(task)).isInstanceOf(Attempt.State.Storing.class);

    house.a.publishes(_ -> pixel());
    house.clock.advance(TestHouse.LEASE.plusSeconds(1));
    ManualEngine other = house.engine("node-2", TestHouse.LEASE);
    other.rescue();
    other.runAll();
    assertThat(house.state(task)).isInstanceOf(TaskState.Succeeded.class);
    assertThat(house.a.calls()).containsOnlyOnce("submit");
    assertThat(house.balance(customer)).isEqualTo(new Balance(90, 0));
  }

  @Test
  void whatIsGoneForGoodIsRefundedAndNotMadeAgain() {
    Customer customer = house.customer(100);
    Task task = house.accept(customer);
    house.routes(TestHouse.TO_A, TestHouse.TO_B);
    house.a.submits(new Submission.Accepted("up-1", SECOND_LONG));
    house.a.checks(new Progress.Published(List.of(FIRST), LASTS));
    Instant begun = house.clock.instant();
    while (house.state(task) instanceof TaskState.Running
        || house.state(task) instanceof TaskState.Queued) {
      house.engine.runAll();
      house.clock.advance(Duration.ofMinutes(1));
      assertThat(house.clock.instant()).isBefore(begun.plus(LASTS.multipliedBy(2)));
    }
    assertThat(house.clock.instant()).isAfter(begun.plus(LASTS));
    assertThat(house.state(task))
        .asInstanceOf(type(TaskState.Failed.class))
        .satisfies(failed ->
            assertThat(failed.failure().message())
                .startsWith("The result could not be fetched")
                .doesNotContain("secret.example"));
    assertThat(house.a.calls()).containsOnlyOnce("submit");
    assertThat(house.b.calls()).isEmpty();
    assertThat(fetches(FIRST)).isBetween(100L, 200L);
    assertThat(house.balance(customer)).isEqualTo(new Balance(100, 0));
    assertThat(rowsWithAddresses()).isZero();
    assertThat(logged.list)
        .filteredOn(line -> line.getLevel() == Level.ERROR)
        .singleElement()
        .extracting(ILoggingEvent::getFormattedMessage)
        .asString()
        .startsWith("ALERT: task " + task.id())
        .contains("answered 404");
  }

  @Test
  void whatCouldBeHadOfItIsWhatWasMade() {
    Customer customer = house.customer(100);
    Task task = house.accept(customer, 10, 2);
    house.a.submits(published(FIRST, SECOND));
    house.a.publishes(address -> address.equals(SECOND) ? pixel() : Optional.empty());
    house.engine.runAll();
    house.clock.advance(LASTS);
    house.engine.runAll();
    assertThat(house.state(task))
        .asInstanceOf(type(TaskState.Succeeded.class))
        .satisfies(done -> {
          assertThat(done.results()).hasSize(1);
          assertThat(done.captured()).isEqualTo(5);
        });
    assertThat(house.balance(customer)).isEqualTo(new Balance(95, 0));
    assertThat(logged.list).anyMatch(line -> line.getFormattedMessage().startsWith("ALERT: task"));
  }

  /** An error page, a picture that says sorry where a film is due, and at last the film. */
  @Test
  void whatIsOfAnotherTypeIsFetchedAgain() throws IOException {
    Customer customer = house.customer(100);
    Task task = house.accept(customer, film(customer));
    house.a.submits(published(FIRST));
    house.a.publishes(_ -> Optional.of("<html>busy</html>".getBytes(US_ASCII)));
    house.engine.runAll();
    house.a.publishes(_ -> pixel());
    house.clock.advance(SECOND_LONG);
    house.engine.runAll();
    Attempt.State.Storing storing = (Attempt.State.Storing) onlyState(task);
    assertThat(storing.tries()).isEqualTo(2);
    assertThat(storing.kept()).isEmpty();

    house.a.streams(_ -> Optional.of(new Film(1 << 20)));
    house.clock.advance(SECOND_LONG.multipliedBy(2));
    house.engine.runAll();
    List<Asset> results = ((TaskState.Succeeded) house.state(task)).results();
    assertThat(results).extracting(Asset::mediaType).containsExactly("video/mp4");
    String stem = results.getFirst().name().replace(".mp4", "");
    assertThat(house.store.open(stem + ".png")).as("the picture is not left behind").isEmpty();
  }

  /** 2 GiB and a byte are not stored, and not fetched again before an hour has passed. */
  @Test
  void whatIsTooLargeIsFetchedAgainAfterAnHour() {
    Customer customer = house.customer(100);
    Task task = house.accept(customer);
    house.a.submits(published(FIRST)).tooLarge(true);
    house.engine.runAll();
    house.clock.advance(Duration.ofMinutes(59));
    house.engine.runAll();
    assertThat(fetches(FIRST)).isEqualTo(1);
    house.a.tooLarge(false).publishes(_ -> pixel());
    house.clock.advance(Duration.ofMinutes(1));
    house.engine.runAll();
    assertThat(house.state(task)).isInstanceOf(TaskState.Succeeded.class);
  }

  @Test
  void aStoreThatIsFullIsWaitedForWithoutHoldingTheJob() {
    Customer customer = house.customer(100);
    Task task = house.accept(customer);
    house.a.submits(published(FIRST)).publishes(_ -> pixel());
    house.store.full(true);
    house.engine.runAll();
    assertThat(onlyState(task)).isInstanceOf(Attempt.State.Storing.class);
    assertThat(logged.list)
        .anyMatch(line -> line.getFormattedMessage().startsWith("ALERT: results"));

    house.store.full(false);
    house.clock.advance(SECOND_LONG);
    house.engine.runAll();
    assertThat(house.state(task)).isInstanceOf(TaskState.Succeeded.class);
  }

  /** Its provider is done with it: a result that cannot be had keeps nobody else waiting. */
  @Test
  void whatIsBeingStoredHoldsNoSlotOfItsChannel() {
    house.limitChannel("a", 1);
    Customer customer = house.customer(100);
    house.a.submits(published(FIRST), ScriptedProvider.produced(1));
    Task first = house.accept(customer);
    house.engine.runAll();
    Task second = house.accept(customer);
    house.engine.runAll();
    assertThat(house.state(first)).isInstanceOf(TaskState.Running.class);
    assertThat(house.state(second)).isInstanceOf(TaskState.Succeeded.class);

    house.a.publishes(_ -> pixel());
    house.clock.advance(SECOND_LONG);
    house.engine.runAll();
    assertThat(house.state(first)).isInstanceOf(TaskState.Succeeded.class);
  }

  @Test
  void itIsTooLateToStopWhatIsBeingStored() {
    Customer customer = house.customer(100);
    Task task = house.accept(customer);
    house.a.submits(published(FIRST)).cancels();
    house.engine.runAll();
    Task running = new Task(task.request(), task.createdAt(), house.state(task));
    assertThat(house.settlement.cancel(running)).isEqualTo(Settlement.Canceling.ASKED);
    house.engine.runAll();
    assertThat(house.state(task))
        .asInstanceOf(type(TaskState.Running.class))
        .extracting(TaskState.Running::isToStop)
        .isEqualTo(false);
    assertThat(house.a.calls()).noneMatch(call -> call.startsWith("cancel"));
    assertThat(house.balance(customer)).isEqualTo(new Balance(90, 10));
  }

  /** Were it held, as much would be read before the first byte is written. */
  @Test
  void aFilmGoesThroughInSmallPieces() {
    Customer customer = house.customer(100);
    Task task = house.accept(customer, film(customer));
    Film film = new Film(64 << 20);
    house.a.submits(published(FIRST)).streams(_ -> Optional.of(film));
    house.engine.runAll();
    assertThat(((TaskState.Succeeded) house.state(task)).results())
        .extracting(Asset::bytes)
        .containsExactly(64L << 20);
    assertThat(film.mostAtOnce).as("bytes asked for at once").hasValueLessThanOrEqualTo(1 << 20);
  }

  private static Optional<byte[]> pixel() {
    return Optional.of(ScriptedProvider.pixel());
  }

  private static TaskRequest film(Customer customer) {
    return new TaskRequest(
        TaskId.random(Instant.now()),
        customer.account(),
        customer.key(),
        new Origin("kie", "bytedance/seedance-2", "{}"),
        "seedance-2",
        MediaKind.VIDEO,
        new Parameters(JsonNodeFactory.instance.objectNode().put("prompt", "p").put("n", 1)),
        1,
        new Quote(40));
  }

  /** So many bytes that begin as an MP4 film does. */
  private static final class Film extends InputStream {
    private static final byte[] HEAD = "\0\0\0\20ftypisom\0\0\0\0".getBytes(US_ASCII);

    private final AtomicLong mostAtOnce = new AtomicLong();
    private final int length;
    private int read;

    Film(int length) {
      this.length = length;
    }

    @Override
    public int read() {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0];
    }

    @Override
    public int read(byte[] buffer, int offset, int count) {
      mostAtOnce.accumulateAndGet(count, Math::max);
      if (read == length) {
        return -1;
      }
      int some = Math.min(count, length - read);
      Arrays.fill(buffer, offset, offset + some, (byte) 0);
      for (int i = read; i < Math.min(HEAD.length, read + some); i++) {
        buffer[offset + i - read] = HEAD[i];
      }
      read += some;
      return some;
    }
  }
}
