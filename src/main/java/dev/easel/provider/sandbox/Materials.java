package dev.easel.provider.sandbox;

import dev.easel.asset.FilmFrames;
import dev.easel.asset.ImageFiles;
import dev.easel.catalog.MediaKind;
import dev.easel.catalog.Parameters;
import dev.easel.provider.References;
import dev.easel.provider.References.Reference;
import java.awt.image.BufferedImage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The files that a request refers to, loaded and decoded. */
sealed interface Materials {
  /**
   * All of them.
   *
   * @param images the references in the order given, of type INT_ARGB; of reference films their
   *     first frames, after the pictures
   * @param mask what may be painted over
   * @param first what a film begins with
   * @param last what a film ends with
   * @param length of the first reference film
   * @param sounds how many reference sounds there are
   */
  record Gathered(
      List<BufferedImage> images,
      Optional<BufferedImage> mask,
      Optional<BufferedImage> first,
      Optional<BufferedImage> last,
      Optional<Duration> length,
      int sounds)
      implements Materials {
    Optional<PixelSize> firstSize() {
      return first
          .or(() -> images.stream().findFirst())
          .map(it -> new PixelSize(it.getWidth(), it.getHeight()));
    }
  }

  /** One is missing or broken; the reason names it and is fit for a customer. */
  record Unusable(String reason) implements Materials {}

  /** What a file is for. */
  enum Role {
    IMAGE,
    MASK,
    FIRST,
    LAST,
    FILM,
    SOUND
  }

  /** Files as they were loaded, not decoded yet. */
  record Fetched(List<Named> files) {
    private static final int MOST_PIXELS = 4096 * 4096;

    /** Loads everything that {@code parameters} refer to. */
    static Fetched of(Parameters parameters, References references) {
      Loading loading = new Loading(references, new ArrayList<>());
      loading.all(Role.IMAGE, MediaKind.IMAGE, "Reference image", parameters.images());
      parameters.mask().ifPresent(url -> loading.one(Role.MASK, "The mask", url));
      parameters.firstFrame().ifPresent(url -> loading.one(Role.FIRST, "The first frame", url));
      parameters.lastFrame().ifPresent(url -> loading.one(Role.LAST, "The last frame", url));
      loading.all(Role.FILM, MediaKind.VIDEO, "Reference film", parameters.videos());
      loading.all(Role.SOUND, MediaKind.AUDIO, "Reference sound", parameters.audios());
      return new Fetched(List.copyOf(loading.files));
    }

    private record Loading(References references, List<Named> files) {
      void all(Role role, MediaKind kind, String name, List<String> urls) {
        for (int i = 0; i < urls.size(); i++) {
          add(role, name + " " + (i + 1), kind, urls.get(i));
        }
      }

      void one(Role role, String name, String url) {
        add(role, name, MediaKind.IMAGE, url);
      }

      private void add(Role role, String name, MediaKind kind, String url) {
        files.add(new Named(name, role, references.load(kind, url)));
      }
    }

    /**
     * Decodes all, up to the first that cannot be. What was too large for its share of the picture
     * is shrunk, unless a mask goes with it, pixel by pixel.
     */
    Materials decode() {
      boolean masked = files.stream().anyMatch(file -> file.role == Role.MASK);
      int share = masked ? Integer.MAX_VALUE : MOST_PIXELS / Math.max(1, files.size());
      Map<Role, List<BufferedImage>> pictures = new EnumMap<>(Role.class);
      Optional<Duration> length = Optional.empty();
      int sounds = 0;
      for (Named file : files) {
        switch (file.decode()) {
          case Decoded.Unfit(String reason) -> {
            return new Unusable(file.name + " cannot be used: " + reason + ".");
          }
          case Decoded.Sound _ -> sounds++;
          case Decoded.Still(BufferedImage image) -> keep(pictures, file.role, image, share);
          case Decoded.Film(FilmFrames.Opening opening) -> {
            length = length.or(() -> Optional.of(opening.length()));
            keep(pictures, Role.IMAGE, opening.frame(), share);
          }
        }
      }
      return new Gathered(
          List.copyOf(pictures.getOrDefault(Role.IMAGE, List.of())),
          pictures.getOrDefault(Role.MASK, List.of()).stream().findFirst(),
          pictures.getOrDefault(Role.FIRST, List.of()).stream().findFirst(),
          pictures.getOrDefault(Role.LAST, List.of()).stream().findFirst(),
          length,
          sounds);
    }

    private static void keep(
        Map<Role, List<BufferedImage>> pictures, Role role, BufferedImage image, int share) {
      pictures
          .computeIfAbsent(role, _ -> new ArrayList<>())
          .add(role == Role.MASK ? image : Scaling.within(share, image));
    }
  }

  /** What was in a file. */
  sealed interface Decoded {
    record Still(BufferedImage image) implements Decoded {}

    record Film(FilmFrames.Opening opening) implements Decoded {}

    record Sound() implements Decoded {}

    record Unfit(String reason) implements Decoded {}
  }

  /** A loaded file and what a customer knows it as. */
  record Named(String name, Role role, Reference reference) {
    private Decoded decode() {
      return switch (reference) {
        case Reference.Refused(String reason) -> new Decoded.Unfit(reason);
        case Reference.Loaded(byte[] content) ->
            switch (role) {
              case IMAGE, MASK, FIRST, LAST -> still(content);
              case FILM ->
                  FilmFrames.opening(content)
                      .<Decoded>map(Decoded.Film::new)
                      .orElseGet(() -> new Decoded.Unfit("the sandbox reads H.264 in MP4 only"));
              case SOUND -> new Decoded.Sound();
            };
      };
    }

    private static Decoded still(byte[] content) {
      return switch (ImageFiles.decode(content)) {
        case ImageFiles.Decoding.Undecodable(String reason) -> new Decoded.Unfit(reason);
        case ImageFiles.Decoding.Decoded(BufferedImage image) -> new Decoded.Still(image);
      };
    }
  }
}
