package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.api.document.Answers;
import dev.easel.api.document.Mounted;
import dev.easel.api.document.OpenApi;
import dev.easel.api.document.Operations;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The OpenAPI document, held against what is served, and the page that shows it. */
class DocumentTest {
  @RegisterExtension static final Gateway gateway = Gateway.with(Map.of());

  private static final JsonNode DOCUMENT = OpenApi.document();

  @Test
  void whatIsServedIsDocumentedAndTheReverse() {
    Set<String> served = Mounted.of(gateway.node()::register);

    assertThat(new Operations(DOCUMENT).names())
        .as("what is documented, against what is served")
        .containsExactlyInAnyOrderElementsOf(served);
    assertThat(served).hasSizeGreaterThan(80);
  }

  @Test
  void everyOperationHasANameOfItsOwn() {
    assertThat(DOCUMENT.findValuesAsString("operationId"))
        .doesNotHaveDuplicates()
        .hasSizeGreaterThan(35);
  }

  @Test
  void everyReferenceLeadsSomewhere() {
    assertThat(DOCUMENT.findValuesAsString("$ref"))
        .hasSizeGreaterThan(200)
        .allSatisfy(reference -> {
          assertThat(reference).startsWith("#/components/");
          assertThat(DOCUMENT.at(reference.substring(1)).isMissingNode()).as(reference).isFalse();
        });
  }

  /** A comma in a text without quotes makes a field of what follows it. */
  @Test
  void noTextIsTornApart() {
    List<String> names = new ArrayList<>();
    collectNames(DOCUMENT, names);

    assertThat(names)
        .hasSizeGreaterThan(2_000)
        .allSatisfy(it -> assertThat(it).doesNotContain(" "));
  }

  private static void collectNames(JsonNode node, List<String> names) {
    names.addAll(node.propertyNames());
    node.forEach(child -> collectNames(child, names));
  }

  @Test
  void everyExampleIsWhatItsSchemaAsksFor() {
    List<JsonNode> shown = DOCUMENT.findValues("application/json");
    int examples = 0;
    for (JsonNode content : shown) {
      List<JsonNode> values = new ArrayList<>(content.path("examples").findValues("value"));
      content.optional("example").ifPresent(values::add);
      for (JsonNode value : values) {
        assertThat(Answers.problem(content.path("schema"), value)).as("%s", value).isEmpty();
        examples++;
      }
    }
    assertThat(examples).isGreaterThan(30);
  }

  @Test
  void bothFormsSayTheSame() {
    HttpResponse<String> yaml = get("/openapi.yaml");
    HttpResponse<String> json = get("/openapi.json");

    assertThat(yaml.headers().firstValue("Content-Type"))
        .hasValueSatisfying(it -> assertThat(it).startsWith("application/yaml"));
    assertThat(JsonMapper.shared().readTree(json.body()))
        .isEqualTo(new YAMLMapper().readTree(yaml.body()))
        .isEqualTo(DOCUMENT);
  }

  @Test
  void thePageRunsNothingAndAsksNobodyElse() {
    HttpResponse<String> page = get("/docs");

    assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
        .contains("default-src 'none'", "script-src 'self'", "connect-src 'self'")
        .doesNotContain("unsafe", "http:", "https:", "*");
    assertThat(page.body())
        .doesNotContainPattern("https?://")
        .doesNotContainPattern("<script(?![^>]*\\ssrc=)|<style|\\son[a-z]+=|\\sstyle=");
    var parts = Pattern.compile("(?:src|href)=\"([^\"]+)\"").matcher(page.body());
    int files = 0;
    while (parts.find()) {
      assertThat(get(parts.group(1)).statusCode()).as(parts.group(1)).isEqualTo(200);
      files++;
    }
    assertThat(files).isGreaterThan(4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/openapi.yaml", "/openapi.json", "/docs", "/docs/swagger-ui-bundle.js"})
  void whatIsKnownIsNotSentAgain(String path) {
    String tag = get(path).headers().firstValue("ETag").orElseThrow();

    assertThat(get(path, "If-None-Match", tag).statusCode()).isEqualTo(304);
    assertThat(get(path, "If-None-Match", "\"another\"").statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/docs/index.html", "/docs/..%2fpage.js", "/docs/swagger-ui.js"})
  void otherFilesAreNotServed(String path) {
    assertThat(get(path).statusCode()).isEqualTo(404);
  }

  private static HttpResponse<String> get(String path, String... headers) {
    HttpRequest.Builder request = gateway.node().request(path, "");
    return gateway
        .node()
        .text((headers.length == 0 ? request : request.headers(headers)).GET().build());
  }
}
