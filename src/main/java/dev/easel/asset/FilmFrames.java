package dev.easel.asset;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import org.jcodec.api.FrameGrab;
import org.jcodec.api.JCodecException;
import org.jcodec.codecs.h264.H264Utils;
import org.jcodec.codecs.h264.io.model.SeqParameterSet;
import org.jcodec.common.DemuxerTrack;
import org.jcodec.common.io.ByteBufferSeekableByteChannel;
import org.jcodec.common.model.ColorSpace;
import org.jcodec.common.model.Packet;
import org.jcodec.common.model.Picture;
import org.jcodec.containers.mp4.demuxer.MP4Demuxer;
import org.jspecify.annotations.Nullable;

/**
 * Frames of MP4 films, as far as they can be decoded here: H.264 of eight bits. Decoding takes a
 * core and the memory of a few frames; before it begins, every size that the film names is looked
 * at.
 */
public final class FilmFrames {
  /** A little more than the widest film of 2160 lines has. */
  private static final long MOST_PIXELS = 16_000_000;

  private static final int MACROBLOCK = 16;

  private FilmFrames() {}

  /** How a film begins, and how long it is. */
  public record Opening(BufferedImage frame, Duration length) {}

  /**
   * The beginning of {@code film}; empty when it cannot be read here, which is whatever the decoder
   * throws at a file from outside.
   */
  public static Optional<Opening> opening(byte[] film) {
    try {
      @Nullable DemuxerTrack track = MP4Demuxer.createMP4Demuxer(channel(film)).getVideoTrack();
      if (track == null || !isFit(track)) {
        return Optional.empty();
      }
      Duration length = Duration.ofMillis(Math.round(track.getMeta().getTotalDuration() * 1_000));
      return decoded(FrameGrab.createFrameGrab(channel(film)).getNativeFrame())
          .map(frame -> new Opening(frame, length));
    } catch (IOException | JCodecException | RuntimeException unreadable) {
      return Optional.empty();
    }
  }

  private static ByteBufferSeekableByteChannel channel(byte[] film) {
    return ByteBufferSeekableByteChannel.readFromByteBuffer(ByteBuffer.wrap(film));
  }

  /**
   * Whether no frame needs more memory than it may. The decoder believes what the stream says of
   * its size, in the film's head or between any two frames: a few bytes could ask for gigabytes.
   */
  private static boolean isFit(DemuxerTrack track) throws IOException {
    @Nullable ByteBuffer head = track.getMeta().getCodecPrivate();
    if (head == null || !isFit(head)) {
      return false;
    }
    for (Packet packet = track.nextFrame(); packet != null; packet = track.nextFrame()) {
      if (!isFit(packet.getData())) {
        return false;
      }
    }
    return true;
  }

  private static boolean isFit(ByteBuffer stream) {
    return H264Utils.readSPSFromBufferList(H264Utils.getRawSPS(stream.duplicate())).stream()
        .allMatch(FilmFrames::isFit);
  }

  private static boolean isFit(SeqParameterSet parameters) {
    long width = (parameters.picWidthInMbsMinus1 + 1L) * MACROBLOCK;
    long height = (long) SeqParameterSet.getPicHeightInMbs(parameters) * MACROBLOCK;
    return width > 0
        && height > 0
        && Math.max(width, height) <= MOST_PIXELS
        && width * height <= MOST_PIXELS;
  }

  /** BT.709 in the limited range to RGB; jcodec keeps samples less 128. */
  private static Optional<BufferedImage> decoded(@Nullable Picture whole) {
    if (whole == null
        || (whole.getColor() != ColorSpace.YUV420 && whole.getColor() != ColorSpace.YUV420J)) {
      return Optional.empty();
    }
    Picture frame = whole.cropped();
    int width = frame.getWidth();
    int height = frame.getHeight();
    byte[] luma = frame.getPlaneData(0);
    byte[] blue = frame.getPlaneData(1);
    byte[] red = frame.getPlaneData(2);
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        double level = 1.1644 * (luma[y * frame.getPlaneWidth(0) + x] + 128 - 16);
        int at = (y >> 1) * frame.getPlaneWidth(1) + (x >> 1);
        int r = sample(level + 1.7927 * red[at]);
        int g = sample(level - 0.2132 * blue[at] - 0.5329 * red[at]);
        int b = sample(level + 2.1124 * blue[at]);
        image.setRGB(x, y, r << 16 | g << 8 | b);
      }
    }
    return Optional.of(image);
  }

  private static int sample(double value) {
    return Math.clamp(Math.round(value), 0, 255);
  }
}
