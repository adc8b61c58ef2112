package dev.easel.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class CatalogFilesTest {
  /** A whole catalogue, as small as can be; the tests break it in one place each. */
  private static final String SMALL =
      """
      channels:
        here: {provider: sandbox, concurrency: 3, settings: {speed: 2}}
      models:
        pen:
          name: Pen
          description: Draws lines.
          kind: image
          abilities: [text-to-image]
          parameters:
            type: object
            additionalProperties: false
            required: [prompt]
            properties:
              prompt: {type: string, maxLength: 10}
              size: {type: string, pattern: '^[0-9]x[0-9]$', examples: [2x3, 4x4]}
              grade: {type: string, enum: ['1:1', '16:9'], default: '16:9'}
              draft: {type: boolean, default: true}
              colours: {type: array, minItems: 2, maxItems: 3, items: {type: string, maxLength: 5}}
              n: {type: integer, minimum: 1, maximum: 4}
          typical: 90s
          deadline: 1h
          routes:
            - {channel: here, model: pen-1}
      listings:
        omni:
          pen:
            model: pen
            fields: {size: size, colours: colours, draft: draft, text: prompt}
            price:
              - {credits: 7, per: output, when: {grade: '16:9', n: [1, 2]}}
      """;

  @Test
  void defaultsAreWhatEachDialectSells() {
    Catalog catalog = CatalogFiles.defaults();

    assertThat(ids(catalog, "omni")).containsExactly("gpt-image-2", "nano-banana-2", "seedance-2");
    assertThat(ids(catalog, "kie"))
        .containsExactly(
            "bytedance/seedance-2",
            "google/nano-banana",
            "google/nano-banana-edit",
            "gpt-image-2-image-to-image",
            "gpt-image-2-text-to-image",
            "gpt-image/1.5-image-to-image",
            "gpt-image/1.5-text-to-image",
            "nano-banana-2",
            "nano-banana-pro");
    assertThat(ids(catalog, "apimodels"))
        .containsExactly("gpt-image-2-beta", "gpt-image-2-lite", "nano-banana-2", "seedance-2");
    assertThat(ids(catalog, "art")).containsExactly("gpt-image-2");
    assertThat(catalog.listing("art", "gpt-image-2-image-to-image"))
        .isEqualTo(catalog.listing("art", "gpt-image-2-text-to-image"))
        .isEqualTo(catalog.listing("art", "gpt-image-2"));
    assertThat(ids(catalog, "openai"))
        .containsExactly("dall-e-3", "gpt-image-1.5", "gpt-image-2", "sora-2", "sora-2-pro");
    assertThat(ids(catalog, "mcp"))
        .containsExactlyElementsOf(catalog.models().stream().map(Model::id).toList());
    assertThat(catalog.models())
        .allSatisfy(model -> {
          assertThat(model.state()).isEqualTo(Availability.ON);
          assertThat(model.limits().attempts()).isEqualTo(2);
          assertThat(model.routes()).extracting(Route::channel).containsExactly("sandbox");
        });
    assertThat(catalog.model("gpt-image-2").orElseThrow().pieceSize()).isEqualTo(Route.ANY_OUTPUTS);
    assertThat(catalog.model("nano-banana-2").orElseThrow().pieceSize()).isEqualTo(1);
    assertThat(catalog.channels()).extracting(Channel::provider).containsExactly("sandbox");
    assertThat(catalog.model("seedance-2").orElseThrow().kind()).isEqualTo(MediaKind.VIDEO);
    assertThat(catalog.model("gpt-image-2").orElseThrow().label().name()).isEqualTo("GPT Image 2");
  }

  private static List<String> ids(Catalog catalog, String dialect) {
    return catalog.listings(dialect).stream().map(Listing::id).toList();
  }

  @Test
  void whatIsNotSaidIsUsual() {
    Catalog catalog = read(SMALL);
    Model model = catalog.model("pen").orElseThrow();

    assertThat(model.limits())
        .isEqualTo(new Model.Limits(Duration.ofSeconds(90), Duration.ofHours(1), 2));
    assertThat(model.routes()).containsExactly(new Route("here", "pen-1", 1, 1, Route.ANY_OUTPUTS));
    assertThat(catalog.listing("omni", "pen").orElseThrow().aliases()).isEmpty();
    assertThat(catalog.listing("omni", "pen").orElseThrow().state()).isEqualTo(Availability.ON);
    assertThat(catalog.channels())
        .singleElement()
        .satisfies(channel -> {
          assertThat(channel.concurrency()).hasValue(3);
          assertThat(channel.settings().path("speed").intValue()).isEqualTo(2);
        });
  }

  @Test
  void promptIsTheFirstField() {
    assertThat(read(SMALL).listing("omni", "pen").orElseThrow().fields())
        .extracting(Field::name)
        .containsExactly("text", "size", "colours", "draft");
  }

  /** What is replaced in the small catalogue, by what, and how the complaint begins. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          # keys
          kind: image          | kind: image, knd: x          | ``
          name: Pen            | name: Pen␤    colour: red    | models.pen.colour: unknown key; there are abilities, attempts, deadline, description, kind, name, parameters, routes, state, typical
          listings:            | extra: {}␤listings:          | extra: unknown key; there are channels, listings, models
          , model: pen-1}      | , model: pen-1, wight: 3}    | models.pen.routes[0].wight: unknown key; there are channel, model, outputs, priority, weight
          per: output          | per: output, pro: x          | listings.omni.pen.price[0].pro: unknown key; there are credits, per, when
          concurrency: 3       | concurency: 3                | channels.here.concurency: unknown key; there are concurrency, provider, settings
          kind: image          | state: on                    | models.pen.kind: missing
          {provider: sandbox,  | {                            | channels.here.provider: missing
          kind: image          | kind: image␤    kind: image  | ``

          # values
          kind: image          | kind: picture                | models.pen.kind: no media kind picture
          kind: image          | kind: 3                      | models.pen.kind: must be a text
          [text-to-image]      | [text-to-speech]             | models.pen.abilities: no ability text-to-speech
          [text-to-image]      | text-to-image                | models.pen.abilities: must be a list
          [text-to-image]      | []                           | models.pen: a model has at least one ability
          typical: 90s         | typical: 90                  | models.pen.typical: must be a text
          typical: 90s         | typical: 90 s                | models.pen.typical: must be a time such as 30s, 10m or 1h
          deadline: 1h         | deadline: 1m                 | models.pen: the typical duration is positive and the deadline not before it
          deadline: 1h         | deadline: 721h               | models.pen: the deadline is at most 30 days
          deadline: 1h         | deadline: 1h␤    attempts: 0 | models.pen: attempts must be at least 1
          deadline: 1h         | deadline: 1h␤    state: 1    | models.pen.state: must be a text
          deadline: 1h         | deadline: 1h␤    state: gone | models.pen.state: no state gone; there are on, maintenance, off
          concurrency: 3       | concurrency: 0               | channels.here: concurrency must be at least 1
          concurrency: 3       | concurrency: some            | channels.here.concurrency: must be a whole number
          , model: pen-1}      | , model: pen-1, weight: 0}   | models.pen.routes[0]: priority and weight count from 1
          , model: pen-1}      | , model: pen-1}␤      - {channel: here, model: pen-1, priority: 2} | models.pen: a route is there twice
          credits: 7           | credits: 0                   | listings.omni.pen.price[0]: credits must be from 1 to 1000000000
          credits: 7           | credits: 7.5                 | listings.omni.pen.price[0].credits: must be a whole number
          per: output          | per: pixel                   | listings.omni.pen.price[0].per: no unit pixel; there are task, output, second
          n: [1, 2]            | n: {}                        | listings.omni.pen.price[0].when.n: must be a text, a number, true or false, or a list of those
          omni:                | Omni:                        | listings.Omni.pen: a dialect is a lower-case word, not Omni
          fields: {size        | aliases: [a b]␤      fields: {size | listings.omni.pen: "a b" is not an id: letters, digits and . _ / : - only, a letter or digit first, at most 100

          # parameters
          {type: string, maxLength: 10}  | {type: string, maxlength: 10}   | model pen: parameters.properties.prompt: property 'maxlength' is not defined in the schema and the schema does not allow additional properties
          {type: string, maxLength: 10}  | {type: strin, maxLength: 10}    | model pen: parameters.properties.prompt.type: does not have a value in the enumeration ["string", "integer", "boolean", "array"]
          {type: string, maxLength: 10}  | {maxLength: 10}                 | model pen: parameters.properties.prompt: required property 'type' not found
          {type: string, maxLength: 10}  | {type: string}                  | model pen: parameters.properties.prompt: required property 'maxLength' not found
          , maximum: 4}                  | }                               | model pen: parameters.properties.n: required property 'maximum' not found
          , examples: [2x3, 4x4]         | `` | model pen: parameters.properties.size: required property 'maxLength' not found
          , maxItems: 3                  | `` | model pen: parameters.properties.colours: required property 'maxItems' not found
          default: '16:9'                | default: 7                      | model pen: parameters.properties.grade.default: integer found, string expected
          default: '16:9'                | default: '7:5'                  | model pen: parameters.properties.grade: default: "7:5" is not supported; allowed: 1:1, 16:9
          required: [prompt]             | required: [promt]               | model pen: parameters.required: no parameter promt
          additionalProperties: false    | additionalProperties: true      | model pen: parameters.additionalProperties: must be the constant value 'false'

          '^[0-9]x[0-9]$'                | '^([0-9]$'                      | model pen: parameters.properties.size:
          '^[0-9]x[0-9]$'                | '[0-9]'                         | model pen: parameters.properties.size.pattern: does not match the regex pattern ^\\^.*\\$$

          # what does not fit together
          {channel: here       | {channel: there              | model pen: a route leads to channel there, which is not there
          model: pen␤          | model: pencil␤               | listing omni pen: there is no model pencil
          draft: draft         | draft: drift                 | listing omni pen: field draft: means drift, which the model does not know
          , text: prompt       | `` | listing omni pen: no field for prompt
          grade: '16:9', n     | grade: '9:16', n             | listing omni pen: the price has a condition that model pen never meets: grade [9:16]
          grade: '16:9', n     | shade: '16:9', n             | listing omni pen: the price has a condition that model pen never meets: shade [16:9]
          per: output          | per: second                  | listing omni pen: a price per second, but model pen has no duration
          fields: {size        | aliases: [pen]␤      fields: {size | listing omni pen: the id or alias pen is there twice
          """)
  void slipsOfThePenAreFound(String part, String instead, String complaint) {
    String file = SMALL.replace(lines(part), lines(instead));
    assertThat(file).isNotEqualTo(SMALL);

    assertThatThrownBy(() -> read(file))
        .isInstanceOf(CatalogException.class)
        .hasMessageMatching("(?s)small\\.yaml:\\d+:\\d+: " + Pattern.quote(complaint) + ".*");
  }

  /** Words that older YAML takes for other things. */
  @Test
  void yamlHasNoSurprises() {
    Catalog catalog =
        read(
            SMALL
                .replace("['1:1', '16:9']", "[1:1, 16:9, no, 2026-01-02]")
                .replace("fields:", "state: off\n      fields:"));

    assertThat(catalog.listing("omni", "pen").orElseThrow().state()).isEqualTo(Availability.OFF);
    assertThat(
            catalog.model("pen").orElseThrow().parameters().at("/properties/grade/enum").toString())
        .isEqualTo("[\"1:1\",\"16:9\",\"no\",\"2026-01-02\"]");
  }

  /** Fields with ' for quotes; the whole message: what no listing that comes with Easel shows. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'text':'a','size':'5'}                    | size: "5" is not supported; examples: 2x3, 4x4
          {'text':'a','colours':['red']}             | colours: 1 item, at least 2 are needed
          {'text':'a','colours':['red','yellow']}    | colours[1]: 6 characters, at most 5 are allowed
          {'text':'a'}                               | colours: required, must not be empty
          {'text':'a','colours':['x','y'],'draft':0} | draft: must be true or false, not a number
          {'text':'a','colours':['x','y'],'draft':'yes'} | draft: must be true or false, not a string
          {'text':'a','colours':['x','y']}           | draft: required
          """)
  void everyKeywordHasWords(String fields, String message) {
    Catalog catalog =
        read(
            SMALL
                .replace("required: [prompt]", "required: [prompt, colours, draft]")
                .replace(", default: true}", "}"));
    ObjectNode body = (ObjectNode) JsonMapper.shared().readTree(fields.replace('\'', '"'));

    assertThat(catalog.parse(catalog.listing("omni", "pen").orElseThrow(), body))
        .isInstanceOfSatisfying(
            Parsed.Invalid.class, invalid -> assertThat(invalid.message()).isEqualTo(message));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          - a | small.yaml: must be an object of keys and values
          a   | small.yaml: must be an object of keys and values
          ''  | small.yaml: must be an object of keys and values
          """)
  void aFileIsAnObject(String file, String complaint) {
    assertThatThrownBy(() -> read(file)).isInstanceOf(CatalogException.class).hasMessage(complaint);
  }

  @Test
  void malformedYamlNamesTheLine() {
    assertThatThrownBy(() -> read("channels:\n  here: {provider: [}\n"))
        .isInstanceOf(CatalogException.class)
        .hasMessageMatching("small.yaml:2:2[0-9]: while parsing .+: .+");
  }

  @Test
  void aSectionMayStandInAnyFileButAnIdOnlyOnce() {
    assertThatThrownBy(() ->
            DefinitionReader.read(
                List.of(
                    file("small.yaml", SMALL),
                    file("more.yaml", "channels: {here: {provider: sandbox}}"))))
        .isInstanceOf(CatalogException.class)
        .hasMessage("small.yaml:2:3: channel here is there twice");
  }

  private static Catalog read(String yaml) {
    return DefinitionReader.read(List.of(file("small.yaml", yaml)));
  }

  static Keys file(String name, String yaml) {
    return Keys.ofFile(name, Yaml.read(name, yaml.getBytes(StandardCharsets.UTF_8)));
  }

  private static String lines(String text) {
    return text.replace('␤', '\n');
  }
}
