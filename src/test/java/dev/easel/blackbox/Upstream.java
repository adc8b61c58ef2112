package dev.easel.blackbox;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.easel.catalog.CatalogTables;
import java.awt.image.BufferedImage;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * An upstream that speaks the Omni API over real HTTP on loopback, misbehaves as told, and writes
 * down every purchase. It lives in the test's own process, so that it outlives the nodes that a
 * test kills. One request a connection.
 */
public final class Upstream implements AutoCloseable {
  /** The key that it accepts. */
  public static final String KEY = "sk-upstream";

  /** What can be asked of it. */
  public enum Call {
    CREATE,
    READ,
    CANCEL,
    FILE
  }

  /** What it can do to a call. */
  public enum Fault {
    NONE,
    /** 401. */
    UNAUTHORIZED,
    /** {@code code} 0: insufficient credits. */
    NO_CREDIT,
    /** {@code code} 0: a field is wrong. */
    INVALID,
    /** 429 with a Retry-After of a second. */
    RATE_LIMIT,
    /** 404. */
    GONE,
    /** 500, and nothing was done. */
    ERROR_BEFORE,
    /** It is done, and then answered with 502. */
    ERROR_AFTER,
    /** The connection is closed without a byte, and nothing was done. */
    HANG_UP,
    /** It is done, and then the connection is closed without a byte. */
    LOST_ANSWER,
    /** It is done, and answered with half of the JSON. */
    MALFORMED,
    /** It is done and answered, later: see {@link #slowness}. */
    SLOW,
    /** The request is read and never answered; nothing was done. */
    DEAD,
    /** Of a create: accepted, and fails when it would be ready. */
    FAIL,
    /** Of a read: a task_status that nobody has heard of. */
    UNKNOWN_STATUS,
    /** Of a file: the connection is closed in the middle of it. */
    CUT_OFF,
    /** Of a file: a page instead of it. */
    PAGE,
    /** Of a file: announced as one of three gigabytes. */
    TOO_LARGE
  }

  /**
   * Something that was bought.
   *
   * @param key the Idempotency-Key that it was bought under; empty where there was none
   * @param request as it was sent
   */
  public record Purchase(String task, String key, JsonNode request) {}

  private record Task(Purchase purchase, long readyAtNanos, boolean fails, boolean canceled) {
    Task canceledNow() {
      return new Task(purchase, readyAtNanos, fails, true);
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Answer(int status, String type, byte[] body, String headers) {}

  private record Listener(ServerSocket socket, Thread acceptor) {}

  private static final int MOST_BY_CHANCE = 3;

  private static final String PAGE = "<!doctype html><title>Please wait</title>";

  private final int port;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Set<Socket> connections = ConcurrentHashMap.newKeySet();

  // Guarded by this.
  private final Map<String, Task> tasks = new LinkedHashMap<>();
  private final Map<String, String> taskByKey = new HashMap<>();
  // Those of a kind by its name, those about one thing by both, as calls are counted.
  private final Map<String, Deque<Fault>> script = new HashMap<>();
  private final Map<Call, Map<Fault, Double>> weather = new EnumMap<>(Call.class);
  private final Map<String, Integer> calls = new LinkedHashMap<>();
  private @Nullable Listener listener;
  private long seed;

  private volatile int side = 2;
  private volatile boolean idempotent = true;
  private volatile Duration takes = Duration.ZERO;
  private volatile Duration slowness = Duration.ofSeconds(2);
  private volatile String filesUrl;
  private volatile String expiresAt = "null";

  /** Listens on a free port of loopback. */
  public Upstream() throws IOException {
    port = listen(0);
    filesUrl = url();
  }

  public int port() {
    return port;
  }

  /** The base of every path. */
  public String url() {
    return "http://127.0.0.1:" + port;
  }

  /**
   * Makes it the only upstream of the image models: for a database on which no node has started
   * yet, or to be followed by a restart. What is between the two, if anything, listens on {@code
   * atPort}.
   *
   * @param more further settings of the channel as JSON, such as {@code "check-every":"50ms"}
   */
  public static void install(Handle tx, int atPort, String more) throws IOException {
    Path key = Files.createTempFile(Path.of("target"), "upstream-", ".key").toAbsolutePath();
    Files.writeString(key, KEY);
    CatalogTables.installDefaults(tx, Instant.now());
    tx.createUpdate(
            """
            insert into channel (id, provider, settings, created_at)
            values ('upstream', 'omni', cast(:settings as jsonb), now())
            """)
        .bind(
            "settings",
            "{\"base-url\":\"http://127.0.0.1:%d\",\"key-file\":\"%s\"%s}"
                .formatted(atPort, key, more.isEmpty() ? "" : "," + more))
        .execute();
    tx.execute(
        "update route set channel = 'upstream' where model in ('gpt-image-2', 'nano-banana-2')");
  }

  /** Its results are squares of noise from now on, so many pixels wide, at three bytes a pixel. */
  public void pictures(int side) {
    this.side = side;
  }

  /** What its results' addresses begin with from now on; its own unless told. */
  public void filesUrl(String base) {
    filesUrl = base;
  }

  /** Until when it says that its results are there, as JSON; it says nothing unless told. */
  public void expiresAt(String json) {
    expiresAt = json;
  }

  /** How long a task takes from now on; no time unless told. */
  public void takes(Duration time) {
    takes = time;
  }

  /** How long {@link Fault#SLOW} takes; two seconds unless told. */
  public void slowness(Duration time) {
    slowness = time;
  }

  /**
   * Whether a second create under one Idempotency-Key gives the first one's task; so unless told.
   */
  public void idempotent(boolean yes) {
    idempotent = yes;
  }

  /** The next calls of this kind meet these faults, one after the other. */
  public synchronized void next(Call call, Fault... faults) {
    script.computeIfAbsent(call.name(), _ -> new ArrayDeque<>()).addAll(Arrays.asList(faults));
  }

  /** The first fetches of a file meet these faults, one after the other. */
  public synchronized void nextOf(String file, Fault... faults) {
    script.put(Call.FILE + " " + file, new ArrayDeque<>(Arrays.asList(faults)));
  }

  /** From now on every call of this kind meets this fault. */
  public void always(Call call, Fault fault) {
    weather(0, call, Map.of(fault, 1.0));
  }

  /**
   * From now on calls of this kind meet faults with these probabilities. Which ones follows from
   * the seed, what the call is about, and how often it has been made, whatever happens meanwhile.
   * Chance meets three calls about one thing at most: attempts are asked about at growing
   * intervals, and a test does not wait for those of an unlucky one.
   */
  public synchronized void weather(long seed, Call call, Map<Fault, Double> probabilities) {
    this.seed = seed;
    weather.put(call, new EnumMap<>(probabilities));
  }

  /** Ends every fault, scripted ones included; listens again if it did not. */
  public synchronized void behave() throws IOException {
    weather.clear();
    script.clear();
    if (listener == null) {
      listen(port);
    }
  }

  /** From now on connections are refused, until it is told to {@link #behave}. */
  public synchronized void refuse() throws IOException {
    if (listener != null) {
      listener.socket.close();
      // The port is free when the accepting thread has let go of it, not before.
      try {
        listener.acceptor.join();
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
      }
      listener = null;
    }
  }

  /** Everything that was ever bought, oldest first. */
  public synchronized List<Purchase> purchases() {
    return tasks.values().stream().map(Task::purchase).toList();
  }

  /** How many purchases were made under each Idempotency-Key. */
  public Map<String, Integer> purchasesByKey() {
    Map<String, Integer> counts = new LinkedHashMap<>();
    purchases().forEach(purchase -> counts.merge(purchase.key(), 1, Integer::sum));
    return counts;
  }

  /** How often this kind of call has arrived. */
  public synchronized int calls(Call call) {
    return calls.entrySet().stream()
        .filter(entry -> entry.getKey().startsWith(call + " "))
        .mapToInt(Map.Entry::getValue)
        .sum();
  }

  /** How often this file has been asked for. */
  public synchronized int fetches(String file) {
    return calls.getOrDefault(Call.FILE + " " + file, 0);
  }

  /**
   * The path of a file that it makes, or will have made.
   *
   * @param purchase the how manieth purchase, from 1
   * @param output the how manieth output of it, from 1
   */
  public static String file(int purchase, int output) {
    return file(task(purchase), output);
  }

  private static String file(String task, int output) {
    return "/files/" + task + "-" + output + ".png";
  }

  private static String task(int purchase) {
    return "up-" + purchase;
  }

  @Override
  public void close() throws IOException {
    refuse();
    closed.countDown();
    for (Socket connection : connections) {
      connection.close();
    }
  }

  private synchronized int listen(int wanted) throws IOException {
    ServerSocket fresh = new ServerSocket();
    fresh.setReuseAddress(true);
    fresh.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), wanted), 512);
    listener =
        new Listener(fresh, Thread.ofVirtual().name("upstream").start(() -> acceptFrom(fresh)));
    return fresh.getLocalPort();
  }

  private void acceptFrom(ServerSocket open) {
    while (true) {
      try {
        Socket connection = open.accept();
        Thread.startVirtualThread(() -> serve(connection));
      } catch (IOException stopped) {
        return;
      }
    }
  }

  private void serve(Socket connection) {
    connections.add(connection);
    try (connection) {
      Optional<Request> request = Request.read(connection.getInputStream());
      if (request.isPresent()) {
        answer(request.get(), connection);
      }
    } catch (IOException gone) {
      // the client hung up; whatever it bought stays bought
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } finally {
      connections.remove(connection);
    }
  }

  private void answer(Request request, Socket connection) throws IOException, InterruptedException {
    Fault fault = fault(request);
    switch (fault) {
      case HANG_UP -> {}
      case DEAD -> closed.await();
      case LOST_ANSWER -> handle(request, fault);
      case SLOW -> {
        Answer answer = handle(request, fault);
        if (!closed.await(slowness.toMillis(), TimeUnit.MILLISECONDS)) {
          write(connection, answer);
        }
      }
      case ERROR_AFTER -> {
        handle(request, fault);
        write(connection, json(502, "<html>Bad Gateway</html>"));
      }
      case MALFORMED -> {
        byte[] body = handle(request, fault).body;
        write(connection, json(200, new String(body, 0, body.length / 2, ISO_8859_1)));
      }
      case UNAUTHORIZED -> write(connection, json(401, envelope(401, "Invalid API key.", null)));
      case NO_CREDIT ->
          write(connection, json(200, envelope(0, "Insufficient credits: too few.", null)));
      case INVALID -> write(connection, json(200, envelope(0, "prompt: too short", null)));
      case RATE_LIMIT ->
          write(
              connection,
              new Answer(
                  429,
                  "application/json",
                  envelope(0, "Too many requests.", null).getBytes(UTF_8),
                  "Retry-After: 1\r\n"));
      case GONE -> write(connection, json(404, "no such thing"));
      case ERROR_BEFORE -> write(connection, json(500, envelope(0, "Internal error.", null)));
      case PAGE -> write(connection, new Answer(200, "text/html", PAGE.getBytes(UTF_8), ""));
      case CUT_OFF -> {
        byte[] body = handle(request, fault).body;
        write(connection, body.length, Arrays.copyOf(body, body.length / 2));
      }
      case TOO_LARGE -> write(connection, 3L << 30, handle(request, fault).body);
      case NONE, FAIL, UNKNOWN_STATUS -> write(connection, handle(request, fault));
    }
  }

  private synchronized Fault fault(Request request) {
    String about = request.call + " " + request.about();
    int count = calls.merge(about, 1, Integer::sum);
    for (String ofWhat : List.of(about, request.call.name())) {
      Deque<Fault> scripted = script.getOrDefault(ofWhat, new ArrayDeque<>());
      if (!scripted.isEmpty()) {
        return scripted.pop();
      }
    }
    Map<Fault, Double> chances = weather.getOrDefault(request.call, Map.of());
    double sum = chances.values().stream().mapToDouble(chance -> chance).sum();
    if (count > MOST_BY_CHANCE && sum < 1) {
      return Fault.NONE;
    }
    long hash = seed * 1_000_003 + about.hashCode() * 31L + count;
    double left = new SplittableRandom(hash).nextDouble();
    for (Map.Entry<Fault, Double> entry : chances.entrySet()) {
      left -= entry.getValue();
      if (left < 0) {
        return entry.getKey();
      }
    }
    return Fault.NONE;
  }

  private synchronized Answer handle(Request request, Fault fault) throws IOException {
    if (request.call != Call.FILE && !request.header("authorization").equals("Bearer " + KEY)) {
      return json(401, envelope(401, "Invalid API key.", null));
    }
    return switch (request.call) {
      case CREATE -> create(request, fault);
      case READ -> read(request, fault);
      case CANCEL -> cancel(request);
      case FILE -> file(request);
    };
  }

  private Answer create(Request request, Fault fault) {
    JsonNode body = JsonMapper.shared().readTree(request.body);
    String key = request.header("idempotency-key");
    if (body.path("model_id").asString("").isEmpty()) {
      return json(200, envelope(0, "model_id: unknown model", null));
    }
    String known = idempotent && !key.isEmpty() ? taskByKey.getOrDefault(key, "") : "";
    if (known.isEmpty()) {
      known = task(tasks.size() + 1);
      Purchase purchase = new Purchase(known, key, body);
      long ready = System.nanoTime() + takes.toNanos();
      tasks.put(known, new Task(purchase, ready, fault == Fault.FAIL, false));
      taskByKey.put(key, known);
    }
    ObjectNode data = JsonNodeFactory.instance.objectNode();
    return json(200, envelope(200, "ok", data.put("task_id", known).put("credits", 15)));
  }

  private Answer read(Request request, Fault fault) {
    Task task = tasks.get(request.about());
    return task == null
        ? json(200, envelope(0, "Task not found.", null))
        : json(200, envelope(200, "ok", shown(task, fault)));
  }

  private Answer cancel(Request request) {
    Task task = tasks.get(request.about());
    if (task == null) {
      return json(200, envelope(0, "Task not found.", null));
    }
    if (isReady(task)) {
      return json(200, envelope(0, "The task is finished and can no longer be canceled.", null));
    }
    Task canceled = task.canceledNow();
    tasks.put(task.purchase.task, canceled);
    return json(200, envelope(200, "ok", shown(canceled, Fault.NONE)));
  }

  private static boolean isReady(Task task) {
    return System.nanoTime() - task.readyAtNanos >= 0;
  }

  private ObjectNode shown(Task task, Fault fault) {
    ObjectNode data = JsonNodeFactory.instance.objectNode().put("task_id", task.purchase.task);
    data.put("task_type", "image");
    if (fault == Fault.UNKNOWN_STATUS) {
      return data.put("task_status", 9);
    }
    if (task.canceled) {
      return data.put("task_status", 4).put("fail_reason", "Canceled.");
    }
    if (!isReady(task)) {
      return data.put("task_status", 2).put("progress", 40);
    }
    if (task.fails) {
      return data.put("task_status", 4).put("fail_reason", "The model broke.");
    }
    int outputs = task.purchase.request.path("n").asInt(1);
    for (int i = outputs; i >= 1; i--) {
      String url = filesUrl + file(task.purchase.task, i);
      data.put("image_url", url);
      if (outputs > 1) {
        data.withArray("image_urls").insert(0, url);
      }
    }
    data.set("expires_at", JsonMapper.shared().readTree(expiresAt));
    return data.put("task_status", 3);
  }

  private Answer file(Request request) throws IOException {
    BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
    SplittableRandom noise = new SplittableRandom(request.path.hashCode());
    for (int i = 0; i < side * side; i++) {
      image.setRGB(i % side, i / side, noise.nextInt());
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(image, "png", bytes);
    return new Answer(200, "image/png", bytes.toByteArray(), "");
  }

  private static String envelope(int code, String message, @Nullable JsonNode data) {
    ObjectNode envelope = JsonNodeFactory.instance.objectNode().put("code", code);
    envelope.put("msg", message).set("data", data);
    return envelope.toString();
  }

  private static Answer json(int status, String body) {
    return new Answer(status, "application/json", body.getBytes(UTF_8), "");
  }

  /** An answer that promises {@code length} bytes. */
  private static void write(Socket connection, long length, byte[] body) throws IOException {
    String head = "HTTP/1.1 200 x\r\nContent-Length: %d\r\n\r\n".formatted(length);
    OutputStream out = connection.getOutputStream();
    out.write(head.getBytes(ISO_8859_1));
    out.write(body);
    out.flush();
    connection.shutdownOutput();
  }

  private static void write(Socket connection, Answer answer) throws IOException {
    String head =
        "HTTP/1.1 %d x\r\nContent-Type: %s\r\nContent-Length: %d\r\n%sConnection: close\r\n\r\n"
            .formatted(answer.status, answer.type, answer.body.length, answer.headers);
    OutputStream out = connection.getOutputStream();
    out.write(head.getBytes(ISO_8859_1));
    out.write(answer.body);
    out.flush();
    connection.shutdownOutput();
  }

  /** A request, read to its end. */
  private record Request(Call call, String path, Map<String, String> headers, String body) {
    /** Empty for one that broke off. */
    static Optional<Request> read(InputStream from) throws IOException {
      InputStream in = new BufferedInputStream(from);
      List<String> head = new ArrayList<>();
      for (String line = line(in); !line.isEmpty(); line = line(in)) {
        head.add(line);
      }
      if (head.isEmpty()) {
        return Optional.empty();
      }
      Map<String, String> headers = new HashMap<>();
      for (String line : head.subList(1, head.size())) {
        int colon = line.indexOf(':');
        headers.put(
            line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
      }
      int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
      byte[] body = in.readNBytes(length);
      List<String> first = List.of(head.getFirst().split(" ", -1));
      return body.length < length
          ? Optional.empty()
          : Optional.of(new Request(call(first), first.get(1), headers, new String(body, UTF_8)));
    }

    private static String line(InputStream in) throws IOException {
      StringBuilder line = new StringBuilder();
      for (int octet = in.read(); octet >= 0 && octet != '\n'; octet = in.read()) {
        line.append((char) octet);
      }
      return line.toString().strip();
    }

    private static Call call(List<String> first) {
      String path = first.get(1);
      if (first.getFirst().equals("POST")) {
        return path.endsWith("/cancel") ? Call.CANCEL : Call.CREATE;
      }
      return path.startsWith("/files/") ? Call.FILE : Call.READ;
    }

    /** What the call is about: the purchase's key, the task's id, the file's path. */
    String about() {
      return switch (call) {
        case CREATE -> header("idempotency-key");
        case READ -> path.substring(path.lastIndexOf('/') + 1);
        case CANCEL -> path.replaceFirst(".*/([^/]+)/cancel$", "$1");
        case FILE -> path;
      };
    }

    String header(String name) {
      return headers.getOrDefault(name, "");
    }
  }
}
