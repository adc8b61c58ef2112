package dev.easel.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.catalog.Parsed.Invalid;
import dev.easel.catalog.Parsed.Valid;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What becomes of a request's fields, told with the catalogue that comes with the program. */
class RequestFieldsTest {
  private static final Catalog CATALOG = CatalogFiles.defaults();
  private static final JsonMapper JSON = JsonMapper.shared();

  /** Listing; fields with ' for quotes; the whole message. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          # the prompt
          gpt-image-2   | {}                                | prompt: required, must not be blank
          gpt-image-2   | {'prompt':null}                   | prompt: required, must not be blank
          gpt-image-2   | {'prompt':''}                     | prompt: required, must not be blank
          gpt-image-2   | {'prompt':' \\n\\t'}              | prompt: required, must not be blank
          gpt-image-2   | {'prompt':'\\u3000\\u00a0\\u200b'} | prompt: required, must not be blank
          gpt-image-2   | {'prompt':3}                      | prompt: must be a string, not a number
          gpt-image-2   | {'prompt':true}                   | prompt: must be a string, not a boolean
          gpt-image-2   | {'prompt':{}}                     | prompt: must be a string, not an object
          gpt-image-2   | {'prompt':['a']}                  | prompt: must be a string, not an array
          seedance-2    | {'prompt':'hi'}                   | prompt: 2 characters, at least 3 are needed

          # references
          gpt-image-2   | {'prompt':'a','image_urls':'https://e.com/a'}   | image_urls: must be an array, not a string
          gpt-image-2   | {'prompt':'a','image_urls':{'0':'a'}}           | image_urls: must be an array, not an object
          gpt-image-2   | {'prompt':'a','image_urls':['ftp://x']}         | image_urls[0]: "ftp://x" is not an http(s) URL
          gpt-image-2   | {'prompt':'a','image_urls':['https://e.com',7]} | image_urls[1]: must be a string, not a number
          gpt-image-2   | {'prompt':'a','image_urls':[null]}              | image_urls[0]: must be a string, not null
          gpt-image-2   | {'prompt':'a','image_urls':['']}                | image_urls[0]: "" is not an http(s) URL
          gpt-image-2   | {'prompt':'a','mask_url':'x.png'}               | mask_url: "x.png" is not an http(s) URL

          # lists of values
          gpt-image-2   | {'prompt':'a','aspect_ratio':'7:5'}   | aspect_ratio: "7:5" is not supported; allowed: auto, 1:1, 3:2, 2:3, 4:3, 3:4, 5:4, 4:5, 16:9, 9:16, 2:1, 1:2, 3:1, 1:3, 21:9, 9:21
          gpt-image-2   | {'prompt':'a','aspect_ratio':1.5}     | aspect_ratio: must be a string, not a number
          nano-banana-2 | {'prompt':'a','resolution':'8K'}      | resolution: "8K" is not supported; allowed: 1K, 2K, 4K
          seedance-2    | {'prompt':'abc','resolution':'2K'}    | resolution: "2K" is not supported; allowed: 480p, 720p, 1080p
          gpt-image-2   | {'prompt':'a','output_format':'bmp'}  | output_format: "bmp" is not supported; allowed: png, jpeg, webp

          # numbers
          gpt-image-2   | {'prompt':'a','n':0}          | n: must be a whole number from 1 to 10
          gpt-image-2   | {'prompt':'a','n':11}         | n: must be a whole number from 1 to 10
          gpt-image-2   | {'prompt':'a','n':1.5}        | n: must be a whole number from 1 to 10
          gpt-image-2   | {'prompt':'a','n':'2'}        | n: must be a whole number from 1 to 10
          gpt-image-2   | {'prompt':'a','n':[]  ,'seed':-1} | seed: must be a whole number from 0 to 4294967295
          gpt-image-2   | {'prompt':'a','n':1e400}      | n: must be a whole number from 1 to 10
          gpt-image-2   | {'prompt':'a','seed':99999999999999999999999} | seed: must be a whole number from 0 to 4294967295
          seedance-2    | {'prompt':'abc','duration':3} | duration: must be a whole number from 4 to 15

          # the first problem is told: the prompt's, then in the listing's order, whatever the body's
          gpt-image-2   | {'n':0,'aspect_ratio':'x','prompt':''}             | prompt: required, must not be blank
          gpt-image-2   | {'n':0,'image_urls':['a',1],'prompt':'a'}          | image_urls[0]: "a" is not an http(s) URL

          # text that no database keeps, wherever it stands
          gpt-image-2   | {'prompt':'a\\u0000b'}                | prompt: must not contain U+0000 or half of a surrogate pair
          gpt-image-2   | {'prompt':'\\ud83d'}                  | prompt: must not contain U+0000 or half of a surrogate pair
          gpt-image-2   | {'prompt':'\\ude00\\ud83d'}           | prompt: must not contain U+0000 or half of a surrogate pair
          gpt-image-2   | {'image_urls':['a','\\u0000']}        | image_urls[1]: must not contain U+0000 or half of a surrogate pair
          gpt-image-2   | {'meta':{'user':[{'id':'\\ud800x'}]}} | meta.user[0].id: must not contain U+0000 or half of a surrogate pair
          gpt-image-2   | {'meta':{'a\\u0000':1}}               | meta."a\\u0000": a field's name must not contain U+0000 or half of a surrogate pair
          """)
  void firstProblemIsTold(String listing, String fields, String message) {
    assertThat(parse(listing, fields.replace('\'', '"')))
        .isInstanceOfSatisfying(
            Invalid.class, invalid -> assertThat(invalid.message()).isEqualTo(message));
  }

  @ParameterizedTest
  @CsvSource({"20000, true", "20001, false"})
  void promptIsMeasuredInCodePoints(int length, boolean accepted) {
    Parsed parsed = parse("gpt-image-2", fields().put("prompt", "😀".repeat(length)));

    if (accepted) {
      assertThat(parsed).isInstanceOf(Valid.class);
    } else {
      assertInvalid(parsed, "prompt: 20001 characters, at most 20000 are allowed");
    }
  }

  @Test
  void tooManyReferencesAreCounted() {
    ObjectNode fields = fields().put("prompt", "a");
    for (int i = 0; i < 17; i++) {
      fields.withArray("image_urls").add("https://example.com/" + i);
    }

    assertInvalid(parse("gpt-image-2", fields), "image_urls: 17 items, at most 16 are allowed");
  }

  @Test
  void longAndUnprintableValuesAreRepeatedShortAndPrintable() {
    ObjectNode fields =
        fields().put("prompt", "a").put("resolution", "\u001b[31m" + "😀".repeat(99));

    assertInvalid(
        parse("gpt-image-2", fields),
        "resolution: \"\\u001b[31m"
            + "😀".repeat(55)
            + "…\" is not supported; allowed: 1K, 2K, 4K");
  }

  private static void assertInvalid(Parsed parsed, String message) {
    assertThat(parsed)
        .isInstanceOfSatisfying(
            Invalid.class, invalid -> assertThat(invalid.message()).isEqualTo(message));
  }

  static Stream<String> urls() {
    return Stream.of(
        "https://example.com",
        "HTTP://example.com:8080/a%20b.png?x=1&y=2#z",
        "https://my_bucket.example.com/a.png",
        "https://user@example.com/",
        "https://[2001:db8::1]/a",
        "https://[2001:db8::1]:8443/a",
        "https://bücher.example/ä.png",
        "http://localhost/a");
  }

  @ParameterizedTest
  @MethodSource("urls")
  void httpUrlsAreAccepted(String url) {
    ObjectNode fields = fields().put("prompt", "a");
    fields.putArray("image_urls").add(url);

    assertThat(valid("gpt-image-2", fields).images()).containsExactly(url);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "example.com/a.png",
        "//example.com/a.png",
        "/a.png",
        "http:a.png",
        "http:///a.png",
        "http://:80/a.png",
        "http://user@/a.png",
        "http://a:b:c/a.png",
        "http://exa$mple.com/a.png",
        "http://[::1/a.png",
        "https://example.com/a b.png",
        " https://example.com/",
        "data:image/png;base64,AAAA",
        "file:///etc/passwd",
        "javascript:alert(1)"
      })
  void otherAddressesAreNot(String url) {
    ObjectNode fields = fields().put("prompt", "a");
    fields.putArray("image_urls").add(url);

    assertInvalid(
        parse("gpt-image-2", fields), "image_urls[0]: \"" + url + "\" is not an http(s) URL");
  }

  /** Listing; fields; the parameters in Easel's terms. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          # defaults
          gpt-image-2   | {'prompt':'a'}   | {'prompt':'a','aspect_ratio':'auto','resolution':'1K','n':1,'output_format':'png'}
          nano-banana-2 | {'prompt':'a'}   | {'prompt':'a','aspect_ratio':'auto','resolution':'1K','n':1,'output_format':'jpeg'}
          seedance-2    | {'prompt':'abc'} | {'prompt':'abc','aspect_ratio':'16:9','resolution':'720p','duration':5,'n':1}

          # names are mapped, what is not in the listing is ignored
          gpt-image-2   | {'model_id':'x','prompt':'a','image_urls':['https://e.com/1'],'mask_url':'https://e.com/2','seed':4294967295,'images':7,'quality':'high','stray':{}} | {'prompt':'a','images':['https://e.com/1'],'mask':'https://e.com/2','seed':4294967295,'aspect_ratio':'auto','resolution':'1K','n':1,'output_format':'png'}

          # null, blank and empty are absent
          seedance-2    | {'prompt':'abc','image_urls':[],'aspect_ratio':'','resolution':null,'duration':null,'seed':null} | {'prompt':'abc','aspect_ratio':'16:9','resolution':'720p','duration':5,'n':1}

          # a whole number is a whole number however it is written
          seedance-2    | {'prompt':'abc','aspect_ratio':'1:1','resolution':'480p','duration':1.2e1,'n':2.0} | {'prompt':'abc','aspect_ratio':'1:1','resolution':'480p','duration':12,'n':2}
          """)
  void fieldsBecomeParameters(String listing, String fields, String parameters) {
    assertThat(valid(listing, fields(fields)).toJson()).isEqualTo(fields(parameters));
  }

  @Test
  void promptIsKeptAsItIs() {
    assertThat(valid("gpt-image-2", fields().put("prompt", " a\n 😀 ")).prompt())
        .isEqualTo(" a\n 😀 ");
  }

  @Test
  void defaultsAreNotSharedBetweenRequests() {
    ObjectNode first = fields().put("prompt", "a").put("n", 3);

    assertThat(valid("gpt-image-2", first).n()).isEqualTo(3);
    assertThat(valid("gpt-image-2", fields().put("prompt", "a")).n()).isEqualTo(1);
  }

  private static Parameters valid(String listing, ObjectNode fields) {
    return switch (parse(listing, fields)) {
      case Valid valid -> valid.parameters();
      case Invalid invalid -> throw new AssertionError(invalid.message());
    };
  }

  private static Parsed parse(String listing, String fields) {
    return parse(listing, fields(fields));
  }

  private static Parsed parse(String listing, ObjectNode fields) {
    return CATALOG.parse(CATALOG.listing("omni", listing).orElseThrow(), fields);
  }

  private static ObjectNode fields() {
    return JSON.createObjectNode();
  }

  private static ObjectNode fields(String json) {
    return (ObjectNode) JSON.readTree(json.replace('\'', '"'));
  }
}
