package dev.easel.asset;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ByteRangeTest {
  /** The examples of RFC 9110, 14.1.2, for 10,000 bytes, and the edges of its grammar. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          bytes=0-499                        | 10000 | 0-499
          bytes=500-999                      | 10000 | 500-999
          bytes=-500                         | 10000 | 9500-9999
          bytes=9500-                        | 10000 | 9500-9999
          bytes=0-0                          | 10000 | 0-0
          bytes=-1                           | 10000 | 9999-9999
          bytes=0-                           | 10000 | 0-9999
          bytes=9999-                        | 10000 | 9999-9999
          bytes=9000-20000                   | 10000 | 9000-9999
          bytes=-20000                       | 10000 | 0-9999
          BYTES= 0-0                         | 10000 | 0-0
          bytes=000000000000000000000001-2   | 10000 | 1-2
          bytes=5-99999999999999999999999999 | 10000 | 5-9999
          bytes=-99999999999999999999999999  | 10000 | 0-9999
          bytes=10000-                       | 10000 | none
          bytes=10000-20000                  | 10000 | none
          bytes=99999999999999999999999999-  | 10000 | none
          bytes=-0                           | 10000 | none
          bytes=0-                           | 0     | none
          bytes=-5                           | 0     | none
          bytes=0-0,-1                       | 10000 | whole
          bytes= 0-999, 4500-5499, -1000     | 10000 | whole
          bytes=5-4                          | 10000 | whole
          bytes=-                            | 10000 | whole
          bytes=                             | 10000 | whole
          bytes                              | 10000 | whole
          bytes=a-b                          | 10000 | whole
          bytes=0x1-5                        | 10000 | whole
          bytes=--5                          | 10000 | whole
          bytes=+1-5                         | 10000 | whole
          bytes=1 - 5                        | 10000 | whole
          bytes=١-٥                          | 10000 | whole
          items=0-5                          | 10000 | whole
          """)
  void readsRanges(String header, long length, String expected) {
    String range =
        switch (ByteRange.of(header, length)) {
          case ByteRange.Whole _ -> "whole";
          case ByteRange.Unsatisfiable _ -> "none";
          case ByteRange.Part(long first, long last) -> first + "-" + last;
        };
    assertThat(range).isEqualTo(expected);
  }
}
