package dev.easel.asset;

import java.util.Optional;

/** The format of a picture file, as far as metadata in it goes. */
interface PictureContainer {
  /**
   * Where the XMP packet of a file is, or would be.
   *
   * @param from the first byte of what is replaced
   * @param to the first byte after it; the same where there is no packet
   * @param packet empty where there is none
   * @param isSigned whether a C2PA manifest says already that the picture was generated: any change
   *     of the file would break its seal
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Site(int from, int to, byte[] packet, boolean isSigned) {}

  /** Looks through {@code file}; empty when it makes no sense. */
  Optional<Site> survey(byte[] file);

  /** How long a packet may be. */
  default int longestPacket() {
    return XmpPacket.LONGEST;
  }

  /** The file with {@code packet} at {@code site}. */
  byte[] with(byte[] file, Site site, byte[] packet);
}
