package dev.easel.api;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Forms are read as browsers and SDKs send them; everything else is refused in words. */
class FormTest {
  private static final String HEADER = "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n";

  @Test
  void fieldsAndFilesAreTold() {
    byte[] picture = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0, '-', '-', 'x', (byte) 0xff};
    String body =
        "--x\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\n雨 rain\r\n"
            + "--x\r\ncontent-type: image/png\r\n"
            + "CONTENT-DISPOSITION: form-data; filename=\"a; b.png\"; name=\"image[]\"\r\n\r\n"
            + new String(picture, ISO_8859_1)
            + "\r\n--x\r\nContent-Disposition: form-data; name=\"image[]\"; filename=\"\"\r\n\r\n"
            + "\r\n--x--\r\nepilogue";
    // The prompt in UTF-8, the rest byte by byte.
    byte[] bytes =
        body.replace("雨", new String("雨".getBytes(UTF_8), ISO_8859_1)).getBytes(ISO_8859_1);
    Form form = parsed(bytes);
    assertThat(form.text("prompt")).contains("雨 rain");
    assertThat(form.files("image[]")).hasSize(2);
    assertThat(form.files("image[]").getFirst().content()).isEqualTo(picture);
    assertThat(form.files("image[]").getFirst().fileName()).contains("a; b.png");
    assertThat(form.files("image[]").getLast().fileName()).contains("");
    assertThat(form.text("image[]")).isEmpty();
    assertThat(form.files("prompt")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "rain",
        "--y\r\n\r\n\r\n--y--",
        "--x\r\n",
        HEADER,
        HEADER + "text",
        HEADER + "text\r\n--x",
        "--x\r\nContent-Disposition: form-data\r\n\r\ntext\r\n--x--",
        "--x\r\nContent-Type: text/plain\r\n\r\ntext\r\n--x--",
      })
  void whatIsNoFormIsRefused(String body) {
    String message =
        switch (parse(body.getBytes(ISO_8859_1))) {
          case Verdict.Pass<Form>(Form form) -> throw new AssertionError("taken: " + form);
          case Verdict.Refuse<Form>(ApiError error) -> error.message();
        };
    assertThat(message).startsWith("The ").doesNotContain("Exception");
  }

  @Test
  void aFormOfVeryManyPartsIsRefused() {
    String body = (HEADER + "1\r\n").repeat(101) + "--x--";
    assertThat(parse(body.getBytes(ISO_8859_1))).isInstanceOf(Verdict.Refuse.class);
    String fewer = (HEADER + "1\r\n").repeat(100) + "--x--";
    assertThat(parsed(fewer.getBytes(ISO_8859_1)).parts()).hasSize(100);
  }

  @Test
  void textThatIsNoUtf8IsNoText() {
    byte[] bytes = (HEADER + "\u00ff\u00fe\r\n--x--").getBytes(ISO_8859_1);
    assertThat(parsed(bytes).text("a")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "multipart/form-data; boundary=abc          | abc",
        "Multipart/Form-Data;charset=utf-8;BOUNDARY=\"a;b\" | a;b",
        "multipart/form-data                        |",
        "multipart/mixed; boundary=abc              |",
        "application/json                           |",
        "''                                         |"
      })
  void theHeaderNamesTheBoundary(String type, String boundary) {
    assertThat(Form.boundary(type)).isEqualTo(Optional.ofNullable(boundary));
  }

  @ParameterizedTest
  @CsvSource({
    "image/png, true",
    "application/octet-stream, true",
    "text/plain; charset=utf-8, false"
  })
  void aPartWithoutAFileNameIsAFileByItsType(String type, boolean isFile) {
    String body =
        "--x\r\nContent-Disposition: form-data; name=\"image\"\r\nContent-Type: %s\r\n\r\n1\r\n--x--"
            .formatted(type);
    Form form = parsed(body.getBytes(ISO_8859_1));
    assertThat(form.files("image").isEmpty()).isNotEqualTo(isFile);
    assertThat(form.text("image").isEmpty()).isEqualTo(isFile);
  }

  @Test
  void whatIsLargerThanAllowedIsNotReadToItsEnd() {
    InputStream endless =
        new SequenceInputStream(
            new ByteArrayInputStream(HEADER.getBytes(ISO_8859_1)),
            new InputStream() {
              @Override
              public int read() {
                return 'x';
              }
            });
    assertThat(Form.parse(endless, "x", 100_000))
        .isEqualTo(Verdict.refuse(new ApiError.TooLarge(100_000)));
    byte[] exact = (HEADER + "1\r\n--x--").getBytes(ISO_8859_1);
    assertThat(Form.parse(new ByteArrayInputStream(exact), "x", exact.length))
        .isInstanceOf(Verdict.Pass.class);
    assertThat(Form.parse(new ByteArrayInputStream(exact), "x", exact.length - 1))
        .isEqualTo(Verdict.refuse(new ApiError.TooLarge(exact.length - 1)));
  }

  private static Verdict<Form> parse(byte[] bytes) {
    return Form.parse(new ByteArrayInputStream(bytes), "x", bytes.length);
  }

  private static Form parsed(byte[] bytes) {
    return switch (parse(bytes)) {
      case Verdict.Pass<Form>(Form form) -> form;
      case Verdict.Refuse<Form>(ApiError error) -> throw new AssertionError(error.message());
    };
  }
}
