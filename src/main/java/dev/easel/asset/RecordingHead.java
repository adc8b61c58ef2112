package dev.easel.asset;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

/** What the first bytes of a film or sound say about it; the sender's word counts for nothing. */
final class RecordingHead {
  /** The first bytes of an MP3 file without tags: eleven bits that are set, then layer III. */
  private static final int MP3_SYNC = 0xFFE2;

  private static final int MP3_MASK = 0xFFE6;

  private RecordingHead() {}

  /** Whether it begins as an MP4 or QuickTime film does. */
  static boolean isFilm(byte[] content) {
    return MediaType.sniff(content).filter(type -> type == MediaType.MP4).isPresent()
        || begins(content, 4, "ftypqt  ");
  }

  /** Whether it begins as a WAV or MP3 sound does. */
  static boolean isSound(byte[] content) {
    return (begins(content, 0, "RIFF") && begins(content, 8, "WAVE"))
        || begins(content, 0, "ID3")
        || (content.length >= 2
            && (((content[0] & 255) << 8 | (content[1] & 255)) & MP3_MASK) == MP3_SYNC);
  }

  private static boolean begins(byte[] content, int at, String text) {
    return content.length >= at + text.length()
        && new String(content, at, text.length(), ISO_8859_1).equals(text);
  }
}
