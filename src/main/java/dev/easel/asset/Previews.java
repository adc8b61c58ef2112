package dev.easel.asset;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
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
  private static final int LONGEST_SIDE = 1_280;

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
          if (!file.type().isImage()
              || ImageHead.of(file.content(), MOST_PIXELS) instanceof ImageHead.Unfit) {
            return Optional.empty();
          }
          BufferedImage image = ImageIO.read(new ByteArrayInputStream(file.content()));
          return image == null
              ? Optional.empty()
              : written(
                  scaled(
                      image,
                      Math.max(1, image.getWidth() / divisor),
                      Math.max(1, image.getHeight() / divisor)),
                  file.type());
        });
  }

  /**
   * The first frame of the film of that name as WebP, {@value #LONGEST_SIDE} pixels at the longer
   * side at most; empty when there is none, or its format cannot be read here.
   */
  public Optional<AssetStore.Opened> poster(String name) throws IOException {
    return inTurn(
        name,
        file ->
            file.type() == MediaType.MP4
                ? FilmFrames.opening(file.content())
                    .map(opening -> poster(opening.frame()))
                    .flatMap(poster -> written(poster, MediaType.WEBP))
                    .map(content -> new Poster(content, file.modified()))
                : Optional.empty());
  }

  /** Always the same of one film, so that it is as old as that. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Poster(byte[] content, Instant modified) implements AssetStore.Opened {
    @Override
    public MediaType type() {
      return MediaType.WEBP;
    }

    @Override
    public long bytes() {
      return content.length;
    }

    @Override
    public void copy(long offset, long length, OutputStream out) throws IOException {
      out.write(content, (int) offset, (int) length);
    }

    @Override
    public void close() {
      // It is in memory.
    }
  }

  private static BufferedImage poster(BufferedImage frame) {
    double scale =
        Math.min(1, LONGEST_SIDE / (double) Math.max(frame.getWidth(), frame.getHeight()));
    return scaled(
        frame,
        (int) Math.max(1, Math.round(frame.getWidth() * scale)),
        (int) Math.max(1, Math.round(frame.getHeight() * scale)));
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Loaded(MediaType type, byte[] content, Instant modified) {}

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
      return Optional.of(new Loaded(file.type(), content.toByteArray(), file.modified()));
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
