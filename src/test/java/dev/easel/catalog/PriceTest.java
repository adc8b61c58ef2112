package dev.easel.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.easel.catalog.Price.Per;
import dev.easel.catalog.Price.Row;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
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

  /** Dialect; listing; fields; credits. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          art       | gpt-image-2                 | {'prompt':'a'}                                                   | 10
          art       | gpt-image-2                 | {'prompt':'a','n':10,'size':'3824x2160','quality':'hd'}          | 100
          kie       | gpt-image/1.5-text-to-image | {'prompt':'a','aspect_ratio':'1:1','quality':'high'}             | 22
          kie       | gpt-image-2-text-to-image   | {'prompt':'a','aspect_ratio':'16:9','resolution':'2K'}           | 14
          kie       | bytedance/seedance-2        | {'prompt':'abc','duration':4,'resolution':'4k'}                  | 240
          kie       | bytedance/seedance-2        | {'prompt':'abc','duration':-1}                                   | 120
          apimodels | gpt-image-2-lite            | {'prompt':'a','size':'2048x2048','n':2}                          | 24
          openai    | gpt-image-2                 | {'prompt':'a','size':'3840x2160','quality':'high'}               | 40
          openai    | gpt-image-2                 | {'prompt':'a','size':'1024x1024','quality':'low','n':3}          | 18
          openai    | sora-2                      | {'prompt':'a','seconds':'12','size':'1792x1024'}                 | 192
          """)
  void pricesOfTheOtherDialects(String dialect, String id, String fields, long credits) {
    Listing listing = CATALOG.listing(dialect, id).orElseThrow();
    ObjectNode body = (ObjectNode) JsonMapper.shared().readTree(fields.replace('\'', '"'));

    assertThat(CATALOG.parse(listing, body))
        .isInstanceOfSatisfying(
            Parsed.Valid.class,
            valid ->
                assertThat(CATALOG.quote(listing, valid.parameters()).orElseThrow().credits())
                    .isEqualTo(credits));
  }

  /** What a film of open length costs when it is there: seconds; credits. */
  @ParameterizedTest
  @CsvSource({"1.0, 32", "4.0, 32", "4.4, 32", "4.6, 40", "9.5, 80", "15.0, 120", "99.0, 120"})
  void anOpenLengthIsHeldAtItsMostAndCapturedAsItTurnsOut(double seconds, long credits) {
    Listing listing = CATALOG.listing("kie", "bytedance/seedance-2").orElseThrow();
    ObjectNode fields = JsonMapper.shared().createObjectNode();
    fields.put("prompt", "abc").put("duration", -1);
    Parsed.Valid valid = (Parsed.Valid) CATALOG.parse(listing, fields);
    Quote quote = CATALOG.quote(listing, valid.parameters()).orElseThrow();

    assertThat(valid.parameters().duration()).isEmpty();
    assertThat(quote.credits()).isEqualTo(120);
    assertThat(quote.of(Duration.ofMillis((long) (seconds * 1000)))).isEqualTo(credits);
  }

  /** Whatever the model allows, every default listing has a price for it. */
  @Test
  void noDefaultListingRefusesForWantOfAPrice() {
    for (Listing listing : CATALOG.listings()) {
      Set<String> asked = new TreeSet<>();
      listing.price().rows().forEach(row -> asked.addAll(row.when().keySet()));
      List<ObjectNode> requests = new ArrayList<>(List.of(JsonMapper.shared().createObjectNode()));
      for (Field field : listing.fields()) {
        if (field.parameter().filter(asked::contains).isPresent()) {
          List<String> words = words(listing, field);
          requests =
              requests.stream()
                  .flatMap(
                      body -> words.stream().map(word -> body.deepCopy().put(field.name(), word)))
                  .collect(Collectors.toCollection(ArrayList::new));
        }
      }
      for (ObjectNode body : requests) {
        listing.fields().stream()
            .filter(field -> field.presence().required() || field.means("prompt"))
            .filter(field -> !body.has(field.name()))
            .forEach(field -> body.put(field.name(), field.means("prompt") ? "abc" : "1:1"));
        if (CATALOG.parse(listing, body) instanceof Parsed.Valid valid) {
          assertThat(CATALOG.quote(listing, valid.parameters()))
              .as("%s %s: %s", listing.dialect(), listing.id(), body)
              .isPresent();
        }
      }
    }
  }

  /** Price rows; fields of a request that has none of them; what its sender is told. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          aspect_ratio=1:1;resolution=1K | {'resolution':'2K','aspect_ratio':'1:1'}  | resolution: "2K" has no price together with the other fields; allowed: 1K
          aspect_ratio=1:1;resolution=1K | {'resolution':'1K','aspect_ratio':'16:9'} | aspect_ratio: "16:9" has no price together with the other fields; allowed: 1:1
          resolution=1K / resolution=4K  | {'resolution':'2K'}                       | resolution: "2K" has no price together with the other fields; allowed: 1K, 4K
          aspect_ratio=1:1;resolution=1K | {'resolution':'4K','aspect_ratio':'16:9'} | aspect_ratio: has no price together with the other fields; there are prices for aspect_ratio 1:1, resolution 1K
          n=2                            | {}                                        | n: required: the other fields alone have no price; allowed: 2
          n=1 / n=3                      | {'n':2}                                   | n: "2" has no price together with the other fields; allowed: 1, 3
          """)
  void whatHasNoPriceIsToldWhatHas(String rows, String fields, String told) {
    Listing real = CATALOG.listing("omni", "gpt-image-2").orElseThrow();
    Price price =
        new Price(
            Arrays.stream(rows.split(" / "))
                .map(row ->
                    row(
                        Arrays.stream(row.split(";"))
                            .map(condition -> condition.split("="))
                            .collect(Collectors.toMap(it -> it[0], it -> Set.of(it[1]))),
                        5,
                        Per.TASK))
                .toList());
    Catalog catalog = CATALOG.withListing(priced(real, price));
    Listing listing = catalog.listing("omni", "gpt-image-2").orElseThrow();
    ObjectNode body = (ObjectNode) JsonMapper.shared().readTree(fields.replace('\'', '"'));
    body.put("prompt", "a");

    assertThat(catalog.quote(listing, ((Parsed.Valid) catalog.parse(listing, body)).parameters()))
        .isEmpty();
    assertThat(catalog.unpriced(listing, body).message()).isEqualTo(told);
  }

  private static Listing priced(Listing listing, Price price) {
    return new Listing(
        listing.dialect(),
        listing.id(),
        listing.aliases(),
        listing.model(),
        listing.request(),
        price,
        listing.state());
  }

  private static List<String> words(Listing listing, Field field) {
    List<String> words = new ArrayList<>(field.values().keySet());
    if (words.isEmpty()) {
      CATALOG
          .model(listing)
          .parameters()
          .at("/properties/" + field.parameter().orElseThrow() + "/enum")
          .forEach(word -> words.add(word.asString()));
    }
    return words;
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
