package dev.easel.net;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpMessage;

/**
 * The header {@code Retry-After} (RFC 9110, 10.2.3): seconds, or a date, which is compared with the
 * answer's own {@code Date}, so that the two clocks need not agree.
 */
final class RetryAfter {
  private static final int MOST_DIGITS = 9;

  private RetryAfter() {}

  /** How long to wait; empty where the answer does not say, or says nothing sensible. */
  static Optional<Duration> of(HttpMessage answer) {
    return value(answer, HttpHeaders.RETRY_AFTER)
        .flatMap(value ->
            isNumber(value)
                ? Optional.of(Duration.ofSeconds(Long.parseLong(value)))
                : date(value)
                    .flatMap(until ->
                        value(answer, HttpHeaders.DATE)
                            .flatMap(RetryAfter::date)
                            .map(now -> Duration.between(now, until))))
        .filter(wait -> !wait.isNegative());
  }

  private static boolean isNumber(String value) {
    return value.length() <= MOST_DIGITS && value.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  private static Optional<ZonedDateTime> date(String value) {
    try {
      return Optional.of(ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME));
    } catch (DateTimeException malformed) {
      return Optional.empty();
    }
  }

  private static Optional<String> value(HttpMessage answer, String name) {
    Header header = answer.getFirstHeader(name);
    return Optional.ofNullable(header)
        .map(Header::getValue)
        .map(String::strip)
        .filter(value -> !value.isEmpty());
  }
}
