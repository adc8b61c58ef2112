package dev.easel.asset;

import dev.easel.account.AccountId;
import dev.easel.wording.Phrase;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Collection;

/**
 * Takes the pictures that customers send in or before a request: looked at by their content, never
 * by what is said about them, and stored beside the results. From then on they are addresses like
 * any other.
 */
public final class Inputs {
  private final AssetStore store;
  private final AssetNames names;
  private final OwnFiles files;
  private final ImageFetcher.Limits limits;
  private final Register register;

  /** Who has to know of a file before it is there, so that none is forgotten. */
  public interface Register {
    /** Files of {@code account} are about to be stored; on disk when this returns. */
    void expect(AccountId account, Collection<Picture> files);

    /** They are. */
    void stored(Collection<StoredFile> files);
  }

  /** Takes pictures within {@code limits} into {@code store}. */
  public Inputs(
      AssetStore store,
      AssetNames names,
      OwnFiles files,
      ImageFetcher.Limits limits,
      Register register) {
    this.store = store;
    this.names = names;
    this.files = files;
    this.limits = limits;
    this.register = register;
  }

  /** What looking at a file found. */
  public sealed interface Looked {
    /** It can be stored. */
    record Good(Picture picture) implements Looked {}

    /** It cannot; {@code reason} continues a sentence that begins with the file. */
    record Bad(Phrase reason) implements Looked {}
  }

  /** The most bytes that a picture may have. */
  public long maxBytes() {
    return limits.maxBytes();
  }

  /** What to say of a file with more than {@code maxBytes}; continues a sentence as above. */
  public static Phrase tooLarge(long maxBytes) {
    return Phrase.of("is larger than %s", ImageFetcher.size(maxBytes));
  }

  /** Looks at a file that {@code account} has sent. Stores nothing, decodes nothing. */
  public Looked look(AccountId account, byte[] content) {
    if (content.length > limits.maxBytes()) {
      return new Looked.Bad(tooLarge(limits.maxBytes()));
    }
    return switch (ImageHead.of(content, limits.maxPixels())) {
      case ImageHead.Unfit(Phrase reason) -> new Looked.Bad(reason);
      case ImageHead.Fit(MediaType type, PixelSize size) -> {
        String name = names.inputStem(account, sha256(content)) + "." + type.extension();
        yield new Looked.Good(new Picture(name, files.url(name), content, type, size));
      }
    };
  }

  /**
   * The same for a file in base64, with or without {@code data:image/png;base64,} in front. White
   * space in it is ignored, as is what stands in front about its type.
   */
  public Looked look(AccountId account, String base64) {
    String digits = base64;
    if (isOfData(base64)) { // base64 itself has no colon
      int comma = base64.indexOf(',');
      if (comma < 0 || !base64.substring(0, comma).endsWith(";base64")) {
        return new Looked.Bad(Phrase.of("is a data URL, but not one in base64"));
      }
      digits = base64.substring(comma + 1);
    }
    try {
      return look(account, Base64.getMimeDecoder().decode(strict(digits)));
    } catch (IllegalArgumentException malformed) {
      return new Looked.Bad(Phrase.of("is not valid base64"));
    }
  }

  /** Whether {@code text} is a file rather than the address of one, or words about data. */
  public static boolean isDataUrl(String text) {
    int blank = text.indexOf(' ');
    int comma = text.indexOf(',');
    return isOfData(text) && comma > 0 && (blank < 0 || comma < blank);
  }

  private static boolean isOfData(String text) {
    return text.regionMatches(true, 0, "data:", 0, 5);
  }

  /** The MIME decoder skips whatever it does not know; only white space may be skipped. */
  private static String strict(String base64) {
    for (int i = 0; i < base64.length(); i++) {
      char c = base64.charAt(i);
      boolean known =
          (c >= 'A' && c <= 'Z')
              || (c >= 'a' && c <= 'z')
              || (c >= '0' && c <= '9')
              || c == '+'
              || c == '/'
              || c == '='
              || c == ' '
              || c == '\n'
              || c == '\r'
              || c == '\t';
      if (!known) {
        throw new IllegalArgumentException("not a digit of base64");
      }
    }
    return base64;
  }

  /**
   * Stores {@code pictures} of {@code account}; on disk when this returns. Storing one again only
   * keeps it for longer.
   *
   * @throws StoreAway when the store cannot be written
   */
  public void store(AccountId account, Collection<Picture> pictures) {
    if (!pictures.isEmpty()) {
      register.expect(account, pictures);
      register.stored(pictures.stream().map(this::store).toList());
    }
  }

  private StoredFile store(Picture picture) {
    try {
      Put put =
          store.put(picture.stem(), new ByteArrayInputStream(picture.content()), limits.maxBytes());
      if (put instanceof Put.Stored(StoredFile file)) {
        return file;
      }
      throw new IllegalStateException("a picture that was looked at was not stored: " + put);
    } catch (IOException failed) {
      throw new StoreAway("cannot store a picture", failed);
    }
  }

  private static byte[] sha256(byte[] content) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(content);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible); // every JDK has SHA-256
    }
  }
}
