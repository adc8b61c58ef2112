package dev.easel.api;

import dev.easel.wording.Phrase;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.commons.fileupload2.core.MultipartInput;
import org.apache.commons.fileupload2.core.ParameterParser;

/**
 * A request's body: a form with files, {@code multipart/form-data} (RFC 7578).
 *
 * @param parts in the order in which they were sent; several may have one name
 */
public record Form(List<Part> parts) {
  private static final int MOST_PARTS = 100;
  private static final String TYPE = "multipart/form-data";
  private static final Pattern OF_A_FILE =
      Pattern.compile("(?im)^content-type:\\s*(?:image/|video/|application/octet-stream)");

  public Form {
    parts = List.copyOf(parts);
  }

  /**
   * A field of the form, or a file.
   *
   * @param fileName as the sender says; there for files only, though it may be empty
   */
  @SuppressWarnings("ArrayRecordComponent") // an identity, not a value: never compared
  public record Part(String name, Optional<String> fileName, byte[] content) {}

  /** The text of the first field of that name; empty when there is none, or it is no UTF-8. */
  public Optional<String> text(String name) {
    return parts.stream()
        .filter(part -> part.name.equals(name) && part.fileName.isEmpty())
        .findFirst()
        .flatMap(part -> decoded(part.content));
  }

  /** The files of that name. */
  public List<Part> files(String name) {
    return parts.stream()
        .filter(part -> part.name.equals(name) && part.fileName.isPresent())
        .toList();
  }

  private static Optional<String> decoded(byte[] content) {
    try {
      return Optional.of(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString());
    } catch (CharacterCodingException malformed) {
      return Optional.empty();
    }
  }

  /**
   * What separates the parts, as the header {@code Content-Type} says; empty when it is no form.
   */
  static Optional<String> boundary(String contentType) {
    Map<String, String> parameters = parameters(contentType);
    return contentType.toLowerCase(Locale.ROOT).startsWith(TYPE)
        ? Optional.ofNullable(parameters.get("boundary")).filter(text -> !text.isEmpty())
        : Optional.empty();
  }

  private static Map<String, String> parameters(String header) {
    ParameterParser parser = new ParameterParser();
    parser.setLowerCaseNames(true);
    return parser.parse(header, ';');
  }

  /** Reads {@code body} as it comes, {@code limit} bytes at most. */
  static Verdict<Form> parse(InputStream body, String boundary, long limit) {
    Capped capped = new Capped(body, limit);
    List<Part> parts = new ArrayList<>();
    try {
      MultipartInput input =
          MultipartInput.builder()
              .setInputStream(capped)
              .setBoundary(boundary.getBytes(StandardCharsets.ISO_8859_1))
              .get();
      boolean more = input.skipPreamble();
      if (!more) {
        return refuse(Phrase.of("The body is not a form: its parts are not there."));
      }
      for (; more; more = input.readBoundary()) {
        if (parts.size() == MOST_PARTS) {
          return refuse(Phrase.of("The form has more than %d parts.", MOST_PARTS));
        }
        String headers = input.readHeaders();
        Optional<Map<String, String>> disposition = disposition(headers);
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        input.readBodyData(content);
        if (disposition.isEmpty()) {
          return refuse(Phrase.of("The form has a part without a name."));
        }
        parts.add(part(headers, disposition.get(), content.toByteArray()));
      }
      // Whatever stands behind the last part, the next request begins after it.
      capped.transferTo(OutputStream.nullOutputStream());
    } catch (IOException | RuntimeException malformed) {
      // The server tells of a caller that hangs up, or sends broken chunks, by exceptions of its
      // own.
      if (capped.isOver()) {
        return Verdict.refuse(new ApiError.TooLarge(limit));
      }
      return refuse(Phrase.of("The body is not a form: it is malformed, or ended too early."));
    }
    return Verdict.pass(new Form(parts));
  }

  /** Ends with an exception where more comes than may. */
  private static final class Capped extends FilterInputStream {
    private final long limit;
    private long read;

    Capped(InputStream body, long limit) {
      super(body);
      this.limit = limit;
    }

    boolean isOver() {
      return read > limit;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int count = in.read(into, offset, length);
      read += Math.max(count, 0);
      if (isOver()) {
        throw new IOException("more than " + limit + " bytes");
      }
      return count;
    }
  }

  private static Part part(String headers, Map<String, String> disposition, byte[] content) {
    return new Part(
        String.valueOf(disposition.get("name")),
        // Written without a value it is null: a file all the same. So is what some clients send
        // from memory, without a name but with the type of a file.
        disposition.containsKey("filename") || OF_A_FILE.matcher(headers).find()
            ? Optional.of(Optional.ofNullable(disposition.get("filename")).orElse(""))
            : Optional.empty(),
        content);
  }

  /** What a part's headers say of it; empty when they give it no name. */
  private static Optional<Map<String, String>> disposition(String headers) {
    return headers
        .lines()
        .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("content-disposition:"))
        .findFirst()
        .map(line -> parameters(line.substring(line.indexOf(':') + 1)))
        .filter(parameters -> parameters.get("name") != null);
  }

  private static Verdict<Form> refuse(Phrase why) {
    return Verdict.refuse(
        new ApiError.InvalidRequest("", ApiError.InvalidRequest.Cause.UNREADABLE, why));
  }
}
