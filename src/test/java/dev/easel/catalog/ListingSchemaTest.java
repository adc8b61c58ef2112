package dev.easel.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What a listing takes, told as JSON Schema, is what it takes. */
class ListingSchemaTest {
  private static final Catalog CATALOG = CatalogFiles.defaults();

  private static ObjectNode schema(String dialect, String id) {
    return CATALOG.schema(CATALOG.listing(dialect, id).orElseThrow());
  }

  private static boolean isValid(ObjectNode schema, JsonNode request) {
    return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
        .getSchema(schema)
        .validate(request)
        .isEmpty();
  }

  @Test
  void everyListingHasOneWithItsFieldsAndDefaults() {
    for (Listing listing : CATALOG.listings()) {
      ObjectNode schema = CATALOG.schema(listing);
      Set<String> names = Set.copyOf(listing.fields().stream().map(Field::name).toList());
      assertThat(Set.copyOf(schema.path("properties").propertyNames())).isEqualTo(names);
      // Its own defaults are valid by it.
      schema
          .path("properties")
          .forEachEntry((name, field) -> {
            if (field.has("default")) {
              ObjectNode alone = ((ObjectNode) schema.path("properties").path(name)).deepCopy();
              assertThat(isValid(alone, field.get("default"))).as("%s %s", listing, name).isTrue();
            }
          });
    }
  }

  /** Single quotes stand for double ones. */
  private static void assertAgreed(String dialect, String id, String request, boolean isTaken) {
    ObjectNode body = (ObjectNode) JsonMapper.shared().readTree(request.replace('\'', '"'));
    Listing listing = CATALOG.listing(dialect, id).orElseThrow();
    assertThat(CATALOG.parse(listing, body) instanceof Parsed.Valid).as(request).isEqualTo(isTaken);
    assertThat(isValid(schema(dialect, id), body)).as(request).isEqualTo(isTaken);
  }

  @Test
  void takesAndRefusesAsTheListingDoes() {
    for (String taken :
        List.of(
            "{'prompt':'a film','duration':-1}",
            "{'prompt':'a film','duration':15,'resolution':'4k'}",
            "{'prompt':'a film','aspect_ratio':'adaptive'}")) {
      assertAgreed("kie", "bytedance/seedance-2", taken, true);
    }
    for (String refused :
        List.of(
            "{}",
            "{'prompt':'a film','duration':16}",
            "{'prompt':'a film','duration':0}",
            "{'prompt':'a film','resolution':'8k'}",
            "{'prompt':'a film','aspect_ratio':'auto'}")) {
      assertAgreed("kie", "bytedance/seedance-2", refused, false);
    }
    assertAgreed("mcp", "sora-2", "{'prompt':'a','duration':8}", true);
    assertAgreed("mcp", "sora-2", "{'prompt':'a','duration':5}", false);
  }

  @Test
  void asksForNothingThatHasADefault() {
    assertThat(schema("art", "gpt-image-2").path("required")).isEmpty();
    assertThat(schema("kie", "google/nano-banana-edit").path("required"))
        .extracting(JsonNode::asString)
        .containsExactly("prompt", "image_urls");
  }
}
