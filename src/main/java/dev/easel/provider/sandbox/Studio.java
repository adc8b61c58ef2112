package dev.easel.provider.sandbox;

import dev.easel.asset.ImageFiles;
import dev.easel.catalog.MediaKind;
import dev.easel.catalog.Parameters;
import dev.easel.provider.Generation;
import dev.easel.provider.Output;
import dev.easel.provider.References;
import dev.easel.provider.sandbox.Materials.Gathered;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/** Makes the files that a generation asks for; only so many at once, since it takes memory. */
final class Studio {
  private static final int MOST_SECONDS = 30;

  /**
   * Where the length is left to the sandbox, it is one of these; a reference film's own at most.
   */
  private static final int SHORTEST_CHOSEN = 4;

  private static final int LONGEST_CHOSEN = 8;
  private static final int LONGEST_FOLLOWED = 15;

  /** A film of so many pixels takes a room of its own. */
  private static final int PIXELS_OF_A_ROOM = 1920 * 1080;

  /** A duration that leaves it to the provider, as does none. */
  private static final int OPEN = -1;

  /** More than any piece has: two outputs of one task are never the same artwork. */
  private static final int MOST_OF_A_PIECE = 1_000;

  private final References references;
  private final int concurrency;
  private final Semaphore rooms;

  Studio(References references, int concurrency) {
    this.references = references;
    this.concurrency = concurrency;
    rooms = new Semaphore(concurrency, true); // else small ones would keep a large one waiting
  }

  /** What became of making the files. */
  sealed interface Rendering {
    /** All of them. */
    record Made(List<Output> outputs) implements Rendering {}

    /** The request cannot be met; the reason is fit for a customer. */
    record Unmakeable(String reason) implements Rendering {}
  }

  /** Why a request cannot be met, as far as it shows without its references. */
  static Optional<String> objection(Generation generation) {
    Parameters parameters = generation.parameters();
    return switch (generation.kind()) {
      case AUDIO -> Optional.of("The sandbox makes no audio.");
      case IMAGE -> {
        String format = parameters.outputFormat().orElse("png");
        yield ImageFiles.Format.of(format).isEmpty()
            ? Optional.of("The sandbox writes no " + format + " files.")
            : unfit(PixelSize.ofImage(parameters, Optional.empty()));
      }
      case VIDEO -> {
        int seconds = parameters.duration().orElse(OPEN);
        yield seconds != OPEN && (seconds < 1 || seconds > MOST_SECONDS)
            ? Optional.of("The sandbox makes videos of 1 to " + MOST_SECONDS + " seconds.")
            : unfit(PixelSize.ofFilm(parameters, Optional.empty()));
      }
    };
  }

  private static Optional<String> unfit(PixelSize.Choice choice) {
    return switch (choice) {
      case PixelSize.Choice.Unfit(String reason) -> Optional.of(reason);
      case PixelSize.Choice.Fits _ -> Optional.empty();
    };
  }

  /**
   * The seconds asked for. Where they are left to the sandbox, they are those of the reference
   * film, or follow from the artwork: the same for the same request.
   */
  private static int seconds(Parameters parameters, Gathered materials, Artwork artwork) {
    int asked = parameters.duration().orElse(OPEN);
    if (asked != OPEN) {
      return asked;
    }
    return materials
        .length()
        .map(
            film -> Math.clamp(film.plusMillis(500).toSeconds(), SHORTEST_CHOSEN, LONGEST_FOLLOWED))
        .orElseGet(() ->
            SHORTEST_CHOSEN + Math.floorMod(artwork.seed(), LONGEST_CHOSEN - SHORTEST_CHOSEN + 1));
  }

  /** Loads the references and renders. Blocks until there is room. */
  Rendering render(Generation generation) {
    Optional<String> objection = objection(generation);
    if (objection.isPresent()) {
      return new Rendering.Unmakeable(objection.get());
    }
    Materials.Fetched fetched = Materials.Fetched.of(generation.parameters(), references);
    int taken = rooms(generation);
    rooms.acquireUninterruptibly(taken);
    try {
      return switch (fetched.decode()) {
        case Materials.Unusable(String reason) -> new Rendering.Unmakeable(reason);
        case Gathered gathered -> render(generation, gathered);
      };
    } finally {
      rooms.release(taken);
    }
  }

  /** A film of many pixels is made by itself. */
  private int rooms(Generation generation) {
    return generation.kind() == MediaKind.VIDEO
            && PixelSize.ofFilm(generation.parameters(), Optional.empty())
                instanceof PixelSize.Choice.Fits(PixelSize size)
            && (long) size.width() * size.height() > PIXELS_OF_A_ROOM
        ? concurrency
        : 1;
  }

  private static Rendering render(Generation generation, Gathered materials) {
    if (materials.mask().isPresent() && materials.images().isEmpty()) {
      return new Rendering.Unmakeable("A mask needs a reference image to be painted over.");
    }
    if (generation.kind() == MediaKind.VIDEO) {
      return film(generation, materials);
    }
    return materials.mask().isPresent()
        ? inpainting(generation, materials)
        : image(generation, materials);
  }

  private static Rendering image(Generation generation, Gathered materials) {
    Parameters parameters = generation.parameters();
    return switch (PixelSize.ofImage(parameters, materials.firstSize())) {
      case PixelSize.Choice.Unfit(String reason) -> new Rendering.Unmakeable(reason);
      case PixelSize.Choice.Fits(PixelSize size) ->
          each(
              generation,
              artwork -> {
                BufferedImage image =
                    new BufferedImage(size.width(), size.height(), BufferedImage.TYPE_INT_RGB);
                if (materials.images().isEmpty()) {
                  artwork.paint(image, 0);
                } else {
                  Collage.paint(image, materials.images(), artwork);
                }
                Grain.sprinkle(image, artwork.seed());
                caption(image, artwork, parameters.prompt(), 1);
                return ImageFiles.encode(
                    parameters.isTransparent() ? Cutout.of(image) : image,
                    format(parameters),
                    parameters.outputCompression());
              });
    };
  }

  private static Rendering inpainting(Generation generation, Gathered materials) {
    BufferedImage first = materials.images().getFirst();
    BufferedImage mask = materials.mask().orElseThrow();
    PixelSize own = new PixelSize(first.getWidth(), first.getHeight());
    PixelSize masks = new PixelSize(mask.getWidth(), mask.getHeight());
    if (!own.equals(masks)) {
      return new Rendering.Unmakeable(
          "The mask is "
              + masks
              + " and the first reference image is "
              + own
              + ": they must be of one size.");
    }
    Parameters parameters = generation.parameters();
    boolean sized = parameters.size().filter(it -> !it.equalsIgnoreCase("auto")).isPresent();
    return switch (sized
        ? PixelSize.ofImage(parameters, Optional.of(own))
        : new PixelSize.Choice.Fits(own)) {
      case PixelSize.Choice.Unfit(String reason) -> new Rendering.Unmakeable(reason);
      case PixelSize.Choice.Fits(PixelSize size) ->
          each(
              generation,
              artwork ->
                  ImageFiles.encode(
                      Inpainting.paint(
                          Scaling.cover(first, size), Scaling.cover(mask, size), artwork),
                      format(parameters),
                      parameters.outputCompression()));
    };
  }

  private static Rendering film(Generation generation, Gathered materials) {
    Parameters parameters = generation.parameters();
    return switch (PixelSize.ofFilm(parameters, materials.firstSize())) {
      case PixelSize.Choice.Unfit(String reason) -> new Rendering.Unmakeable(reason);
      case PixelSize.Choice.Fits(PixelSize size) ->
          each(
              generation,
              artwork -> {
                int seconds = seconds(parameters, materials, artwork);
                Slideshow slides = new Slideshow(materials, Film.painted(size));
                String caption = caption(parameters, materials);
                return Film.shoot(
                    size,
                    seconds,
                    (image, time) -> {
                      if (slides.isEmpty()) {
                        artwork.paint(image, time);
                      } else {
                        slides.paint(image, time);
                      }
                      slides.paintLast(image, time);
                      double rest = materials.last().isPresent() ? 1 - time : 1;
                      caption(image, artwork, caption, Math.min(time, rest) * seconds);
                    });
              });
    };
  }

  /** The prompt, and what it is to sound like, which cannot be seen otherwise. */
  private static String caption(Parameters parameters, Gathered materials) {
    return switch (materials.sounds()) {
      case 0 -> parameters.prompt();
      case 1 -> parameters.prompt() + " (to a reference sound)";
      default -> parameters.prompt() + " (to %d reference sounds)".formatted(materials.sounds());
    };
  }

  private interface Work {
    byte[] file(Artwork artwork);
  }

  private static Rendering each(Generation generation, Work work) {
    Parameters parameters = generation.parameters();
    List<Output> outputs = new ArrayList<>();
    for (int i = 0; i < generation.outputs(); i++) {
      int index = generation.piece() * MOST_OF_A_PIECE + i;
      Artwork artwork = Artwork.of(parameters.prompt(), parameters.seed().orElse(0), index);
      outputs.add(new Output(work.file(artwork)));
    }
    return new Rendering.Made(outputs);
  }

  private static void caption(BufferedImage image, Artwork artwork, String prompt, double opacity) {
    try (Canvas canvas = new Canvas(image)) {
      Caption.paint(canvas, artwork.palette(), prompt, Math.min(1, opacity));
    }
  }

  private static ImageFiles.Format format(Parameters parameters) {
    return ImageFiles.Format.of(parameters.outputFormat().orElse("png")).orElseThrow();
  }
}
