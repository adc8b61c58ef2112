package dev.easel.provider.sandbox;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.ObjDoubleConsumer;
import org.jcodec.codecs.h264.H264Encoder;
import org.jcodec.codecs.h264.encode.RateControl;
import org.jcodec.codecs.h264.io.model.SeqParameterSet;
import org.jcodec.codecs.h264.io.model.SliceType;
import org.jcodec.codecs.h264.io.model.VUIParameters;
import org.jcodec.common.Codec;
import org.jcodec.common.MuxerTrack;
import org.jcodec.common.VideoCodecMeta;
import org.jcodec.common.VideoEncoder.EncodedFrame;
import org.jcodec.common.io.ByteBufferSeekableByteChannel;
import org.jcodec.common.model.ColorSpace;
import org.jcodec.common.model.Packet;
import org.jcodec.common.model.Packet.FrameType;
import org.jcodec.common.model.Picture;
import org.jcodec.common.model.Size;
import org.jcodec.containers.mp4.Brand;
import org.jcodec.containers.mp4.WebOptimizedMP4Muxer;

/**
 * Makes an MP4 file of painted frames: H.264 baseline, 4:2:0, a constant rate of {@value #RATE}
 * frames a second, its index before the frames so that it plays while it loads.
 *
 * <p>A low rate, a quantizer that never changes and no search for motion keep jcodec, which is
 * plain Java, at some twenty milliseconds for a frame of 720p. What is finer than 1440p is painted
 * at half its size and half as often, which takes a fourth of the memory and an eighth of the time.
 */
final class Film {
  static final int RATE = 12;
  static final int RATE_OF_LARGE = RATE / 2;
  private static final int KEY_FRAME_EVERY_SECONDS = 5;
  private static final int LARGE = 2560 * 1440;

  // From 17 on, what jcodec 0.2.5 decodes for itself to predict from differs from what players
  // decode, and colours drift from left to right and from frame to frame.
  private static final int KEY_QUANTIZER = 13;
  private static final int QUANTIZER = 15;

  /** mvhd, tkhd, mdhd */
  private static final Set<Integer> HEADERS = Set.of(0x6D766864, 0x746B6864, 0x6D646864);

  private Film() {}

  /**
   * Films {@code seconds} of what {@code painter} paints.
   *
   * @param size both sides even
   * @param painter paints all over a picture of type INT_RGB, which holds the frame before, for a
   *     time of 0 (first frame) to 1 (last); the picture is of the size that {@link #painted} tells
   */
  static byte[] shoot(PixelSize size, int seconds, ObjDoubleConsumer<BufferedImage> painter) {
    int rate = isLarge(size) ? RATE_OF_LARGE : RATE;
    int frames = seconds * rate;
    PixelSize painted = painted(size);
    BufferedImage image =
        new BufferedImage(painted.width(), painted.height(), BufferedImage.TYPE_INT_RGB);
    Picture picture = Picture.create(size.width(), size.height(), ColorSpace.YUV420J);
    ByteBuffer buffer = ByteBuffer.allocate(size.width() * size.height() * 3 + 4096);
    H264Encoder encoder = new Encoder(rate);
    List<Packet> packets = new ArrayList<>(frames);
    for (int i = 0; i < frames; i++) {
      painter.accept(image, i / (frames - 1.0));
      if (isLarge(size)) {
        toDoubledVideoColours(image, picture);
      } else {
        toVideoColours(image, picture);
      }
      buffer.clear();
      EncodedFrame frame = encoder.encodeFrame(picture, buffer);
      byte[] data = new byte[frame.getData().remaining()];
      frame.getData().get(data);
      packets.add(
          Packet.createPacket(
              ByteBuffer.wrap(data),
              i,
              rate,
              1,
              i,
              frame.isKeyFrame() ? FrameType.KEY : FrameType.INTER,
              null));
    }
    return wrap(size, packets);
  }

  /** The size that frames of a film of {@code size} are painted at. */
  static PixelSize painted(PixelSize size) {
    return isLarge(size) ? new PixelSize(size.width() / 2, size.height() / 2) : size;
  }

  private static boolean isLarge(PixelSize size) {
    return (long) size.width() * size.height() > LARGE;
  }

  private static byte[] wrap(PixelSize size, List<Packet> packets) {
    int index = 4096 + 32 * packets.size();
    int total = packets.stream().mapToInt(packet -> packet.getData().remaining() + 64).sum();
    ByteBuffer file = ByteBuffer.allocate(index + total + 4096);
    try (var channel = ByteBufferSeekableByteChannel.writeToByteBuffer(file)) {
      var muxer = new WebOptimizedMP4Muxer(channel, Brand.MP4, index);
      MuxerTrack track =
          muxer.addVideoTrack(
              Codec.H264,
              VideoCodecMeta.createSimpleVideoCodecMeta(
                  new Size(size.width(), size.height()), ColorSpace.YUV420));
      for (Packet packet : packets) {
        track.addFrame(packet);
      }
      muxer.finish();
      byte[] content = new byte[(int) channel.size()];
      file.get(0, content);
      return timeless(content, index);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory cannot fail
    }
  }

  /**
   * The same film without the time at which it was made, so that the same request makes the same
   * file: the first eight bytes behind the version of each header in its index.
   */
  private static byte[] timeless(byte[] film, int index) {
    ByteBuffer boxes = ByteBuffer.wrap(film);
    for (int at = 0; at < Math.min(index, film.length - 16); at++) {
      if (HEADERS.contains(boxes.getInt(at))) {
        boxes.putLong(at + 8, 0);
      }
    }
    return film;
  }

  /** RGB to BT.709 in the limited range; jcodec keeps samples less 128. */
  private static void toVideoColours(BufferedImage image, Picture picture) {
    int width = image.getWidth();
    int[] rgb = Pixels.of(image);
    byte[] luma = picture.getPlaneData(0);
    byte[] blue = picture.getPlaneData(1);
    byte[] red = picture.getPlaneData(2);
    for (int y = 0; y < image.getHeight(); y += 2) {
      for (int x = 0; x < width; x += 2) {
        int r = 0;
        int g = 0;
        int b = 0;
        for (int corner = 0; corner < 4; corner++) {
          int at = (y + (corner >> 1)) * width + x + (corner & 1);
          int pixel = rgb[at];
          int pr = (pixel >> 16) & 255;
          int pg = (pixel >> 8) & 255;
          int pb = pixel & 255;
          luma[at] = luma(pr, pg, pb);
          r += pr;
          g += pg;
          b += pb;
        }
        int at = (y >> 1) * (width >> 1) + (x >> 1);
        blue[at] = blue(r, g, b);
        red[at] = red(r, g, b);
      }
    }
  }

  /** The same, each pixel four times. */
  private static void toDoubledVideoColours(BufferedImage image, Picture picture) {
    int width = image.getWidth();
    int[] rgb = Pixels.of(image);
    byte[] luma = picture.getPlaneData(0);
    byte[] blue = picture.getPlaneData(1);
    byte[] red = picture.getPlaneData(2);
    for (int at = 0; at < rgb.length; at++) {
      int r = (rgb[at] >> 16) & 255;
      int g = (rgb[at] >> 8) & 255;
      int b = rgb[at] & 255;
      int corner = at / width * 4 * width + at % width * 2;
      byte level = luma(r, g, b);
      luma[corner] = level;
      luma[corner + 1] = level;
      luma[corner + 2 * width] = level;
      luma[corner + 2 * width + 1] = level;
      blue[at] = blue(4 * r, 4 * g, 4 * b);
      red[at] = red(4 * r, 4 * g, 4 * b);
    }
  }

  private static byte luma(int r, int g, int b) {
    return (byte) (((11966 * r + 40254 * g + 4064 * b + 32768) >> 16) + 16 - 128);
  }

  /** Of four pixels together. */
  private static byte blue(int r, int g, int b) {
    return (byte) ((-6596 * r - 22189 * g + 28785 * b + 131072) >> 18);
  }

  private static byte red(int r, int g, int b) {
    return (byte) ((28784 * r - 26145 * g - 2639 * b + 131072) >> 18);
  }

  /** jcodec's encoder, saying in the stream which colours and which rate it carries. */
  private static final class Encoder extends H264Encoder {
    private final int rate;

    Encoder(int rate) {
      super(new SteadyQuality());
      this.rate = rate;
      setKeyInterval(KEY_FRAME_EVERY_SECONDS * rate);
      setMotionSearchRange(0);
    }

    @Override
    public SeqParameterSet initSPS(Size size) {
      SeqParameterSet parameters = super.initSPS(size);
      VUIParameters usability = new VUIParameters();
      usability.videoSignalTypePresentFlag = true;
      usability.videoFormat = 5;
      usability.colourDescriptionPresentFlag = true;
      usability.colourPrimaries = 1;
      usability.transferCharacteristics = 1;
      usability.matrixCoefficients = 1;
      usability.timingInfoPresentFlag = true;
      usability.numUnitsInTick = 1;
      usability.timeScale = 2 * rate;
      usability.fixedFrameRateFlag = true;
      parameters.vuiParams = usability;
      return parameters;
    }
  }

  /** The same quantizer for every block, a little coarser between key frames. */
  private static final class SteadyQuality implements RateControl {
    @Override
    public int startPicture(Size size, int maxSize, SliceType sliceType) {
      return sliceType == SliceType.I ? KEY_QUANTIZER : QUANTIZER;
    }

    @Override
    public int initialQpDelta() {
      return 0;
    }

    @Override
    public int accept(int bits) {
      return 0;
    }
  }
}
