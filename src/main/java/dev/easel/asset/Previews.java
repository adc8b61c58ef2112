package dev.easel.asset;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Semaphore;
import javax.imageio.ImageIO;

/**
 * Smaller pictures of stored files: of a picture a coarser one, of a film its first frame. Made
 * when they are asked for, a few at a time, because each takes a core and the memory of a decoded
 * picture.
 */
public final class Previews {
  private static final int AT_ONCE = 2;
  private static final long LARGEST_FILE = 64L << 20;
  private static final long MOST_PIXELS = 50_000_000;

  /** How much finer than a small picture what it is made from is at least. */
  private static final int FINER = 4;

  /** In percent, where the format loses some: they are shown for a moment. */
  private static final OptionalInt COARSE = OptionalInt.of(75);

  private final AssetStore store;
  private final Semaphore turns = new Semaphore(AT_ONCE);

  /** Previews of what is in {@code store}. */
  public Previews(AssetStore store) {
    this.store = store;
  }

  /**
   * The picture of that name with one pixel for every {@code divisor} x {@code divisor}, in its own
   * format; empty when there is none, or it cannot be read here.
   */
  public Optional<byte[]> coarser(String name, int divisor) throws IOException {
    return inTurn(
        name,
        file -> {
          Optional<ImageFiles.Format> format = ImageFiles.Format.of(file.type().name());
          return format.isEmpty()
              ? Optional.empty()
              : picture(file, Integer.MAX_VALUE)
                  .map(image ->
                      scaled(
                          image,
                          Math.max(1, image.getWidth() / divisor),
                          Math.max(1, image.getHeight() / divisor)))
                  .map(coarse -> ImageFiles.encode(coarse, format.get(), COARSE));
        });
  }

  /**
   * What the file of that name shows, a film at its beginning, as a WebP of {@code longestSide}
   * pixels at the longer side at most, which says of where it comes from what the file says; empty
   * when there is none, or it cannot be read here.
   */
  Optional<byte[]> small(String name, int longestSide) throws IOException {
    return inTurn(
        name,
        file ->
            image(file, longestSide)
                .flatMap(image -> written(fitted(image, longestSide), MediaType.WEBP))
                .map(small -> Provenance.copied(file.type(), file.content(), small)));
  }

  private static Optional<BufferedImage> image(Loaded file, int longestSide) {
    if (file.type() == MediaType.MP4) {
      return FilmFrames.opening(file.content()).map(FilmFrames.Opening::frame);
    }
    return picture(file, FINER * longestSide);
  }

  /** Not larger than it must be, which {@link ImageFiles#decode} explains. */
  private static Optional<BufferedImage> picture(Loaded file, int longestSide) {
    return ImageHead.of(file.content(), MOST_PIXELS) instanceof ImageHead.Fit
            && ImageFiles.decode(file.content(), MOST_PIXELS, longestSide)
                instanceof ImageFiles.Decoding.Decoded(BufferedImage image)
        ? Optional.of(image)
        : Optional.empty();
  }

  /** Halved until it is nearly as small as it is to be: no pixel is without a say in it. */
  private static BufferedImage fitted(BufferedImage image, int longestSide) {
    int longer = Math.max(image.getWidth(), image.getHeight());
    double scale = Math.min(1, longestSide / (double) longer);
    int width = (int) Math.max(1, Math.round(image.getWidth() * scale));
    int height = (int) Math.max(1, Math.round(image.getHeight() * scale));
    BufferedImage fitted = image;
    while (fitted.getWidth() >= 2 * width && fitted.getHeight() >= 2 * height) {
      fitted = scaled(fitted, fitted.getWidth() / 2, fitted.getHeight() / 2);
    }
    return fitted.getWidth() == width && fitted.getHeight() == height
        ? fitted
        : scaled(fitted, width, height);
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Loaded(MediaType type, byte[] content) {}

  private interface Maker<T> {
    Optional<T> make(Loaded file) throws IOException;
  }

  private <T> Optional<T> inTurn(String name, Maker<T> maker) throws IOException {
    turns.acquireUninterruptibly();
    try {
      Optional<Loaded> file = load(name);
      return file.isPresent() ? maker.make(file.get()) : Optional.empty();
    } finally {
      turns.release();
    }
  }

  private Optional<Loaded> load(String name) throws IOException {
    Optional<AssetStore.Opened> opened = store.open(name);
    if (opened.isEmpty()) {
      return Optional.empty();
    }
    try (AssetStore.Opened file = opened.get()) {
      if (file.bytes() > LARGEST_FILE) {
        return Optional.empty();
      }
      ByteArrayOutputStream content = new ByteArrayOutputStream((int) file.bytes());
      file.copy(0, file.bytes(), content);
      return Optional.of(new Loaded(file.type(), content.toByteArray()));
    }
  }

  private static BufferedImage scaled(BufferedImage image, int width, int height) {
    boolean alpha = image.getColorModel().hasAlpha();
    BufferedImage scaled =
        new BufferedImage(
            width, height, alpha ? BufferedImage.TYPE_INT_ARGB : BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = scaled.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
    graphics.drawImage(image, 0, 0, width, height, null);
    graphics.dispose();
    return scaled;
  }

  private static Optional<byte[]> written(BufferedImage image, MediaType type) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    try {
      return ImageIO.write(image, type.name().toLowerCase(Locale.ROOT), content)
          ? Optional.of(content.toByteArray())
          : Optional.empty();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible); // memory can be written
    }
  }
}
