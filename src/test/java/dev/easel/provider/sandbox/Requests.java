package dev.easel.provider.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.catalog.MediaKind;
import dev.easel.catalog.Parameters;
import dev.easel.provider.Generation;
import dev.easel.provider.Output;
import dev.easel.provider.References;
import dev.easel.provider.Submission;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import javax.imageio.ImageIO;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Requests to a sandbox that answers at once, and the files that they refer to. */
final class Requests {
  /** When every generation here was begun. */
  static final Instant BEGUN = Instant.parse("2026-11-01T12:00:00Z");

  private final Map<String, byte[]> files = new ConcurrentHashMap<>();
  private final SandboxProvider sandbox =
      new SandboxProvider(
          new SandboxProvider.Settings(Duration.ZERO, Duration.ZERO, 2, Upstream.FAULTLESS),
          InstantSource.system(),
          this::load);

  References.Reference load(MediaKind kind, String url) {
    byte[] file = files.get(url);
    return file == null
        ? new References.Reference.Refused("the server answered 404")
        : new References.Reference.Loaded(file);
  }

  static Generation generation(MediaKind kind, int number, int outputs, String json) {
    return piece(0, kind, number, outputs, json);
  }

  static Generation piece(int piece, MediaKind kind, int number, int outputs, String json) {
    ObjectNode parameters = (ObjectNode) JsonMapper.shared().readTree(json);
    return new Generation(
        UUID.fromString("0190a0a0-0000-7000-8000-000000000001"),
        BEGUN,
        piece,
        number,
        "sandbox",
        kind,
        outputs,
        new Parameters(parameters));
  }

  static Generation image(String json) {
    return generation(MediaKind.IMAGE, 1, 1, json);
  }

  Submission submit(Generation generation) {
    return sandbox.submit(generation);
  }

  List<byte[]> files(Generation generation) {
    Submission submission = submit(generation);
    assertThat(submission).isInstanceOf(Submission.Produced.class);
    return ((Submission.Produced) submission).outputs().stream().map(Output::content).toList();
  }

  byte[] imageFile(String json) {
    return files(image(json)).getFirst();
  }

  BufferedImage picture(String json) {
    return read(imageFile(json));
  }

  String refusal(Generation generation) {
    Submission submission = submit(generation);
    assertThat(submission).isInstanceOf(Submission.Rejected.class);
    return ((Submission.Rejected) submission).failure().message();
  }

  void put(String url, byte[] content) {
    files.put(url, content);
  }

  void put(String url, BufferedImage image) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      assertThat(ImageIO.write(image, "png", bytes)).isTrue();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    put(url, bytes.toByteArray());
  }

  static BufferedImage read(byte[] file) {
    try {
      BufferedImage image = ImageIO.read(new ByteArrayInputStream(file));
      assertThat(image).isNotNull();
      return image;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static BufferedImage plain(int width, int height, int argb) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_ARGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(x, y, argb);
      }
    }
    return image;
  }

  /** The mean colour of a part of a picture, the bounds as fractions of its sides. */
  static Color mean(BufferedImage image, double left, double top, double right, double bottom) {
    long[] sums = new long[3];
    int count = 0;
    for (int y = (int) (top * image.getHeight()); y < (int) (bottom * image.getHeight()); y++) {
      for (int x = (int) (left * image.getWidth()); x < (int) (right * image.getWidth()); x++) {
        Color pixel = new Color(image.getRGB(x, y));
        sums[0] += pixel.getRed();
        sums[1] += pixel.getGreen();
        sums[2] += pixel.getBlue();
        count++;
      }
    }
    return new Color((int) (sums[0] / count), (int) (sums[1] / count), (int) (sums[2] / count));
  }
}
