package dev.easel.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All that is wrong with a catalogue is told at once, in its place, and nothing that is not. */
class CatalogMistakesTest {
  private static final String MODELS =
      """
      channels:
        here: {provider: 7, speed: 2}
        there: {provider: sandbox, concurrency: 0}
        away: [sandbox]
        fine: {provider: sandbox}
      models:
        pen:
          nme: Pen
          description: Draws lines.
          kind: picture
          abilities: [text-to-image, text-to-song, sing]
          parameters:
            type: object
            additionalProperties: false
            properties: {prompt: {type: string, maxLength: 10}}
          typical: 90
          deadline: 1h
          routes:
            - {channel: here}
            - pen
            - {channel: fine, model: pen, wieght: 3}
        brush:
          name: Brush
          description: Paints.
          kind: image
          abilities: [text-to-image]
          parameters:
            type: object
            additionalProperties: false
            required: [prompt, size]
            properties:
              prompt: {type: string, maxLength: 10}
              grade: {type: string, enum: [low, high], default: best}
              n: {type: integer, minimum: 1}
          typical: 90s
          deadline: 1h
          routes:
            - {channel: here, model: a}
            - {channel: nowhere, model: b}
            - {channel: elsewhere, model: c}
        ink:
          name: Ink
          description: Flows.
          kind: image
          abilities: [text-to-image]
          parameters:
            type: object
            additionalProperties: false
            required: [prompt]
            properties:
              prompt: {type: string, maxLength: 10}
              grade: {type: string, enum: [low, high], default: low}
          typical: 90s
          deadline: 1h
          routes: []
      """;

  private static final String LISTINGS =
      """
      listings:
        omni:
          pen: {model: pen, fields: {anything: goes}, price: [{credits: 7, per: task}]}
          brush: {model: brush, fields: {what: ever}, price: [{credits: 7, per: task}]}
          quill: {model: feather, fields: {prompt: prompt}, price: [{credits: 7, per: task}]}
          ink:
            model: ink
            fields: {grade: quality, low: {means: grade, values: [lowest]}}
            price:
              - {credits: 7, per: second}
              - {credits: 7, per: task, when: {grade: best}}
          blot:
            model: ink
            fields: {prompt: prompt, grade: grade}
            rules:
              - {with: prompt, only: {grade: best}}
              - {with: prompt}
              - {with: size, needs: grade}
            price:
              - {credits: 0, per: task}
              - {credits: 7.5, per: pixel}
        kie:
          blot:
            model: ink
            fields: {prompt: prompt, grade: grade}
            rules:
              - {with: prompt, only: {grade: best}}
              - {with: size, needs: grade}
            price: [{credits: 1, per: task}]
      """;

  @TempDir private Path directory;

  @Test
  void allOfThemAreToldInTheOrderOfTheFiles() throws IOException {
    write("models.yaml", MODELS);
    write("omni.yaml", LISTINGS);

    assertThat(complaints())
        .containsExactly(
            "models.yaml:2:10: channels.here.provider: must be a text",
            "models.yaml:2:23: channels.here.speed: unknown key; there are concurrency, provider, settings",
            "models.yaml:3:3: channels.there: concurrency must be at least 1",
            "models.yaml:4:3: channels.away: must be an object of keys and values",
            "models.yaml:7:3: models.pen.name: missing",
            "models.yaml:8:5: models.pen.nme: unknown key; there are abilities, attempts, deadline, description, kind, name, parameters, routes, state, typical",
            "models.yaml:10:5: models.pen.kind: no media kind picture",
            "models.yaml:11:5: models.pen.abilities: no ability text-to-song",
            "models.yaml:11:5: models.pen.abilities: no ability sing",
            "models.yaml:16:5: models.pen.typical: must be a text",
            "models.yaml:19:9: models.pen.routes[0].model: missing",
            "models.yaml:20:9: models.pen.routes[1]: must be an object of keys and values",
            "models.yaml:21:37: models.pen.routes[2].wieght: unknown key; there are channel, model, outputs, priority, weight",
            "models.yaml:34:9: model brush: parameters.properties.n: required property 'maximum' not found",
            "models.yaml:37:5: model brush: a route leads to channel elsewhere, which is not there",
            "models.yaml:37:5: model brush: a route leads to channel nowhere, which is not there",
            "omni.yaml:5:13: listing omni quill: there is no model feather",
            "omni.yaml:8:7: listing omni ink: no field for prompt",
            "omni.yaml:8:16: listing omni ink: field grade: means quality, which the model does not know",
            "omni.yaml:8:32: listing omni ink: field low: values: lowest: \"lowest\" is not supported; allowed: low, high",
            "omni.yaml:10:11: listing omni ink: a price per second, but model ink has no duration",
            "omni.yaml:11:11: listing omni ink: the price has a condition that model ink never meets: grade [best]",
            "omni.yaml:17:11: listings.omni.blot.rules[1]: a rule demands one thing: needs, excludes, only (of one field) or never (of one field)",
            "omni.yaml:20:11: listings.omni.blot.price[0]: credits must be from 1 to 1000000000",
            "omni.yaml:21:12: listings.omni.blot.price[1].credits: must be a whole number",
            "omni.yaml:21:26: listings.omni.blot.price[1].per: no unit pixel; there are task, output, second",
            "omni.yaml:27:11: listing kie blot: rules[0]: grade is never best; allowed: low, high",
            "omni.yaml:28:11: listing kie blot: rules[1]: a rule names the field size, which is not there");
  }

  /** What refers to what is in a file that nobody can read is not wrong for that. */
  @Test
  void aFileThatCannotBeReadIsOneMistake() throws IOException {
    write("models.yaml", "channels: {here: [}\n");
    write("omni.yaml", LISTINGS);
    write("zzz.yaml", "- a\n");

    assertThat(complaints())
        .satisfiesExactly(
            malformed -> assertThat(malformed).startsWith("models.yaml:1:19: while parsing"),
            rule -> assertThat(rule).startsWith("omni.yaml:17:11: "),
            credits -> assertThat(credits).startsWith("omni.yaml:20:11: "),
            odd -> assertThat(odd).startsWith("omni.yaml:21:12: "),
            unit -> assertThat(unit).startsWith("omni.yaml:21:26: "),
            list -> assertThat(list).isEqualTo("zzz.yaml: must be an object of keys and values"));
  }

  /** Every place in which the defaults can be broken is found beside all the others. */
  @Test
  void aMistakeHidesNoOther() throws IOException {
    String whole = CatalogFiles.write(CatalogFiles.defaults());
    long prices = whole.lines().filter(line -> line.contains("credits: ")).count();
    write("all.yaml", whole.replace("credits: ", "credit: "));

    // One for the key that is missing, and one for the key that nobody knows.
    assertThat(complaints()).hasSize((int) (2 * prices));
  }

  @Test
  void onlyTheFirstOfThemIsInTheLog() throws IOException {
    write("models.yaml", MODELS);

    assertThatThrownBy(this::read)
        .isInstanceOfSatisfying(
            CatalogException.class,
            wrong ->
                assertThat(wrong.inBrief())
                    .endsWith(
                        "models.yaml:2:10: channels.here.provider: must be a text (15 more)"));
  }

  private void write(String name, String content) throws IOException {
    Files.writeString(directory.resolve(name), content);
  }

  private Catalog read() {
    return CatalogFiles.read(List.of(directory), _ -> {}, Parts::whole);
  }

  private List<String> complaints() {
    try {
      read();
    } catch (CatalogException wrong) {
      return String.valueOf(wrong.getMessage())
          .lines()
          .map(line -> line.replace(directory + "/", ""))
          .collect(Collectors.toList());
    }
    return List.of();
  }
}
