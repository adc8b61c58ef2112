package dev.easel.provider.omni;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.easel.blackbox.Upstream;
import dev.easel.blackbox.Upstream.Call;
import dev.easel.blackbox.Upstream.Fault;
import dev.easel.catalog.CatalogException;
import dev.easel.catalog.Channel;
import dev.easel.catalog.MediaKind;
import dev.easel.catalog.Parameters;
import dev.easel.net.AddressGuard;
import dev.easel.net.Outbound;
import dev.easel.provider.Cancellation;
import dev.easel.provider.Failure;
import dev.easel.provider.Fetched;
import dev.easel.provider.Generation;
import dev.easel.provider.Progress;
import dev.easel.provider.Reconciliation;
import dev.easel.provider.Submission;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Every way in which a call to an Omni server can end, against a real one. */
@Timeout(60)
class OmniProviderTest {
  private static final Outbound GUARDED = new Outbound(new AddressGuard(List.of()), "Easel/test");
  private static final Outbound TRUSTED = new Outbound(AddressGuard.TRUSTING, "Easel/test");
  private static final Instant NOW = Instant.parse("2026-11-01T12:00:00Z");
  private static final InstantSource CLOCK = () -> NOW;
  private static final String PROMPT = "{\"prompt\":\"a hill\"}";
  private static final String IDEMPOTENT = ",\"idempotent\":true";

  private Upstream upstream;

  @BeforeEach
  void start() throws IOException {
    upstream = new Upstream();
  }

  @AfterEach
  void stop() throws IOException {
    upstream.close();
  }

  /** For a server that is meant not to answer. */
  private OmniProvider hasty() {
    return provider(upstream.url(), "300ms", "");
  }

  private static OmniProvider provider(String url, String patience, String more) {
    String settings =
        "{\"base-url\":\"%s\",\"key-env\":\"UPSTREAM_KEY\",\"answer-within\":\"%s\"%s}"
            .formatted(url, patience, more);
    return new OmniProvider(channel(settings), OmniProviderTest::variable, GUARDED, TRUSTED, CLOCK);
  }

  private static Channel channel(String settings) {
    ObjectNode json = (ObjectNode) JsonMapper.shared().readTree(settings);
    return new Channel("upstream", "omni", json, OptionalInt.empty());
  }

  private static Optional<String> variable(String name) {
    return name.equals("UPSTREAM_KEY") ? Optional.of(Upstream.KEY) : Optional.empty();
  }

  private static Generation generation(int piece, int outputs, String parameters) {
    return generation(NOW, piece, outputs, parameters);
  }

  private static Generation generation(Instant begunAt, int piece, int outputs, String parameters) {
    return new Generation(
        UUID.randomUUID(),
        begunAt,
        piece,
        1,
        "gpt-image-2",
        MediaKind.IMAGE,
        outputs,
        new Parameters((ObjectNode) JsonMapper.shared().readTree(parameters)));
  }

  /** The machine may be busy. */
  private OmniProvider patient() {
    return patient("");
  }

  private OmniProvider patient(String more) {
    return provider(upstream.url(), "20s", more);
  }

  // How handing over can end: what the server does -> what we make of it, what was bought, and what
  // becomes of asking.
  @ParameterizedTest
  @CsvSource({
    "NONE,           Accepted,                0, 1, Accepted",
    "UNAUTHORIZED,   Rejected BAD_CREDENTIAL, 0, 0, Accepted",
    "NO_CREDIT,      Rejected NO_CREDIT,      0, 0, Accepted",
    "INVALID,        Rejected INVALID_INPUT,  0, 0, Accepted",
    "RATE_LIMIT,     Rejected RATE_LIMITED,   1, 0, Accepted",
    "GONE,           Rejected INTERNAL,       0, 0, Accepted",
    "ERROR_BEFORE,   Unknown,                 0, 0, Accepted",
    "ERROR_AFTER,    Unknown,                 0, 1, Accepted",
    "HANG_UP,        Unknown,                 0, 0, Accepted",
    "LOST_ANSWER,    Unknown,                 0, 1, Accepted",
    "MALFORMED,      Unknown,                 0, 1, Accepted",
    "SLOW,           Unknown,                 0, 1, Accepted",
    "DEAD,           Unknown,                 0, 0, Accepted"
  })
  void everySubmissionEndsAsWhatItProves(
      Fault fault, String answer, int retryAfter, int bought, String asked) {
    boolean hasty = fault == Fault.SLOW || fault == Fault.DEAD;
    Generation generation = generation(0, 1, PROMPT);
    upstream.next(Call.CREATE, fault);
    Submission submission = (hasty ? hasty() : patient()).submit(generation);
    assertThat(describe(submission)).isEqualTo(answer);
    if (submission instanceof Submission.Rejected rejected) {
      assertThat(rejected.retryAfter().orElse(Duration.ZERO))
          .isEqualTo(Duration.ofSeconds(retryAfter));
    }
    assertThat(upstream.purchases()).hasSize(bought);

    // Asked again, the server gives the same task: nothing is bought twice.
    assertThat(patient(IDEMPOTENT).reconcile(generation).getClass().getSimpleName())
        .isEqualTo(asked);
    assertThat(upstream.purchasesByKey()).containsOnlyKeys(generation.attempt().toString());
    assertThat(upstream.purchases()).hasSize(1);
  }

  private static String describe(Submission submission) {
    return submission instanceof Submission.Rejected rejected
        ? "Rejected " + rejected.failure().kind()
        : submission.getClass().getSimpleName();
  }

  @Test
  void whoeverCannotBeReachedBoughtNothing() throws IOException {
    upstream.refuse();
    assertThat(describe(patient().submit(generation(0, 1, PROMPT))))
        .isEqualTo("Rejected OVERLOADED");
    assertThat(
            describe(
                provider("http://nowhere.invalid", "20s", "").submit(generation(0, 1, PROMPT))))
        .isEqualTo("Rejected OVERLOADED");
  }

  /** What answers here speaks no TLS: the handshake fails, and the body never leaves. */
  @Test
  void aFailedHandshakeBoughtNothing() {
    OmniProvider provider = provider("https://127.0.0.1:" + upstream.port(), "20s", "");
    assertThat(describe(provider.submit(generation(0, 1, PROMPT))))
        .isEqualTo("Rejected OVERLOADED");
    assertThat(upstream.purchases()).isEmpty();
  }

  /** A handshake that never ends is known not to have got anywhere. */
  @Test
  void aSilentHandshakeBoughtNothing() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.ofLiteral("127.0.0.1"))) {
      OmniProvider provider = provider("https://127.0.0.1:" + silent.getLocalPort(), "300ms", "");
      assertThat(describe(provider.submit(generation(0, 1, PROMPT))))
          .isEqualTo("Rejected OVERLOADED");
    }
  }

  @Test
  void nothingIsHandedOverAgainByItself() {
    upstream.always(Call.CREATE, Fault.ERROR_BEFORE);
    patient().submit(generation(0, 1, PROMPT));
    assertThat(upstream.calls(Call.CREATE)).isEqualTo(1);
  }

  /** The API is documented without a key; where nothing is said, the server is taken for one. */
  @ParameterizedTest
  @ValueSource(strings = {"", ",\"remembers\":\"24h\"", ",\"idempotent\":false"})
  void aLostSubmissionIsNeverHandedOverAgainUnlessTheChannelIsSaidToBeIdempotent(String more) {
    OmniProvider provider = patient(more);
    Generation generation = generation(0, 1, PROMPT);
    upstream.idempotent(false);
    upstream.next(Call.CREATE, Fault.LOST_ANSWER);
    assertThat(provider.submit(generation)).isInstanceOf(Submission.Unknown.class);
    assertThat(provider.reconcile(generation)).isInstanceOf(Reconciliation.Unknowable.class);
    assertThat(upstream.calls(Call.CREATE)).isEqualTo(1);
    assertThat(upstream.purchases()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({"23, Accepted, 1", "24, Unknowable, 0"})
  void whatTheServerMayHaveForgottenIsNotHandedOverAgain(int hours, String answer, int calls) {
    Generation generation = generation(NOW.minus(Duration.ofHours(hours)), 0, 1, PROMPT);
    assertThat(patient(IDEMPOTENT).reconcile(generation).getClass().getSimpleName())
        .isEqualTo(answer);
    assertThat(upstream.calls(Call.CREATE)).isEqualTo(calls);
  }

  @ParameterizedTest
  @CsvSource({
    "NO_CREDIT,    NotAccepted",
    "UNAUTHORIZED, Unknown",
    "INVALID,      Unknown",
    "RATE_LIMIT,   Unknown",
    "GONE,         Unknown",
    "ERROR_BEFORE, Unknown",
    "HANG_UP,      Unknown",
    "MALFORMED,    Unknown"
  })
  void aRefusalToBeAskedProvesNothingButForCredit(Fault fault, String answer) {
    upstream.next(Call.CREATE, fault);
    assertThat(patient(IDEMPOTENT).reconcile(generation(0, 1, PROMPT)).getClass().getSimpleName())
        .isEqualTo(answer);
  }

  @ParameterizedTest
  @CsvSource({
    "NONE,           Published",
    "UNAUTHORIZED,   Unreachable",
    "RATE_LIMIT,     Unreachable",
    "GONE,           Missing",
    "ERROR_BEFORE,   Unreachable",
    "HANG_UP,        Unreachable",
    "MALFORMED,      Unreachable",
    "UNKNOWN_STATUS, Unreachable"
  })
  void everyCheckEndsAsWhatItProves(Fault fault, String answer) {
    Generation generation = generation(0, 1, PROMPT);
    var accepted = (Submission.Accepted) patient().submit(generation);
    upstream.next(Call.READ, fault);
    assertThat(patient().check(generation, accepted.upstreamId()).getClass().getSimpleName())
        .isEqualTo(answer);
  }

  @Test
  void aCheckThatIsNotAnsweredSaysNothing() throws IOException {
    Generation generation = generation(0, 1, PROMPT);
    var accepted = (Submission.Accepted) patient().submit(generation);
    upstream.next(Call.READ, Fault.DEAD);
    assertThat(hasty().check(generation, accepted.upstreamId()))
        .isEqualTo(new Progress.Unreachable("took too long to answer"));
    upstream.refuse();
    assertThat(patient().check(generation, accepted.upstreamId()))
        .isEqualTo(new Progress.Unreachable("refused the connection"));
  }

  @Test
  void anIdThatNobodyKnowsIsMissing() {
    assertThat(patient().check(generation(0, 1, PROMPT), "up-99"))
        .isEqualTo(new Progress.Missing());
  }

  @Test
  void whatIsUnderWayIsPending() {
    upstream.takes(Duration.ofHours(1));
    OmniProvider provider = patient(",\"check-every\":\"7s\"");
    Generation generation = generation(0, 1, PROMPT);
    var accepted = (Submission.Accepted) provider.submit(generation);
    assertThat(accepted.checkAfter()).isEqualTo(Duration.ofSeconds(7));
    assertThat(provider.check(generation, accepted.upstreamId()))
        .isEqualTo(new Progress.Pending(40, Duration.ofSeconds(7)));
  }

  @Test
  void whatFailedThereFailsHere() {
    upstream.next(Call.CREATE, Fault.FAIL);
    Generation generation = generation(0, 1, PROMPT);
    var accepted = (Submission.Accepted) patient().submit(generation);
    assertThat(patient().check(generation, accepted.upstreamId()))
        .isEqualTo(new Progress.Failed(new Failure(Failure.Kind.INTERNAL, "The model broke.")));
  }

  private Progress.Published published(OmniProvider provider, int outputs) {
    Generation generation = generation(0, outputs, PROMPT);
    var accepted = (Submission.Accepted) provider.submit(generation);
    return (Progress.Published) provider.check(generation, accepted.upstreamId());
  }

  private static Fetched<byte[]> fetch(OmniProvider provider, URI address) {
    return provider.fetch(address, 1 << 20, InputStream::readAllBytes);
  }

  @Test
  void everyResultCanBeFetched() {
    OmniProvider provider = patient();
    Progress.Published published = published(provider, 3);
    assertThat(published.addresses()).hasSize(3);
    assertThat(published.lasts()).isEqualTo(Duration.ofHours(24));
    for (URI address : published.addresses()) {
      assertThat(fetch(provider, address))
          .isInstanceOfSatisfying(
              Fetched.Whole.class,
              file ->
                  assertThat(new String((byte[]) file.content(), 1, 3, ISO_8859_1))
                      .isEqualTo("PNG"));
    }
  }

  // How fetching can end; what is said of it never tells where it lies.
  @ParameterizedTest
  @CsvSource({
    "GONE,         has an address that answered 404",
    "ERROR_BEFORE, has an address that answered 500",
    "HANG_UP,      has an address that broke the connection",
    "CUT_OFF,      has an address that broke the connection",
    "SLOW,         has an address that took too long to answer",
    "DEAD,         has an address that took too long to answer"
  })
  void aResultThatCannotBeHadNowCanBeHadLater(Fault fault, String reason) {
    boolean hasty = fault == Fault.SLOW || fault == Fault.DEAD;
    OmniProvider provider = patient(",\"fetch-within\":\"%s\"".formatted(hasty ? "300ms" : "20s"));
    URI address = published(provider, 1).addresses().getFirst();
    upstream.next(Call.FILE, fault);
    assertThat(fetch(provider, address)).isEqualTo(new Fetched.Failed<>(reason));
    assertThat(fetch(patient(), address)).isInstanceOf(Fetched.Whole.class);
  }

  @Test
  void aResultThatSaysThatItIsTooLargeIsNotRead() {
    OmniProvider provider = patient();
    URI address = published(provider, 1).addresses().getFirst();
    upstream.next(Call.FILE, Fault.TOO_LARGE);
    assertThat(fetch(provider, address)).isEqualTo(new Fetched.TooLarge<>(1 << 20));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1793538000             | PT1H",
        "'2026-11-01T14:00:00Z' | PT2H",
        "'soon'                 | PT24H",
        "1                      | PT24H",
        "null                   | PT24H"
      })
  void resultsLastForAsLongAsTheServerSays(String told, Duration lasts) {
    upstream.expiresAt(told.startsWith("2") || told.equals("soon") ? "\"" + told + "\"" : told);
    assertThat(published(patient(), 1).lasts()).isEqualTo(lasts);
  }

  @Test
  void otherwiseAsLongAsTheOperatorSays() {
    assertThat(published(patient(",\"results-last\":\"90m\""), 1).lasts())
        .isEqualTo(Duration.ofMinutes(90));
  }

  /** Loopback is the server's own address here, and no other address may be inside. */
  @Test
  void onlyTheServersOwnAddressIsBeyondTheGuard() throws IOException {
    try (Upstream another = new Upstream()) {
      upstream.filesUrl(another.url());
      OmniProvider provider = patient();
      assertThat(fetch(provider, published(provider, 1).addresses().getFirst()))
          .isEqualTo(
              new Fetched.Failed<>(
                  "has an address that leads to a loopback address, which may not be contacted"));
      assertThat(another.calls(Call.FILE)).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "NONE,         Canceled",
    "UNAUTHORIZED, Unconfirmed",
    "GONE,         Unsupported",
    "ERROR_BEFORE, Unconfirmed",
    "LOST_ANSWER,  Unconfirmed"
  })
  void cancelingEndsAsWhatItProves(Fault fault, String answer) {
    upstream.takes(Duration.ofHours(1));
    Generation generation = generation(0, 1, PROMPT);
    var accepted = (Submission.Accepted) patient().submit(generation);
    upstream.next(Call.CANCEL, fault);
    assertThat(patient().cancel(generation, accepted.upstreamId()).getClass().getSimpleName())
        .isEqualTo(answer);
  }

  @Test
  void whatIsFinishedCannotBeCanceled() {
    Generation generation = generation(0, 1, PROMPT);
    var accepted = (Submission.Accepted) patient().submit(generation);
    assertThat(patient().cancel(generation, accepted.upstreamId()))
        .isEqualTo(new Cancellation.TooLate());
  }

  @Test
  void ourWordsBecomeTheirs() {
    patient()
        .submit(
            generation(
                1,
                2,
                """
                {"prompt":"a hill","images":["https://a.example/1.png"],"mask":"https://a.example/2.png",
                 "aspect_ratio":"16:9","resolution":"2K","n":5,"output_format":"webp","seed":4294967295}
                """));
    JsonNode expected =
        JsonMapper.shared()
            .readTree(
                """
                {"model_id":"gpt-image-2","prompt":"a hill","image_urls":["https://a.example/1.png"],
                 "mask_url":"https://a.example/2.png","aspect_ratio":"16:9","resolution":"2K","n":2,
                 "output_format":"webp","seed":0}
                """);
    assertThat(upstream.purchases().getFirst().request()).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'key-env':'UPSTREAM_KEY'} | : base-url is missing",
        "{'base-url':'ftp://x','key-env':'UPSTREAM_KEY'} | .base-url: must be an address such as"
            + " https://easel.example.com, without user, query or fragment, not \"ftp://x\"",
        "{'base-url':'http://a:b@x','key-env':'UPSTREAM_KEY'} | .base-url: must be an address such as"
            + " https://easel.example.com, without user, query or fragment, not \"http://a:b@x\"",
        "{'base-url':'http://x'} | : give either key-env or key-file",
        "{'base-url':'http://x','key-env':'A','key-file':'b'} | : give either key-env or key-file",
        "{'base-url':'http://x','key-env':'A'} | : key-env: the environment variable A is not set",
        "{'base-url':'http://x','key-file':'/nowhere/key'} | : key-file: cannot read /nowhere/key",
        "{'base-url':'http://x','key-env':'UPSTREAM_KEY','idempotent':'yes'} | .idempotent: must be"
            + " true or false, not \"yes\"",
        "{'base-url':'http://x','key-env':'UPSTREAM_KEY','colour':1} | .colour: unknown; there are"
            + " answer-within, base-url, check-every, fetch-within, idempotent, key-env, key-file,"
            + " remembers, results-last"
      })
  void aWrongSettingIsNamedWithWhatIsAllowed(String settings, String message) {
    Channel channel = channel(settings.replace('\'', '"'));
    assertThatThrownBy(
            () -> new OmniProvider(channel, OmniProviderTest::variable, GUARDED, TRUSTED, CLOCK))
        .isInstanceOf(CatalogException.class)
        .hasMessage("channel upstream: settings" + message);
  }

  @Test
  void aKeyCanLieInAFile(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("key"), Upstream.KEY + "\n");
    String settings = "{\"base-url\":\"%s/\",\"key-file\":\"%s\"}".formatted(upstream.url(), file);
    OmniProvider provider =
        new OmniProvider(channel(settings), OmniProviderTest::variable, GUARDED, TRUSTED, CLOCK);
    assertThat(provider.submit(generation(0, 1, PROMPT))).isInstanceOf(Submission.Accepted.class);
  }
}
