package dev.easel.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.easel.catalog.Price.Per;
import dev.easel.catalog.Price.Row;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class PriceTest {
  private static final Catalog CATALOG = CatalogFiles.defaults();

  /** Listing; resolution, n and duration, empty for the default; credits. */
  @ParameterizedTest
  @CsvSource({
    "gpt-image-2,      ,  ,   ,  15",
    "gpt-image-2,    4K,  ,   ,  15",
    "gpt-image-2,      ,10,   , 150",
    "nano-banana-2,    ,  ,   ,  12",
    "nano-banana-2,  1K, 3,   ,  36",
    "nano-banana-2,  2K,  ,   ,  18",
    "nano-banana-2,  4K, 2,   ,  48",
    "seedance-2,       ,  ,   ,  40",
    "seedance-2,   480p,  ,  4,  16",
    "seedance-2,   720p,  , 15, 120",
    "seedance-2,  1080p,  ,   , 100",
    "seedance-2,  1080p, 2, 15, 600",
  })
  void defaultPrices(String id, String resolution, Integer n, Integer duration, long credits) {
    Listing listing = CATALOG.listing("omni", id).orElseThrow();
    ObjectNode fields = JsonMapper.shared().createObjectNode();
    fields.put("prompt", "a cat");
    fields.put("resolution", resolution).put("n", n).put("duration", duration);

    assertThat(CATALOG.parse(listing, fields))
        .isInstanceOfSatisfying(
            Parsed.Valid.class,
            valid ->
                assertThat(listing.price().quote(valid.parameters())).contains(new Quote(credits)));
  }

  /** The table below asked about quality, n and duration; empty for no price. */
  @ParameterizedTest
  @CsvSource({
    "high, 1, 5, 50",
    "high, 2, 5, 70",
    "high, 2,  , 70",
    "high, 3, 5, ",
    "low,  1, 5, 5",
    "low,  4, 5, 20",
    "draft,4, 5, 20",
    "low,  4,  , ",
    "low,  4, 0, ",
    "low,  4,-1, ",
    "best, 1, 5, ",
    "    , 1, 5, ",
  })
  void firstRowThatMatchesIsThePrice(String quality, int n, Integer duration, Long credits) {
    Price price =
        new Price(
            List.of(
                row(Map.of("quality", Set.of("high"), "n", Set.of("1")), 50, Per.TASK),
                row(Map.of("quality", Set.of("high"), "n", Set.of("2")), 35, Per.OUTPUT),
                row(Map.of("quality", Set.of("low", "draft")), 1, Per.SECOND),
                row(Map.of("quality", Set.of("low")), 99, Per.TASK)));
    ObjectNode values = JsonMapper.shared().createObjectNode();
    values.put("quality", quality).put("n", n).put("duration", duration);

    assertThat(price.quote(new Parameters(values)))
        .isEqualTo(Optional.ofNullable(credits).map(Quote::new));
  }

  @Test
  void nothingIsFree() {
    assertThatThrownBy(() -> row(Map.of(), 0, Per.TASK))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("credits must be from 1 to 1000000000");
    assertThatThrownBy(() -> new Price(List.of())).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Quote(0)).isInstanceOf(IllegalArgumentException.class);
  }

  private static Row row(Map<String, Set<String>> when, long credits, Per per) {
    return new Row(when, credits, per);
  }
}
