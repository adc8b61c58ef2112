package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.ConsoleMessage;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The browser that this machine has, without a window, for a test class, and what its pages
 * complained about. Where there is none, the class is skipped; in CI that is an error.
 */
final class Browser implements BeforeAllCallback, AfterEachCallback, AfterAllCallback {
  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome");
  private static final double PATIENCE_MILLIS = 60_000;

  /** It asks nobody but the page's own server. */
  private static final List<String> QUIET =
      List.of(
          "--disable-gpu",
          "--disable-quic",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync");

  private final List<String> complaints = new CopyOnWriteArrayList<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private @Nullable Playwright playwright;
  private com.microsoft.playwright.@Nullable Browser browser;

  @Override
  public void beforeAll(ExtensionContext context) {
    Optional<Path> program = program();
    if (program.isEmpty()) {
      String reason = "no browser is installed; any of these would do: " + NAMES;
      assertThat(System.getenv("CI")).as(reason).isNull();
      Assumptions.abort(reason);
    }
    playwright =
        Playwright.create(
            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    browser =
        playwright
            .chromium()
            .launch(
                new BrowserType.LaunchOptions()
                    .setExecutablePath(program.orElseThrow())
                    .setArgs(QUIET));
  }

  private static Optional<Path> program() {
    String[] path = Objects.requireNonNullElse(System.getenv("PATH"), "").split(":", -1);
    return NAMES.stream()
        .flatMap(name -> Stream.of(path).map(directory -> Path.of(directory, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** A page of a browser that has never seen anything. */
  Page page() {
    Page page = Objects.requireNonNull(browser, "started before the first test").newPage();
    page.setDefaultTimeout(PATIENCE_MILLIS);
    page.onConsoleMessage(this::heard);
    page.onPageError(complaints::add);
    page.onRequest(request -> asked.add(request.url()));
    page.onResponse(response -> {
      if (response.status() >= 400) {
        complaints.add(response.status() + " " + response.url());
      }
    });
    return page;
  }

  private void heard(ConsoleMessage message) {
    if (List.of("error", "warning").contains(message.type())) {
      complaints.add(message.text());
    }
  }

  /** No error, no warning, nothing refused, and nobody was asked but the server at {@code url}. */
  void assertNothingToComplain(String url) {
    assertThat(complaints).isEmpty();
    assertThat(asked)
        .isNotEmpty()
        .allSatisfy(it -> assertThat(it).matches("(?:\\Q" + url + "\\E/|data:|blob:).*"));
  }

  @Override
  public void afterEach(ExtensionContext context) {
    complaints.clear();
    asked.clear();
    Objects.requireNonNull(browser).contexts().forEach(visited -> visited.close());
  }

  @Override
  public void afterAll(ExtensionContext context) {
    if (playwright != null) {
      playwright.close();
    }
  }
}
