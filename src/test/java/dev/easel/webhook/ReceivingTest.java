package dev.easel.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/**
 * The code that the documentation gives to receivers, run as it stands there. Left out where its
 * language is not installed: Easel itself needs neither.
 */
class ReceivingTest {
  private static final String SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
  private static final long SENT_AT = 1_700_000_000;
  private static final String BODY =
      "{\"type\":\"task.completed\",\"timestamp\":\"2026-01-01T00:00:00Z\",\"data\":{\"id\":\"t1\"}}";

  /** Of that, made by the reference implementation of Standard Webhooks. */
  private static final String SIGNATURE = "v1,/L9TMEsK0pA+kRX9WPepfN1IeSrGngyfquc3xB655AE=";

  private static final String ANOTHER = "v1,AAAAMEsK0pA+kRX9WPepfN1IeSrGngyfquc3xB655AE=";

  @TempDir private Path directory;

  /** What a receiver is given, and whether it should believe it. */
  private record Case(
      String name,
      String secret,
      Map<String, String> headers,
      String body,
      long now,
      boolean holds) {
    Case with(String changed, String header, String value) {
      Map<String, String> other = new TreeMap<>(headers);
      other.put(header, value);
      return new Case(changed, secret, other, body, now, false);
    }

    Case believed() {
      return new Case(name, secret, headers, body, now, true);
    }

    Case at(String changed, long time, boolean expected) {
      return new Case(changed, secret, headers, body, time, expected);
    }
  }

  private static List<Case> cases() {
    Map<String, String> headers =
        Map.of(
            "webhook-id",
            "msg_1",
            "webhook-timestamp",
            String.valueOf(SENT_AT),
            "webhook-signature",
            SIGNATURE);
    Case sound = new Case("sound", SECRET, headers, BODY, SENT_AT, true);
    String signature = "webhook-signature";
    List<Case> cases = new ArrayList<>();
    cases.add(sound);
    cases.add(sound.at("a little late", SENT_AT + 300, true));
    cases.add(sound.at("too late", SENT_AT + 301, false));
    cases.add(sound.at("too early", SENT_AT - 301, false));
    cases.add(sound.with("of two, the second", signature, ANOTHER + " " + SIGNATURE).believed());
    cases.add(sound.with("of two, the first", signature, SIGNATURE + " " + ANOTHER).believed());
    cases.add(
        sound.with("after what is unknown", signature, "v9,x v1a,!! " + SIGNATURE).believed());
    cases.add(sound.with("another signature", signature, ANOTHER));
    cases.add(sound.with("of another kind", signature, SIGNATURE.replace("v1,", "v1a,")));
    cases.add(sound.with("cut", signature, SIGNATURE.substring(0, 20)));
    cases.add(sound.with("no base64", signature, "v1,!!!"));
    cases.add(sound.with("nothing", signature, ""));
    cases.add(sound.with("another id", "webhook-id", "msg_2"));
    cases.add(sound.with("no id", "webhook-id", ""));
    cases.add(sound.with("another time", "webhook-timestamp", String.valueOf(SENT_AT + 1)));
    cases.add(sound.with("no time", "webhook-timestamp", "now"));
    cases.add(new Case("another body", SECRET, headers, BODY.replace("t1", "t2"), SENT_AT, false));
    cases.add(
        new Case("another secret", SECRET.replace("MDEy", "MDEz"), headers, BODY, SENT_AT, false));
    cases.add(new Case("no headers", SECRET, Map.of(), BODY, SENT_AT, false));
    return cases;
  }

  @Test
  void inNode() throws Exception {
    Files.writeString(directory.resolve("verify.mjs"), block("js"));
    check(
        "node",
        "run.mjs",
        """
        import { readFileSync } from 'node:fs'
        import { isFromEasel } from './verify.mjs'
        for (const c of JSON.parse(readFileSync('cases.json'))) {
          console.log(c.name + ': ' + isFromEasel(c.secret, c.headers, Buffer.from(c.body), c.now))
        }
        """);
  }

  @Test
  void inPython() throws Exception {
    Files.writeString(directory.resolve("verify.py"), block("python"));
    check(
        "python3",
        "run.py",
        """
        import json
        from verify import is_from_easel
        for c in json.load(open("cases.json", encoding="utf-8")):
            holds = is_from_easel(c["secret"], c["headers"], c["body"].encode(), c["now"])
            print(c["name"] + ": " + str(holds).lower())
        """);
  }

  /** The only block of the page in {@code language}. */
  private static String block(String language) throws IOException {
    Matcher block =
        Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(Path.of("docs/webhooks.md")));
    assertThat(block.find()).as("a block of " + language).isTrue();
    return block.group(1);
  }

  private void check(String interpreter, String name, String program) throws Exception {
    assumeThat(installed(interpreter)).as(interpreter + " is installed").isTrue();
    Files.writeString(
        directory.resolve("cases.json"), JsonMapper.shared().writeValueAsString(cases()));
    Files.writeString(directory.resolve(name), program);
    Process process =
        new ProcessBuilder(interpreter, name)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(said.lines())
        .containsExactlyElementsOf(
            cases().stream().map(each -> each.name + ": " + each.holds).toList());
  }

  private static boolean installed(String program) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
        .anyMatch(place -> Files.isExecutable(Path.of(place, program)));
  }
}
