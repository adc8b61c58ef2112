package dev.easel.provider.sandbox;

import dev.easel.catalog.Parameters;
import dev.easel.provider.References;
import dev.easel.provider.References.Reference;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The files that a request refers to, loaded and decoded. */
sealed interface Materials {
  /**
   * All of them.
   *
   * @param images the references in the order given, of type INT_ARGB
   * @param mask what may be painted over
   */
  record Gathered(List<BufferedImage> images, Optional<BufferedImage> mask) implements Materials {
    Optional<PixelSize> firstSize() {
      return images.stream().findFirst().map(it -> new PixelSize(it.getWidth(), it.getHeight()));
    }
  }

  /** One is missing or broken; the reason names it and is fit for a customer. */
  record Unusable(String reason) implements Materials {}

  /** Files as they were loaded, not decoded yet. */
  record Fetched(List<Named> files) {
    private static final int MOST_PIXELS = 4096 * 4096;

    /** Loads everything that {@code parameters} refer to. */
    static Fetched of(Parameters parameters, References references) {
      List<Named> files = new ArrayList<>();
      int number = 0;
      for (String url : parameters.images()) {
        number++;
        files.add(new Named("Reference image " + number, false, references.load(url)));
      }
      parameters
          .mask()
          .ifPresent(url -> files.add(new Named("The mask", true, references.load(url))));
      return new Fetched(files);
    }

    /**
     * Decodes all, up to the first that cannot be. What was too large for its share of the picture
     * is shrunk, unless a mask goes with it, pixel by pixel.
     */
    Materials decode() {
      boolean masked = files.stream().anyMatch(Named::mask);
      int share = MOST_PIXELS / Math.max(1, files.size());
      List<BufferedImage> images = new ArrayList<>();
      Optional<BufferedImage> mask = Optional.empty();
      for (Named file : files) {
        switch (file.decode()) {
          case ImageFiles.Decoding.Undecodable(String reason) -> {
            return new Unusable(file.name + " cannot be used: " + reason + ".");
          }
          case ImageFiles.Decoding.Decoded(BufferedImage image) when file.mask ->
              mask = Optional.of(image);
          case ImageFiles.Decoding.Decoded(BufferedImage image) ->
              images.add(masked ? image : Scaling.within(share, image));
        }
      }
      return new Gathered(List.copyOf(images), mask);
    }
  }

  /** A loaded file and what a customer knows it as. */
  record Named(String name, boolean mask, Reference reference) {
    private ImageFiles.Decoding decode() {
      return switch (reference) {
        case Reference.Refused(String reason) -> new ImageFiles.Decoding.Undecodable(reason);
        case Reference.Loaded(byte[] content) -> ImageFiles.decode(content);
      };
    }
  }
}
