package dev.easel.fuzz;

import java.util.List;

/** What nobody expects: texts, numbers, and pieces of addresses and headers. */
final class Odd {
  /** Stands in a text for a number that no tree can hold. */
  static final String RAW = "@raw:";

  private static final List<String> TEXTS =
      List.of(
          "",
          " ",
          "\t\n\r",
          "\u0000",
          "a\u0000b",
          "\ud800",
          "\udc00\ud800",
          "a\udfffb",
          "\u202ertl\u202c",
          "שלום عالم",
          "e\u0301\u0301\u0301\u0301",
          "👩‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿",
          "\ufeffbom",
          "\uffff\ufffe",
          "\u2028\u2029",
          "\u0085\u00a0\u3000",
          "\u001b[31mred",
          "ıİßﬀ",
          "null",
          "true",
          "0",
          "-1",
          "1e9",
          "NaN",
          "{}",
          "[]",
          "\"",
          "\\",
          "';drop table task;--",
          "%s%n%x",
          "{0}${7*7}#{1}",
          "../../../etc/passwd",
          "..\\..\\windows",
          "<script>alert(1)</script>",
          "a\r\nX-Injected: 1",
          "http://",
          "http://[",
          "http://[::1]/",
          "http://127.0.0.1/x.png",
          "http://169.254.169.254/latest/",
          "http://a b/c",
          "http://x:99999/",
          "https://user:pass@example.com/x.png",
          "https://exämple.com/ü.png",
          "https://example.com/\u0000",
          "http://\ud800/",
          "ftp://example.com/x.png",
          "file:///etc/passwd",
          "javascript:alert(1)",
          "data:",
          "data:image/png;base64,",
          "data:image/png;base64,!!!!",
          "data:image/png;base64,iVBORw0KGgo=",
          "data:text/html,<b>x</b>",
          "data:image/png;base64,R0lGODlhAQABAAAAACw=",
          "//example.com/x.png",
          "16:0",
          "0x0",
          "99999x99999",
          "-1x1024",
          "1024X1024",
          "1024x1024x1024",
          "01024x1024",
          "１０２４x１０２４",
          "auto ",
          "AUTO",
          "gpt-image-2\u0000",
          "GPT-IMAGE-2");

  private static final List<Object> NUMBERS =
      List.of(
          0,
          -1,
          1,
          2,
          3,
          4,
          10,
          11,
          17,
          100,
          101,
          Integer.MAX_VALUE,
          Integer.MIN_VALUE,
          Long.MAX_VALUE,
          Long.MIN_VALUE,
          4294967295L,
          4294967296L,
          0.5,
          1.0,
          -0.0,
          1e300,
          4.9E-324,
          RAW + "1e400@",
          RAW + "-1e-400@",
          RAW + "1.0e0@",
          RAW + "99999999999999999999999999@",
          RAW + "1e999999999@",
          RAW + "1E2147483648@",
          RAW + "NaN@",
          RAW + "-Infinity@",
          RAW + "+1@",
          RAW + "01@",
          RAW + ".5@",
          RAW + "0x10@");

  private static final List<String> IN_PATHS =
      List.of(
          "%00",
          "a%00b",
          "%zz",
          "%",
          "%c3%28",
          "%ff%fe",
          "%ed%a0%80",
          "..",
          "%2e%2e",
          "..%2f..%2fmaster.key",
          "%2F",
          "%5c",
          ".",
          "%20",
          "+",
          ";a=b",
          "null",
          "0",
          "-1",
          "{id}",
          "%7Bid%7D",
          "*",
          "~",
          "@",
          "%e2%80%ae",
          "%f0%9f%8c%b8",
          "019A7D1C-6A80-7C3E-9A51-0E8F4D6B2C11",
          "019a7d1c6a807c3e9a510e8f4d6b2c11",
          "019a7d1c-6a80-7c3e-9a51-0e8f4d6b2c1",
          "00000000-0000-0000-0000-000000000000",
          "ffffffff-ffff-ffff-ffff-ffffffffffff",
          "1-1-7-1-1",
          "%0d%0aX-Injected:%201");

  private static final List<String> IN_HEADERS =
      List.of(
          "",
          " ",
          "x",
          "\"",
          "\"quoted\"",
          "a b",
          "a,b;c=d",
          "\u00ff\u00fe",
          "é",
          "\t",
          "0",
          "-1",
          "99999999999999999999",
          "%00",
          ";",
          ",",
          "=",
          "*",
          "null",
          "${jndi:ldap://x/y}",
          "() { :; }");

  private Odd() {}

  static String text(Dice dice) {
    return switch (dice.below(12)) {
      case 0 -> "x".repeat(dice.pick(256, 512, 513, 4097, 20_001, 32_001, 200_000));
      case 1 -> "\ud83c\udf38".repeat(dice.pick(128, 257, 10_001, 16_001));
      case 2 -> "http://example.com/" + "x".repeat(dice.pick(2_000, 4_096, 60_000)) + ".png";
      default -> dice.pick(TEXTS);
    };
  }

  /** A number, or a text that stands for one. */
  static Object number(Dice dice) {
    return dice.pick(NUMBERS);
  }

  /** As it stands in a path or a query, escaped or wrong. */
  static String inPath(Dice dice) {
    return switch (dice.below(12)) {
      case 0 -> "x".repeat(dice.pick(200, 2_000, 5_000));
      case 1 -> "a/".repeat(dice.pick(2, 40)) + "b";
      default -> dice.pick(IN_PATHS);
    };
  }

  static String inHeader(Dice dice) {
    return switch (dice.below(12)) {
      case 0 -> "x".repeat(dice.pick(255, 256, 258, 3_000, 7_000));
      case 1 -> "a,".repeat(dice.pick(20, 1_000)) + "b";
      default -> dice.pick(IN_HEADERS);
    };
  }
}
