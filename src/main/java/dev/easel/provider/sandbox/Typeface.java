package dev.easel.provider.sandbox;

import java.awt.geom.AffineTransform;
import java.awt.geom.Path2D;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A TrueType font file of our own, read without the platform's font machinery.
 *
 * <p>{@link java.awt.Font} needs libfontconfig and at least one installed font even to open a file
 * that it is handed; small servers and containers have neither ("Fontconfig head is null"). Filling
 * a {@link Path2D} needs nothing, and gives the same pixels on every machine. Outlines and advances
 * are read as Microsoft's OpenType 1.9 lays them out (tables cmap formats 4 and 12, glyf, head,
 * hhea, hmtx, loca); hinting and kerning are left out.
 */
final class Typeface {
  private static final int MOST_NESTED_PARTS = 4;

  private final ByteBuffer file;
  private final Map<String, Integer> tables = new HashMap<>();
  private final Map<Integer, Optional<Glyph>> glyphs = new ConcurrentHashMap<>();
  private final int unitsPerEm;
  private final boolean longOffsets;
  private final int advances;
  private final int cmap;

  /**
   * One character's shape.
   *
   * @param outline for a size of 1, with its origin on the baseline, y growing downwards
   * @param advance how far the next one stands, for a size of 1
   */
  record Glyph(Path2D outline, double advance) {}

  private Typeface(byte[] content) {
    file = ByteBuffer.wrap(content).asReadOnlyBuffer();
    for (int i = 0; i < u16(4); i++) {
      byte[] tag = new byte[4];
      file.get(12 + 16 * i, tag);
      tables.put(new String(tag, StandardCharsets.US_ASCII), file.getInt(12 + 16 * i + 8));
    }
    unitsPerEm = u16(table("head") + 18);
    longOffsets = u16(table("head") + 50) == 1;
    advances = u16(table("hhea") + 34);
    cmap = unicodeMap();
  }

  /** Reads the font of this name beside the sandbox's other resources. */
  static Typeface ofResource(String name) {
    try (InputStream resource = Typeface.class.getResourceAsStream("/sandbox/" + name)) {
      return new Typeface(Objects.requireNonNull(resource, name).readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The shape of a character, if the font has it. */
  Optional<Glyph> glyph(int codePoint) {
    return glyphs.computeIfAbsent(codePoint, this::read);
  }

  private Optional<Glyph> read(int codePoint) {
    int index = index(codePoint);
    if (index == 0) {
      return Optional.empty();
    }
    Path2D outline = new Path2D.Double(Path2D.WIND_NON_ZERO);
    trace(index, AffineTransform.getScaleInstance(1.0 / unitsPerEm, -1.0 / unitsPerEm), outline, 0);
    int metric = Math.min(index, advances - 1);
    return Optional.of(new Glyph(outline, u16(table("hmtx") + 4 * metric) / (double) unitsPerEm));
  }

  private int unicodeMap() {
    int start = table("cmap");
    int found = 0;
    for (int i = 0; i < u16(start + 2); i++) {
      int platform = u16(start + 4 + 8 * i);
      int at = start + file.getInt(start + 4 + 8 * i + 4);
      if ((platform == 0 || platform == 3) && (u16(at) == 12 || (u16(at) == 4 && found == 0))) {
        found = at;
      }
    }
    return found;
  }

  private int index(int codePoint) {
    return u16(cmap) == 12 ? indexInGroups(codePoint) : indexInSegments(codePoint);
  }

  private int indexInGroups(int codePoint) {
    int groups = file.getInt(cmap + 12);
    for (int at = cmap + 16; at < cmap + 16 + 12 * groups; at += 12) {
      if (codePoint >= file.getInt(at) && codePoint <= file.getInt(at + 4)) {
        return file.getInt(at + 8) + codePoint - file.getInt(at);
      }
    }
    return 0;
  }

  private int indexInSegments(int codePoint) {
    int bytes = u16(cmap + 6);
    int ends = cmap + 14;
    int starts = ends + bytes + 2;
    for (int i = 0; i < bytes && codePoint <= 0xFFFF; i += 2) {
      if (codePoint <= u16(ends + i)) {
        int first = u16(starts + i);
        int delta = u16(starts + bytes + i);
        int rangeAt = starts + 2 * bytes + i;
        if (codePoint < first) {
          return 0;
        }
        if (u16(rangeAt) == 0) {
          return (codePoint + delta) & 0xFFFF;
        }
        int index = u16(rangeAt + u16(rangeAt) + 2 * (codePoint - first));
        return index == 0 ? 0 : (index + delta) & 0xFFFF;
      }
    }
    return 0;
  }

  private void trace(int index, AffineTransform toEm, Path2D into, int depth) {
    int from = offset(index);
    if (from == offset(index + 1)) {
      return; // a space
    }
    int at = table("glyf") + from;
    int contours = file.getShort(at);
    if (contours >= 0) {
      into.append(new Contours(file, at, contours).path().getPathIterator(toEm), false);
    } else if (depth < MOST_NESTED_PARTS) {
      traceParts(at + 10, toEm, into, depth);
    }
  }

  private void traceParts(int start, AffineTransform toEm, Path2D into, int depth) {
    int at = start;
    int flags;
    do {
      flags = u16(at);
      int part = u16(at + 2);
      boolean words = (flags & 1) != 0;
      double dx = words ? file.getShort(at + 4) : file.get(at + 4);
      double dy = words ? file.getShort(at + 6) : file.get(at + 5);
      at += words ? 8 : 6;
      double[] m = {1, 0, 0, 1};
      if ((flags & 8) != 0) {
        m[0] = m[3] = fraction(at);
        at += 2;
      } else if ((flags & 0x40) != 0) {
        m[0] = fraction(at);
        m[3] = fraction(at + 2);
        at += 4;
      } else if ((flags & 0x80) != 0) {
        for (int i = 0; i < 4; i++) {
          m[i] = fraction(at + 2 * i);
        }
        at += 8;
      }
      AffineTransform placed = new AffineTransform(toEm);
      placed.concatenate(new AffineTransform(m[0], m[1], m[2], m[3], dx, dy));
      trace(part, placed, into, depth + 1);
    } while ((flags & 0x20) != 0);
  }

  private int offset(int index) {
    return longOffsets
        ? file.getInt(table("loca") + 4 * index)
        : 2 * u16(table("loca") + 2 * index);
  }

  private double fraction(int at) {
    return file.getShort(at) / 16384.0;
  }

  private int table(String tag) {
    return Objects.requireNonNull(tables.get(tag), tag);
  }

  private int u16(int at) {
    return file.getShort(at) & 0xFFFF;
  }
}
