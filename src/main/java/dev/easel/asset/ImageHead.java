package dev.easel.asset;

import dev.easel.wording.Phrase;
import java.io.ByteArrayInputStream;
import java.util.Optional;

/**
 * What the first bytes of a file say about it. Nothing is decoded: a small file can hold very many
 * pixels.
 */
sealed interface ImageHead {
  /** It is an image of a size that may be decoded. */
  record Fit(MediaType type, PixelSize size) implements ImageHead {}

  /** It is not; {@code reason} continues a sentence that begins with the file. */
  record Unfit(Phrase reason) implements ImageHead {}

  /** Looks at {@code content}, which may have {@code maxPixels} when decoded. */
  static ImageHead of(byte[] content, long maxPixels) {
    Optional<MediaType> type = MediaType.sniff(content).filter(MediaType::isImage);
    if (type.isEmpty()) {
      return new Unfit(Phrase.of("is not an image%s", MediaType.impression(content)));
    }
    Optional<PixelSize> size = PixelSize.ofImage(type.get(), new ByteArrayInputStream(content));
    if (size.isEmpty()) {
      return new Unfit(Phrase.of("is a broken %s", type.get().name()));
    }
    return size.get().pixels() > maxPixels
        ? new Unfit(
            Phrase.of(
                "has %dx%d pixels, at most %s megapixels are allowed",
                size.get().width(), size.get().height(), maxPixels / 1_000_000))
        : new Fit(type.get(), size.get());
  }
}
