package dev.easel.asset;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.asset.ImageFiles.Decoding;
import dev.easel.asset.ImageFiles.Format;
import dev.easel.asset.Provenance.Mark;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeMap;
import java.util.zip.DeflaterOutputStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.jcodec.common.io.ByteBufferSeekableByteChannel;
import org.jcodec.containers.mp4.demuxer.MP4Demuxer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProvenanceTest {
  private static final Mark IPTC = new Mark("t-1", true, Optional.empty());
  private static final Mark BOTH = new Mark("t-1", true, Optional.of("001 上海"));
  private static final Mark LABEL = new Mark("t-1", false, Optional.of("001 上海"));
  private static final String SAID =
      "<Iptc4xmpExt:DigitalSourceType"
          + " xmlns:Iptc4xmpExt=\"http://iptc.org/std/Iptc4xmpExt/2008-02-29/\">"
          + "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia<";
  private static final String LABELLED =
      "{\"Label\":\"1\",\"ContentProducer\":\"001 上海\",\"ProduceID\":\"t-1\",\"ReservedCode1\":\"\","
          + "\"ContentPropagator\":\"\",\"PropagateID\":\"\",\"ReservedCode2\":\"\"}";
  private static final byte[] XMP_ID = HexFormat.of().parseHex("be7acfcb97a942e89c71999491e3afac");

  /** Real files by what they are; none has metadata of this kind. */
  private static final Map<String, byte[]> FILES = new TreeMap<>();

  @BeforeAll
  static void makeFiles(@TempDir Path directory) throws IOException {
    FILES.put("png", Samples.noise(40, 30));
    FILES.put("jpeg", encoded(Format.JPEG, 255));
    FILES.put("webp", encoded(Format.WEBP, 255));
    FILES.put("webp-clear", encoded(Format.WEBP, 100));
    FILES.put("webp-lossless", lossless());
    FILES.put("mp4", Samples.film(directory, 5));
  }

  private static byte[] encoded(Format format, int alpha) {
    BufferedImage image = new BufferedImage(41, 30, BufferedImage.TYPE_INT_ARGB);
    Random random = new Random(1);
    for (int i = 0; i < 41 * 30; i++) {
      image.setRGB(i % 41, i / 41, alpha << 24 | random.nextInt(1 << 24));
    }
    return ImageFiles.encode(image, format, OptionalInt.empty());
  }

  private static byte[] lossless() throws IOException {
    BufferedImage image = new BufferedImage(31, 17, BufferedImage.TYPE_INT_ARGB);
    image.setRGB(3, 4, 0x80FF3010);
    ImageWriter writer = ImageIO.getImageWritersByMIMEType("image/webp").next();
    ImageWriteParam parameters = writer.getDefaultWriteParam();
    parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
    parameters.setCompressionType("Lossless");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageOutputStream output = new MemoryCacheImageOutputStream(bytes)) {
      writer.setOutput(output);
      writer.write(null, new IIOImage(image, null, null), parameters);
    }
    return bytes.toByteArray();
  }

  private static byte[] file(String format) {
    return Objects.requireNonNull(FILES.get(format));
  }

  private static byte[] marked(byte[] file, Mark mark) {
    try (InputStream marked = Provenance.marked(new ByteArrayInputStream(file), mark)) {
      return marked.readAllBytes();
    } catch (IOException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static String text(byte[] file) {
    return new String(file, UTF_8);
  }

  private static int[] pixels(byte[] picture) {
    Decoding decoding = ImageFiles.decode(picture);
    assertThat(decoding).isInstanceOf(Decoding.Decoded.class);
    BufferedImage image = ((Decoding.Decoded) decoding).image();
    return ((DataBufferInt) image.getRaster().getDataBuffer()).getData();
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "jpeg", "webp", "webp-clear", "webp-lossless"})
  void aPictureSaysThatItWasGeneratedAndLooksTheSame(String format) {
    byte[] file = file(format);
    byte[] marked = marked(file, BOTH);
    assertThat(text(marked)).contains(SAID, LABELLED);
    assertThat(pixels(marked)).isEqualTo(pixels(file));
    assertThat(text(marked(file, IPTC))).contains(SAID).doesNotContain("TC260");
    assertThat(text(marked(file, LABEL))).contains(LABELLED).doesNotContain("DigitalSourceType");
    Mark none = new Mark("t-1", false, Optional.empty());
    assertThat(marked(file, none)).isEqualTo(file);
  }

  @Test
  void aFilmSaysItBehindAllThatItHad() throws IOException {
    byte[] file = file("mp4");
    byte[] marked = marked(file, BOTH);
    assertThat(Arrays.copyOf(marked, file.length)).isEqualTo(file);
    assertThat(text(Arrays.copyOfRange(marked, file.length, marked.length)))
        .contains("uuid", SAID, LABELLED);
    var track =
        MP4Demuxer.createMP4Demuxer(
                ByteBufferSeekableByteChannel.readFromByteBuffer(ByteBuffer.wrap(marked)))
            .getVideoTrack();
    assertThat(track.getMeta().getTotalFrames()).isEqualTo(5);
    assertThat(FilmFrames.opening(marked)).isPresent();
  }

  /** A copy that was cut short is repeated; another Easel's result may have been marked there. */
  @ParameterizedTest
  @ValueSource(strings = {"png", "jpeg", "webp", "webp-clear", "webp-lossless", "mp4"})
  void itIsSaidOnceAndTheSameWay(String format) {
    byte[] marked = marked(file(format), BOTH);
    assertThat(marked(file(format), BOTH)).isEqualTo(marked);
    assertThat(marked(marked, BOTH)).isEqualTo(marked);
    assertThat(marked(marked, new Mark("t-2", true, Optional.of("others")))).isEqualTo(marked);
  }

  /** Streams of the network give what they have, and a store may ask for one byte. */
  @ParameterizedTest
  @ValueSource(strings = {"png", "jpeg", "webp", "mp4"})
  void howAFileArrivesChangesNothing(String format) throws IOException {
    byte[] expected = marked(file(format), BOTH);
    InputStream trickling =
        new ByteArrayInputStream(file(format)) {
          @Override
          public synchronized int read(byte[] into, int offset, int length) {
            return super.read(into, offset, Math.min(length, 7));
          }
        };
    ByteArrayOutputStream arrived = new ByteArrayOutputStream();
    try (InputStream marked = Provenance.marked(trickling, BOTH)) {
      byte[] some = new byte[11];
      for (int next = marked.read(); next >= 0; next = marked.read()) {
        arrived.write(next);
        arrived.write(some, 0, Math.max(0, marked.read(some)));
      }
    }
    assertThat(arrived.toByteArray()).isEqualTo(expected);
  }

  private static byte[] xmp(String properties) {
    return """
    <?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">\
    <r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><r:Description r:about="" %s\
    </r:RDF></x:xmpmeta><?xpacket end="w"?>\
    """
        .formatted(properties)
        .getBytes(UTF_8);
  }

  private static byte[] with(String format, byte[] packet) {
    byte[] file = file(format);
    if (format.equals("mp4")) {
      // Behind the type: before everything that refers to a place in the file would be wrong.
      ByteBuffer film = ByteBuffer.allocate(file.length + 24 + packet.length);
      return film.put(file)
          .putInt(24 + packet.length)
          .put("uuid".getBytes(UTF_8))
          .put(XMP_ID)
          .put(packet)
          .array();
    }
    PictureContainer container = container(format);
    return container.with(file, container.survey(file).orElseThrow(), packet);
  }

  private static PictureContainer container(String format) {
    return switch (format) {
      case "png" -> new PngContainer();
      case "jpeg" -> new JpegContainer();
      default -> new WebpContainer();
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "jpeg", "webp", "webp-clear", "mp4"})
  void whatAFileSaysOfItselfIsKept(String format) {
    byte[] theirs =
        xmp(
            "xmlns:dc=\"http://purl.org/dc/elements/1.1/\" dc:source=\"käse &amp; brot\""
                + " xmlns:i=\"http://iptc.org/std/Iptc4xmpExt/2008-02-29/\""
                + " i:DigitalSourceType=\"http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture\"/>");
    byte[] marked = marked(with(format, theirs), BOTH);
    assertThat(text(marked)).contains(SAID, LABELLED, "käse &amp; brot");
    if (format.equals("mp4")) {
      byte[] before = file(format);
      assertThat(Arrays.copyOf(marked, before.length)).isEqualTo(before);
      assertThat(text(marked).split("be7acfcb", -1)).hasSizeLessThan(3);
      assertThat(new String(marked, before.length + 4, 4, UTF_8)).isEqualTo("free");
    } else {
      assertThat(text(marked)).doesNotContain("digitalCapture");
      assertThat(text(marked).split("<\\?xpacket begin", -1)).as("one packet").hasSize(2);
      assertThat(pixels(marked)).isEqualTo(pixels(file(format)));
    }
    assertThat(marked(marked, BOTH)).isEqualTo(marked);
  }

  @Test
  void aLabelAndABetterWordOfTheirsStay() {
    byte[] theirs =
        xmp(
            "xmlns:T=\"http://www.tc260.org.cn/ns/AIGC/1.0/\""
                + " xmlns:i=\"http://iptc.org/std/Iptc4xmpExt/2008-02-29/\"><T:AIGC>{}</T:AIGC>"
                + "<i:DigitalSourceType r:resource=\"http://cv.iptc.org/newscodes/digitalsourcetype/"
                + "compositeWithTrainedAlgorithmicMedia\"/></r:Description>");
    for (String format : List.of("png", "jpeg", "webp", "mp4")) {
      byte[] file = with(format, theirs);
      assertThat(marked(file, BOTH)).as(format).isEqualTo(file);
    }
  }

  @Test
  void metadataThatMakesNoSenseStays() {
    for (String packet :
        List.of(
            "no xml",
            "<x/>",
            "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><x>&a;</x>",
            text(xmp("/>")).replace("<r:Description r:about=\"\" />", ""))) {
      for (String format : List.of("png", "jpeg", "webp", "mp4")) {
        byte[] file = with(format, packet.getBytes(UTF_8));
        assertThat(marked(file, BOTH)).as("%s: %s", format, packet).isEqualTo(file);
      }
    }
  }

  @Test
  void compressedMetadataIsReadAndABombOfItIsNot() throws IOException {
    byte[] png = with("png", packed(xmp("xmlns:d=\"urn:d\" d:mine=\"yes\"/>")));
    png = compressed(png);
    assertThat(text(marked(png, IPTC))).contains(SAID, "d:mine=\"yes\"");
    byte[] bomb = compressed(with("png", packed(new byte[20_000_000])));
    assertThat(marked(bomb, IPTC)).isEqualTo(bomb);
  }

  private static byte[] packed(byte[] text) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (DeflaterOutputStream deflater = new DeflaterOutputStream(packed)) {
      deflater.write(text);
    }
    return packed.toByteArray();
  }

  /** Sets the flag that says that the text of the first chunk after the header is compressed. */
  private static byte[] compressed(byte[] png) {
    png[8 + 25 + 8 + "XML:com.adobe.xmp\0".length()] = 1;
    return png;
  }

  @Test
  void aSealedFileThatSaysItAlreadyIsNotTouched() {
    byte[] manifest = "…/trainedAlgorithmicMedia…".getBytes(UTF_8);
    byte[] png = file("png");
    byte[] sealed =
        ByteBuffer.allocate(png.length + 12 + manifest.length)
            .put(png, 0, 33)
            .putInt(manifest.length)
            .put("caBX".getBytes(UTF_8))
            .put(manifest)
            .putInt(0)
            .put(png, 33, png.length - 33)
            .array();
    assertThat(marked(sealed, IPTC)).isEqualTo(sealed);
    assertThat(text(marked(sealed, BOTH))).as("the law asks for it").contains(LABELLED);

    byte[] film = file("mp4");
    byte[] sealedFilm =
        ByteBuffer.allocate(film.length + 24 + manifest.length)
            .put(film)
            .putInt(24 + manifest.length)
            .put("uuid".getBytes(UTF_8))
            .put(HexFormat.of().parseHex("d8fec3d61b0e483c92975828877ec481"))
            .put(manifest)
            .array();
    assertThat(marked(sealedFilm, IPTC)).isEqualTo(sealedFilm);
    assertThat(text(marked(sealedFilm, BOTH))).contains(LABELLED);
  }

  @Test
  void whatWeDoNotKnowIsLeftAlone() {
    for (byte[] file :
        List.of(new byte[0], new byte[] {1}, Samples.image("gif", 3, 3), "text".getBytes(UTF_8))) {
      assertThat(marked(file, BOTH)).isEqualTo(file);
    }
  }

  /**
   * Cut anywhere or with bytes changed: what comes out is what went in, or what went in with a
   * packet somewhere.
   */
  @ParameterizedTest
  @ValueSource(strings = {"png", "jpeg", "webp", "webp-clear", "webp-lossless", "mp4"})
  void aBrokenFileLosesNothing(String format) {
    byte[] file = file(format);
    Random random = new Random(20250901);
    int marked = 0;
    for (int round = 0; round < 3_000; round++) {
      byte[] broken = broken(file, random, round);
      byte[] out = marked(broken, BOTH);
      if (!Arrays.equals(out, broken)) {
        marked++;
        assertThat(without(format, out, broken)).as("round %d", round).isTrue();
      }
    }
    assertThat(marked).as("some can still be marked").isPositive();
  }

  /** With a packet in it, it is ours to change; then it is enough that nothing is thrown. */
  @ParameterizedTest
  @ValueSource(strings = {"png", "jpeg", "webp", "mp4"})
  void brokenMetadataIsNoReasonToFail(String format) {
    byte[] file = with(format, xmp("xmlns:d=\"urn:d\" d:mine=\"yes\"/>"));
    Random random = new Random(7);
    for (int round = 0; round < 2_000; round++) {
      byte[] broken = broken(file, random, round);
      assertThat(marked(broken, BOTH).length).isGreaterThanOrEqualTo(broken.length / 2);
    }
  }

  private static byte[] broken(byte[] file, Random random, int round) {
    byte[] broken =
        round % 3 == 0 ? Arrays.copyOf(file, random.nextInt(file.length)) : file.clone();
    int changes = round % 3 == 0 ? 0 : 1 + random.nextInt(4);
    for (int i = 0; i < changes; i++) {
      // Mostly where the structure is.
      int at = random.nextInt(random.nextBoolean() ? Math.min(200, file.length) : file.length);
      broken[at] = (byte) random.nextInt(256);
    }
    return broken;
  }

  private static boolean without(String format, byte[] out, byte[] in) {
    if (format.startsWith("webp")) {
      return chunks(out).equals(chunks(in));
    }
    int more = out.length - in.length;
    int same = Arrays.mismatch(out, in);
    int from = same < 0 || same > in.length ? in.length : same;
    // The packet may begin as what follows it does: look back a little.
    for (int at = from; at >= Math.max(0, from - 16); at--) {
      if (Arrays.equals(out, at + more, out.length, in, at, in.length)) {
        return true;
      }
    }
    return false;
  }

  /** The chunks of a WebP but those that say what else is there, and what comes behind. */
  private static List<String> chunks(byte[] file) {
    ByteBuffer webp = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    List<String> chunks = new ArrayList<>();
    int end = 8 + webp.getInt(4);
    int at = 12;
    while (at < end) {
      String type = new String(file, at, 4, ISO_8859_1);
      int length = webp.getInt(at + 4);
      if (!type.equals("VP8X") && !type.equals("XMP ")) {
        chunks.add(type + Arrays.toString(Arrays.copyOfRange(file, at + 8, at + 8 + length)));
      }
      at += 8 + length + (length & 1);
    }
    chunks.add(Arrays.toString(Arrays.copyOfRange(file, end, file.length)));
    return chunks;
  }
}
