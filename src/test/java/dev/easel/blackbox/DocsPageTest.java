package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import dev.easel.api.document.OpenApi;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** The page that shows the document, as a browser shows it. */
class DocsPageTest {
  private static final Set<String> METHODS =
      Set.of("get", "post", "put", "patch", "delete", "head");

  @RegisterExtension static final Gateway gateway = Gateway.with(Map.of());
  @RegisterExtension static final Browser browser = new Browser();

  private static Set<String> documented() {
    Set<String> operations = new TreeSet<>();
    for (Map.Entry<String, JsonNode> path : OpenApi.document().path("paths").properties()) {
      for (String method : path.getValue().propertyNames()) {
        if (METHODS.contains(method)) {
          operations.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey());
        }
      }
    }
    return operations;
  }

  private static Set<String> shown(Page page) {
    Set<String> operations = new TreeSet<>();
    for (Locator block : page.locator(".opblock").all()) {
      operations.add(
          block.locator(".opblock-summary-method").innerText().strip()
              + " "
              + block.locator(".opblock-summary-path").getAttribute("data-path"));
    }
    return operations;
  }

  private static Page opened() {
    Page page = browser.page();
    page.navigate(gateway.node().url() + "/docs");
    page.locator(".opblock").first().waitFor();
    return page;
  }

  @Test
  void everyOperationIsListed() {
    Page page = opened();
    assertThat(documented()).hasSizeGreaterThan(40);
    assertThat(shown(page)).isEqualTo(documented());
    assertThat(page.locator(".errors-wrapper").count()).as("what the viewer cannot read").isZero();
    browser.assertNothingToComplain(gateway.node().url());
  }

  @Test
  void anOperationCanBeReadAndTried() {
    Page page = opened();
    Locator live =
        page.locator(".opblock-get").filter(new Locator.FilterOptions().setHasText("/health/live"));
    live.locator(".opblock-summary-control").click();
    live.locator(".try-out__btn").click();
    live.locator(".execute").click();
    live.locator(".live-responses-table .response-col_status")
        .filter(new Locator.FilterOptions().setHasText(Pattern.compile("^200")))
        .waitFor();
    browser.assertNothingToComplain(gateway.node().url());
  }

  @Test
  void aKeyCanBeGiven() {
    Page page = opened();
    page.locator(".btn.authorize").click();
    Locator dialog = page.locator(".modal-ux");
    dialog.locator("input").first().fill("sk-test");
    dialog.locator(".btn.authorize").click();
    dialog.locator("text=Authorized").waitFor();
    browser.assertNothingToComplain(gateway.node().url());
  }

  /** One of each group: to draw them all takes minutes. */
  @Test
  void requestsAndAnswersAreShown() {
    Page page = opened();
    List<Locator> groups = page.locator(".opblock-tag-section").all();
    assertThat(groups).hasSizeGreaterThan(6);
    for (Locator group : groups) {
      Locator operation = group.locator(".opblock").first();
      operation.locator(".opblock-summary-control").click();
      operation.locator(".opblock-body .responses-inner .response").first().waitFor();
      operation.locator(".opblock-summary-control").click();
    }
    browser.assertNothingToComplain(gateway.node().url());
  }
}
