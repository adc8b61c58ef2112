package dev.easel.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CatalogTest {
  private static final Catalog DEFAULTS = CatalogFiles.defaults();
  private static final Listing GPT = DEFAULTS.listing("omni", "gpt-image-2").orElseThrow();

  @Test
  void listingIsFoundByIdAndAliasInItsOwnDialect() {
    Listing art = sold("art", "gpt-image-2", Availability.ON, "gpt-image-2-text-to-image");
    Catalog catalog = catalog(DEFAULTS.models(), List.of(GPT, art));

    assertThat(catalog.listing("omni", "gpt-image-2")).contains(GPT);
    assertThat(catalog.listing("art", "gpt-image-2")).contains(art);
    assertThat(catalog.listing("art", "gpt-image-2-text-to-image")).contains(art);
    assertThat(catalog.listing("omni", "gpt-image-2-text-to-image")).isEmpty();
    assertThat(catalog.listing("kie", "gpt-image-2")).isEmpty();
    assertThat(catalog.listings("art")).containsExactly(art);
    assertThat(catalog.listings("kie")).isEmpty();
    assertThat(catalog.listings()).containsExactly(art, GPT);
  }

  @Test
  void modelIsFoundById() {
    assertThat(DEFAULTS.model(GPT).id()).isEqualTo("gpt-image-2");
    assertThat(DEFAULTS.model("gone")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "ON,          ON,          ON",
    "ON,          MAINTENANCE, MAINTENANCE",
    "MAINTENANCE, ON,          MAINTENANCE",
    "OFF,         MAINTENANCE, OFF",
    "MAINTENANCE, OFF,         OFF",
    "OFF,         ON,          OFF",
  })
  void theStricterStateCounts(Availability model, Availability listing, Availability together) {
    Model gpt = DEFAULTS.model(GPT);
    Listing sold = sold("omni", "gpt-image-2", listing);
    Catalog catalog =
        catalog(
            List.of(
                new Model(
                    gpt.id(),
                    gpt.label(),
                    gpt.kind(),
                    gpt.abilities(),
                    gpt.parameters(),
                    gpt.limits(),
                    model,
                    gpt.routes())),
            List.of(sold));

    assertThat(catalog.availability(sold)).isEqualTo(together);
  }

  @Test
  void noneOfItCanBeChanged() {
    Model gpt = DEFAULTS.model(GPT);
    gpt.parameters().removeAll();
    DEFAULTS.channels().getFirst().settings().put("a", "b");

    assertThat(gpt.parameters().has("properties")).isTrue();
    assertThat(DEFAULTS.channels().getFirst().settings().isEmpty()).isTrue();
  }

  private static Catalog catalog(List<Model> models, List<Listing> listings) {
    return new Catalog(DEFAULTS.channels(), models, listings);
  }

  private static Listing sold(String dialect, String id, Availability state, String... aliases) {
    return new Listing(
        dialect, id, List.of(aliases), GPT.model(), GPT.request(), GPT.price(), state);
  }
}
