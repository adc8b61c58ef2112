package dev.easel.provider.sandbox;

import static dev.easel.provider.sandbox.Requests.generation;
import static dev.easel.provider.sandbox.Requests.mean;
import static dev.easel.provider.sandbox.Requests.plain;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.easel.catalog.MediaKind;
import dev.easel.provider.Generation;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jcodec.api.FrameGrab;
import org.jcodec.api.JCodecException;
import org.jcodec.common.Codec;
import org.jcodec.common.DemuxerTrack;
import org.jcodec.common.DemuxerTrackMeta;
import org.jcodec.common.io.ByteBufferSeekableByteChannel;
import org.jcodec.common.model.Packet;
import org.jcodec.common.model.Picture;
import org.jcodec.containers.mp4.demuxer.MP4Demuxer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FilmRenderingTest {
  private final Requests requests = new Requests();

  private static Generation film(String json) {
    return generation(MediaKind.VIDEO, 1, 1, json);
  }

  private byte[] file(String json) {
    return requests.files(film(json)).getFirst();
  }

  @ParameterizedTest
  @CsvSource({
    "'\"size\":\"192x108\",\"duration\":3',192,108,3",
    "'\"size\":\"100x180\",\"duration\":1',100,180,1",
    "'\"size\":\"64x64\",\"duration\":5',64,64,5",
    "'\"size\":\"32x32\",\"duration\":30',32,32,30",
    "'\"resolution\":\"480p\",\"aspect_ratio\":\"16:9\",\"duration\":1',854,480,1"
  })
  void itIsH264OfTheSizeAndDurationAskedFor(String extra, int width, int height, int seconds)
      throws IOException {
    byte[] file = file("{\"prompt\":\"a hill\"," + extra + "}");
    try (MP4Demuxer demuxer = MP4Demuxer.createMP4Demuxer(channel(file))) {
      DemuxerTrack track = demuxer.getVideoTrack();
      DemuxerTrackMeta meta = track.getMeta();
      assertThat(meta.getCodec()).isEqualTo(Codec.H264);
      assertThat(meta.getTotalDuration()).isCloseTo(seconds, within(1.0 / Film.RATE));
      assertThat(meta.getTotalFrames()).isEqualTo(seconds * Film.RATE);
      assertThat(meta.getVideoCodecMeta().getSize().getWidth()).isEqualTo(width);
      assertThat(meta.getVideoCodecMeta().getSize().getHeight()).isEqualTo(height);
      List<Double> durations = new ArrayList<>();
      for (Packet packet = track.nextFrame(); packet != null; packet = track.nextFrame()) {
        durations.add(packet.getDurationD());
      }
      assertThat(durations).hasSize(seconds * Film.RATE).containsOnly(1.0 / Film.RATE);
    }
  }

  @Test
  void itsIndexStandsBeforeItsFrames() {
    byte[] file = file("{\"prompt\":\"a hill\",\"size\":\"64x64\",\"duration\":2}");
    List<String> boxes = new ArrayList<>();
    ByteBuffer rest = ByteBuffer.wrap(file);
    while (rest.remaining() >= 8) {
      int start = rest.position();
      long size = rest.getInt();
      byte[] name = new byte[4];
      rest.get(name);
      boxes.add(new String(name, StandardCharsets.US_ASCII));
      rest.position(start + (int) (size == 1 ? rest.getLong() : size));
    }
    assertThat(rest.remaining()).as("bytes after the last box").isZero();
    assertThat(boxes).startsWith("ftyp", "moov").endsWith("mdat");
  }

  @Test
  void theSamePromptAndSeedMakeTheSameFilm() {
    String json = "{\"prompt\":\"a sea\",\"size\":\"96x64\",\"duration\":1,\"seed\":%d}";
    byte[] first = file(json.formatted(3));
    assertThat(file(json.formatted(3))).isEqualTo(first);
    assertThat(file(json.formatted(4))).isNotEqualTo(first);
  }

  @Test
  void itMoves() throws IOException, JCodecException {
    byte[] file = file("{\"prompt\":\"a city\",\"size\":\"160x96\",\"duration\":2}");
    assertThat(frame(file, 0)).isNotEqualTo(frame(file, 20));
  }

  @Test
  void itBeginsWithTheFirstReferenceAndEndsWithTheLast() throws IOException, JCodecException {
    requests.put("red", plain(90, 60, 0xFFC02020));
    requests.put("blue", plain(60, 90, 0xFF2020C0));
    byte[] file =
        file(
            "{\"prompt\":\"on\",\"images\":[\"red\",\"blue\"],\"size\":\"120x80\",\"duration\":2}");
    assertThat(hue(file, 0)).as("red less blue").isGreaterThan(80);
    assertThat(hue(file, 2 * Film.RATE - 1)).as("red less blue").isLessThan(-80);
  }

  /** What a film is to begin and end with is there to the pixel, as far as H.264 keeps it. */
  @ParameterizedTest
  @CsvSource({
    "'\"first_frame\":\"red\"', true, false",
    "'\"first_frame\":\"red\",\"last_frame\":\"blue\"', true, true",
    "'\"last_frame\":\"blue\"', false, true",
  })
  void itBeginsAndEndsWithTheFramesGiven(String frames, boolean isFirst, boolean isLast)
      throws IOException, JCodecException {
    BufferedImage red = halves(0xFFC02020, 0xFFD0C020);
    BufferedImage blue = halves(0xFF2020C0, 0xFF20C0D0);
    requests.put("red", red);
    requests.put("blue", blue);
    byte[] file =
        file("{\"prompt\":\"on\",%s,\"size\":\"120x80\",\"duration\":1}".formatted(frames));
    assertThat(shows(file, 0, red)).isEqualTo(isFirst);
    assertThat(shows(file, Film.RATE - 1, blue)).isEqualTo(isLast);
    if (isLast) {
      assertThat(shows(file, Film.RATE / 2, red)).isFalse();
      assertThat(shows(file, Film.RATE / 2, blue)).isFalse();
    }
  }

  private static BufferedImage halves(int left, int right) {
    BufferedImage image = plain(120, 80, left);
    for (int y = 0; y < 80; y++) {
      for (int x = 60; x < 120; x++) {
        image.setRGB(x, y, right);
      }
    }
    return image;
  }

  private static boolean shows(byte[] file, int number, BufferedImage expected)
      throws IOException, JCodecException {
    BufferedImage shown = picture(frame(file, number));
    // The sandbox's mark is in the upper right corner.
    return isNear(mean(shown, 0, 0.3, 0.49, 1), mean(expected, 0, 0.3, 0.49, 1))
        && isNear(mean(shown, 0.51, 0.3, 1, 1), mean(expected, 0.51, 0.3, 1, 1));
  }

  private static boolean isNear(Color one, Color other) {
    return Math.abs(one.getRed() - other.getRed()) < 8
        && Math.abs(one.getGreen() - other.getGreen()) < 8
        && Math.abs(one.getBlue() - other.getBlue()) < 8;
  }

  /** A film of the sandbox's own, which begins in red. */
  private byte[] reference(int seconds) {
    requests.put("red", plain(120, 80, 0xFFC02020));
    return file(
        "{\"prompt\":\"\",\"images\":[\"red\"],\"size\":\"120x80\",\"duration\":%d}"
            .formatted(seconds));
  }

  @Test
  void aReferenceFilmIsSeenAndASoundIsAccepted() throws IOException, JCodecException {
    requests.put("film", reference(1));
    requests.put("sound", new byte[] {'R', 'I', 'F', 'F'});
    String json = "{\"prompt\":\"on\",\"videos\":[\"film\"]%s,\"size\":\"480x240\",\"duration\":2}";
    byte[] silent = file(json.formatted(""));
    byte[] sounding = file(json.formatted(",\"audios\":[\"sound\"]"));
    assertThat(hue(silent, 0)).isGreaterThan(80);
    assertThat(hue(sounding, 0)).isGreaterThan(80);
    assertThat(sounding).as("the caption tells of the sound").isNotEqualTo(silent);
  }

  @ParameterizedTest
  @CsvSource({"3, 4", "6, 6", "20, 15"})
  void aFilmOfNoGivenLengthIsAsLongAsItsReference(int reference, int expected) throws IOException {
    requests.put("film", reference(reference));
    String json = "{\"prompt\":\"on\",\"videos\":[\"film\"],\"size\":\"32x32\"}";
    assertThat(seconds(file(json))).isEqualTo(expected);
  }

  @Test
  void theLengthThatIsLeftToItFollowsFromTheRequest() throws IOException {
    Set<Long> lengths = new HashSet<>();
    for (int seed = 0; seed < 12; seed++) {
      String json = "{\"prompt\":\"a hill\",\"size\":\"32x32\",\"seed\":%d%s}";
      byte[] film = file(json.formatted(seed, ""));
      assertThat(file(json.formatted(seed, ",\"duration\":-1"))).isEqualTo(film);
      lengths.add(seconds(film));
    }
    assertThat(lengths).hasSizeGreaterThan(1).allMatch(length -> length >= 4 && length <= 8);
  }

  private static long seconds(byte[] file) throws IOException {
    try (MP4Demuxer demuxer = MP4Demuxer.createMP4Demuxer(channel(file))) {
      return Math.round(demuxer.getVideoTrack().getMeta().getTotalDuration());
    }
  }

  @Test
  void whatIsNoFilmIsNamed() {
    requests.put("film", plain(2, 2, 0));
    assertThat(
            requests.refusal(film("{\"prompt\":\"on\",\"videos\":[\"film\"],\"size\":\"32x32\"}")))
        .isEqualTo("Reference film 1 cannot be used: the sandbox reads H.264 in MP4 only.");
    assertThat(
            requests.refusal(film("{\"prompt\":\"on\",\"audios\":[\"none\"],\"size\":\"32x32\"}")))
        .isEqualTo("Reference sound 1 cannot be used: the server answered 404.");
  }

  @Test
  void twoThousandLinesAreMadeAndSeen() throws IOException, JCodecException {
    requests.put("red", plain(64, 36, 0xFFC02020));
    byte[] file =
        file(
            "{\"prompt\":\"on\",\"first_frame\":\"red\",\"resolution\":\"2160p\","
                + "\"aspect_ratio\":\"16:9\",\"duration\":1}");
    try (MP4Demuxer demuxer = MP4Demuxer.createMP4Demuxer(channel(file))) {
      DemuxerTrackMeta meta = demuxer.getVideoTrack().getMeta();
      assertThat(meta.getVideoCodecMeta().getSize().getWidth()).isEqualTo(3840);
      assertThat(meta.getVideoCodecMeta().getSize().getHeight()).isEqualTo(2160);
      assertThat(meta.getTotalFrames()).isEqualTo(Film.RATE_OF_LARGE);
      assertThat(meta.getTotalDuration()).isCloseTo(1, within(0.01));
    }
    byte[][] planes = frame(file, 0);
    int luma = planes[0][2160 / 2 * 3840 + 100] + 128;
    int red = planes[2][2160 / 4 * 1920 + 50];
    assertThat(luma).as("the luma of 0xC02020").isCloseTo(73, within(4));
    assertThat(red).as("the red of 0xC02020").isCloseTo(70, within(6));
  }

  @Test
  void theReferenceGivesTheRatio() throws IOException {
    requests.put("tall", plain(60, 120, 0xFF808080));
    byte[] file =
        file("{\"prompt\":\"on\",\"images\":[\"tall\"],\"resolution\":\"48p\",\"duration\":1}");
    try (MP4Demuxer demuxer = MP4Demuxer.createMP4Demuxer(channel(file))) {
      assertThat(demuxer.getVideoTrack().getMeta().getVideoCodecMeta().getSize().getHeight())
          .isEqualTo(96);
    }
  }

  /** How an encoder's errors show: the colours of even areas wander from left to right. */
  @Test
  void coloursDoNotDrift() throws IOException, JCodecException {
    BufferedImage ramp = new BufferedImage(320, 160, BufferedImage.TYPE_INT_ARGB);
    for (int y = 0; y < 160; y++) {
      for (int x = 0; x < 320; x++) {
        ramp.setRGB(x, y, new Color(60 + x / 4, 80 + y / 4, 120 - x / 8).getRGB());
      }
    }
    requests.put("ramp", ramp);
    byte[] file =
        file("{\"prompt\":\"\",\"images\":[\"ramp\"],\"size\":\"320x160\",\"duration\":1}");
    BufferedImage shown = picture(frame(file, 0));
    for (double left = 0; left < 0.8; left += 0.2) {
      Color is = mean(shown, left, 0.3, left + 0.2, 0.9);
      Color was = mean(ramp, left, 0.3, left + 0.2, 0.9);
      assertThat(is.getRed()).as("red from %s", left).isCloseTo(was.getRed(), within(3));
      assertThat(is.getGreen()).as("green from %s", left).isCloseTo(was.getGreen(), within(3));
      assertThat(is.getBlue()).as("blue from %s", left).isCloseTo(was.getBlue(), within(3));
    }
  }

  private static int hue(byte[] file, int frame) throws IOException, JCodecException {
    Color mean = mean(picture(frame(file, frame)), 0.2, 0.2, 0.6, 0.6);
    return mean.getRed() - mean.getBlue();
  }

  /** The planes of one decoded frame. */
  private static byte[][] frame(byte[] file, int number) throws IOException, JCodecException {
    FrameGrab grab = FrameGrab.createFrameGrab(channel(file));
    Picture picture = grab.seekToFramePrecise(number).getNativeFrame();
    return picture.cropped().getData();
  }

  /**
   * Back from BT.709 in the limited range; the planes are those of a film twice as wide as high.
   */
  private static BufferedImage picture(byte[][] planes) {
    int pixels = planes[0].length;
    int height = pixels == 120 * 80 ? 80 : (int) Math.sqrt(pixels / 2.0);
    int width = pixels / height;
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        double luma = (planes[0][y * width + x] + 128 - 16) * 255 / 219.0;
        double blue = planes[1][y / 2 * (width / 2) + x / 2] * 255 / 224.0;
        double red = planes[2][y / 2 * (width / 2) + x / 2] * 255 / 224.0;
        image.setRGB(
            x,
            y,
            new Color(
                    level(luma + 1.5748 * red),
                    level(luma - 0.1873 * blue - 0.4681 * red),
                    level(luma + 1.8556 * blue))
                .getRGB());
      }
    }
    return image;
  }

  private static int level(double value) {
    return Math.clamp(Math.round(value), 0, 255);
  }

  private static ByteBufferSeekableByteChannel channel(byte[] file) {
    return ByteBufferSeekableByteChannel.readFromByteBuffer(ByteBuffer.wrap(file));
  }
}
