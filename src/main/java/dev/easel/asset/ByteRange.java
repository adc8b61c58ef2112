package dev.easel.asset;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What of a file a request with a {@code Range} header gets (RFC 9110, section 14). */
sealed interface ByteRange {
  /**
   * All of it: no range, one that is malformed or not in bytes, or several, which we may ignore.
   */
  record Whole() implements ByteRange {}

  /** The bytes {@code first} to {@code last}, both included, counted from 0. */
  record Part(long first, long last) implements ByteRange {
    public Part {
      if (first < 0 || last < first) {
        throw new IllegalArgumentException("a range does not end before it begins");
      }
    }

    long length() {
      return last - first + 1;
    }
  }

  /** Nothing: the range lies behind the end. */
  record Unsatisfiable() implements ByteRange {}

  Pattern SINGLE = Pattern.compile("(?i:bytes)=[ \t]*([0-9]*)-([0-9]*)[ \t]*");

  /** Reads the value of a {@code Range} header for a file of {@code length} bytes. */
  static ByteRange of(String header, long length) {
    Matcher range = SINGLE.matcher(header);
    if (!range.matches()) {
      return new Whole();
    }
    String first = range.group(1);
    String last = range.group(2);
    if (first.isEmpty()) {
      return last.isEmpty() ? new Whole() : suffix(number(last), length);
    }
    long from = number(first);
    long to = last.isEmpty() ? Long.MAX_VALUE : number(last);
    if (to < from) {
      return new Whole();
    }
    return from >= length ? new Unsatisfiable() : new Part(from, Math.min(to, length - 1));
  }

  private static ByteRange suffix(long count, long length) {
    return count == 0 || length == 0
        ? new Unsatisfiable()
        : new Part(Math.max(0, length - count), length - 1);
  }

  /** Digits of any number; what is beyond a long is behind every end alike. */
  private static long number(String digits) {
    String significant = digits.replaceFirst("^0+(?=.)", "");
    return significant.length() > 18 ? Long.MAX_VALUE : Long.parseLong(significant);
  }
}
