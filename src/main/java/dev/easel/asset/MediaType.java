package dev.easel.asset;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** A kind of file, recognised by its first bytes and never by what the sender says about it. */
public enum MediaType {
  PNG("png", "image/png"),
  JPEG("jpg", "image/jpeg"),
  WEBP("webp", "image/webp"),
  /** Taken as input; nothing makes it. */
  GIF("gif", "image/gif"),
  MP4("mp4", "video/mp4");

  /** How many bytes {@link #sniff} looks at. */
  static final int HEAD = 64;

  /** Major brands of ISO media files that are MP4 films, not HEIF pictures or QuickTime. */
  private static final Set<String> MP4_BRANDS =
      Set.of(
          "isom", "iso2", "iso3", "iso4", "iso5", "iso6", "iso7", "iso8", "iso9", "mp41", "mp42",
          "avc1", "M4V ", "MSNV", "dash");

  private final String extension;
  private final String mime;

  MediaType(String extension, String mime) {
    this.extension = extension;
    this.mime = mime;
  }

  /** The end of a file name, without the dot. */
  public String extension() {
    return extension;
  }

  /** The value of a {@code Content-Type} header. */
  public String mime() {
    return mime;
  }

  /** Whether it is a still (or, as a GIF, moving) picture. */
  public boolean isImage() {
    return this != MP4;
  }

  /** The type whose file name ends in {@code extension}. */
  static Optional<MediaType> ofExtension(String extension) {
    return Arrays.stream(values()).filter(type -> type.extension.equals(extension)).findFirst();
  }

  /** The type of a file that begins with {@code head}; more than 64 bytes change nothing. */
  public static Optional<MediaType> sniff(byte[] head) {
    String start = start(head);
    if (start.startsWith("\u0089PNG\r\n\u001a\n")) {
      return Optional.of(PNG);
    }
    if (start.startsWith("\u00ff\u00d8\u00ff")) {
      return Optional.of(JPEG);
    }
    if (start.startsWith("RIFF") && start.startsWith("WEBP", 8)) {
      return Optional.of(WEBP);
    }
    if (start.startsWith("GIF87a") || start.startsWith("GIF89a")) {
      return Optional.of(GIF);
    }
    if (start.startsWith("ftyp", 4)
        && start.length() >= 12
        && MP4_BRANDS.contains(start.substring(8, 12))) {
      return Optional.of(MP4);
    }
    return Optional.empty();
  }

  /**
   * What a file that is none of these seems to be, as the end of a sentence in brackets, or nothing
   * where it cannot be said: {@code " (it looks like HTML)"}.
   */
  static String impression(byte[] head) {
    String start = start(head).stripLeading().toLowerCase(Locale.ROOT);
    if (start.isEmpty()) {
      return " (it is empty)";
    }
    if (start.startsWith("<!doctype html") || start.startsWith("<html")) {
      return " (it looks like HTML)";
    }
    if (start.startsWith("<")) {
      return " (it looks like XML)";
    }
    if (start.startsWith("{") || start.startsWith("[")) {
      return " (it looks like JSON)";
    }
    return "";
  }

  private static String start(byte[] head) {
    return new String(head, 0, Math.min(head.length, HEAD), ISO_8859_1);
  }
}
