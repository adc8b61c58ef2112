package dev.easel.provider.sandbox;

import dev.easel.catalog.Parameters;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The width and height of a picture, and the rules by which a request implies them.
 *
 * <ol>
 *   <li>{@code size} as {@code WxH} is taken as it is (a film's sides are rounded to even numbers).
 *   <li>Else {@code aspect_ratio} {@code W:H} and {@code resolution} decide. Without a ratio, or
 *       with {@code auto} or {@code adaptive}, the ratio is the first reference's; without a
 *       reference 1:1 for an image and 16:9 for a film.
 *   <li>An image of resolution {@code nK} has the area of a square with R = n x 1024 pixels a side:
 *       the shorter side is R times the square root of the ratio, the longer side follows from the
 *       shorter, both rounded to multiples of 16. 1K is the default. So 1K makes 1024x1024 of 1:1,
 *       1360x768 of 16:9, 1248x832 of 3:2.
 *   <li>A film of resolution {@code np} has a shorter side of n pixels; the longer side follows
 *       from the ratio, rounded to an even number. 720p is the default: 1280x720 of 16:9.
 * </ol>
 */
record PixelSize(int width, int height) {
  private static final Pattern SIZE = Pattern.compile("(\\d{1,5})\\s*[xX*×]\\s*(\\d{1,5})");
  private static final Pattern RATIO = Pattern.compile("(\\d{1,5})\\s*:\\s*(\\d{1,5})");
  private static final int SMALLEST_SIDE = 16;
  private static final int LONGEST_SIDE = 16_000;
  private static final int LARGEST_IMAGE = 4096 * 4096 / 100 * 103;
  private static final int LARGEST_FILM = 5040 * 2160;
  private static final double MOST_OBLONG = 8;

  PixelSize {
    if (width < 1 || height < 1) {
      throw new IllegalArgumentException("a picture has pixels");
    }
  }

  /** What the rules make of a request. */
  sealed interface Choice {
    /** This size. */
    record Fits(PixelSize size) implements Choice {}

    /** None: the request contradicts the rules; the reason is fit for a customer. */
    record Unfit(String reason) implements Choice {}
  }

  /** The size of the image that {@code parameters} ask for. */
  static Choice ofImage(Parameters parameters, Optional<PixelSize> reference) {
    return choose(parameters, reference, new Rules("1:1", "1K", 'K', 1024, 4, LARGEST_IMAGE));
  }

  /** The size of the film that {@code parameters} ask for; both sides are even. */
  static Choice ofFilm(Parameters parameters, Optional<PixelSize> reference) {
    return choose(parameters, reference, new Rules("16:9", "720p", 'P', 1, 2160, LARGEST_FILM));
  }

  /** What differs between images and films; {@code unit} ends a resolution and scales it. */
  private record Rules(
      String ratio, String resolution, char unit, int scale, int highest, int largest) {
    boolean film() {
      return unit == 'P';
    }
  }

  private static Choice choose(Parameters parameters, Optional<PixelSize> reference, Rules rules) {
    Optional<String> size = parameters.size().filter(PixelSize::isGiven);
    if (size.isPresent()) {
      return exact(size.get(), rules);
    }
    String ratio =
        parameters
            .aspectRatio()
            .filter(PixelSize::isGiven)
            .or(() -> reference.map(it -> it.width + ":" + it.height))
            .orElse(rules.ratio);
    Matcher sides = RATIO.matcher(ratio.strip());
    if (!sides.matches()) {
      return new Choice.Unfit("The aspect ratio " + ratio + " is not of the form W:H.");
    }
    double quotient = Double.parseDouble(sides.group(1)) / Double.parseDouble(sides.group(2));
    if (!(quotient >= 1 / MOST_OBLONG && quotient <= MOST_OBLONG)) {
      if (parameters.aspectRatio().filter(PixelSize::isGiven).isPresent()) {
        return new Choice.Unfit("The aspect ratio " + ratio + " is not between 1:8 and 8:1.");
      }
      quotient = Math.clamp(quotient, 1 / MOST_OBLONG, MOST_OBLONG);
    }
    return ofRatio(quotient, parameters.resolution().filter(PixelSize::isGiven), rules);
  }

  private static boolean isGiven(String value) {
    return !value.isBlank()
        && !value.equalsIgnoreCase("auto")
        && !value.equalsIgnoreCase("adaptive");
  }

  private static Choice exact(String size, Rules rules) {
    Matcher sides = SIZE.matcher(size.strip());
    if (!sides.matches()) {
      return new Choice.Unfit("The size " + size + " is not of the form WIDTHxHEIGHT.");
    }
    int width = Integer.parseInt(sides.group(1));
    int height = Integer.parseInt(sides.group(2));
    if (Math.min(width, height) < SMALLEST_SIDE
        || Math.max(width, height) > LONGEST_SIDE
        || (long) width * height > rules.largest) {
      return new Choice.Unfit("The size " + size + " is outside of what the sandbox draws.");
    }
    return rules.film() ? fits(roundTo(2, width), roundTo(2, height)) : fits(width, height);
  }

  private static Choice ofRatio(double quotient, Optional<String> resolution, Rules rules) {
    String asked = resolution.orElse(rules.resolution).strip().toUpperCase(Locale.ROOT);
    if (!asked.matches("[1-9]\\d{0,3}" + rules.unit)) {
      return new Choice.Unfit("The sandbox knows no resolution " + asked + ".");
    }
    int number = Integer.parseInt(asked.substring(0, asked.length() - 1));
    if (number > rules.highest || number * rules.scale < 2 * SMALLEST_SIDE) {
      return new Choice.Unfit("The sandbox knows no resolution " + asked + ".");
    }
    double oblong = Math.max(quotient, 1 / quotient);
    int step = rules.film() ? 2 : 16;
    int shorter =
        rules.film() ? roundTo(2, number) : roundTo(16, number * rules.scale / Math.sqrt(oblong));
    int longer = roundTo(step, shorter * oblong);
    if ((long) shorter * longer > rules.largest) {
      return new Choice.Unfit("That ratio at " + asked + " is more than the sandbox draws.");
    }
    return quotient >= 1 ? fits(longer, shorter) : fits(shorter, longer);
  }

  private static Choice fits(int width, int height) {
    return new Choice.Fits(new PixelSize(width, height));
  }

  private static int roundTo(int step, double pixels) {
    return (int) Math.max(1, Math.round(pixels / step)) * step;
  }

  @Override
  public String toString() {
    return width + "x" + height;
  }
}
