package dev.easel.asset;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Coarser copies of pictures, also of those that only others can read. */
class PreviewsTest {
  private static final String STEM = "abcdefghijklmnopqrstuvwxyz234567";

  @TempDir private Path directory;
  private LocalAssetStore store;
  private Previews previews;

  @BeforeEach
  void open() throws IOException {
    store = LocalAssetStore.open(directory, InstantSource.system());
    previews = new Previews(store);
  }

  private Optional<byte[]> coarser(byte[] content) throws IOException {
    Put put = store.put(STEM, new ByteArrayInputStream(content), 1 << 30);
    assertThat(put).isInstanceOf(Put.Stored.class);
    String name = ((Put.Stored) put).file().name();
    try {
      return previews.coarser(name, 4);
    } finally {
      store.delete(name);
    }
  }

  @ParameterizedTest
  @CsvSource({"png, PNG", "jpeg, JPEG"})
  void aCoarserCopyHasItsPicturesFormatAndNoAlphaOfItsOwn(String format, MediaType type)
      throws IOException {
    byte[] coarse = coarser(Samples.image(format, 40, 20)).orElseThrow();
    assertThat(MediaType.sniff(coarse)).contains(type);
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(coarse));
    assertThat(List.of(image.getWidth(), image.getHeight())).isEqualTo(List.of(10, 5));
    assertThat(image.getColorModel().hasAlpha()).isFalse();
  }

  @Test
  void whatCannotBeReadHereHasNone() throws IOException {
    byte[] noise = Samples.noise(64, 64);
    Map<String, byte[]> files =
        Map.of(
            "half a picture", Arrays.copyOf(noise, noise.length / 2),
            "half a WebP", Arrays.copyOf(Samples.webp(), 36),
            "a picture of palette colours without a palette", withoutPalette(noise),
            "a bomb", Samples.bomb(),
            "a film", Samples.film(directory, 2));
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      assertThat(coarser(file.getValue())).as(file.getKey()).isEmpty();
    }
  }

  private static byte[] withoutPalette(byte[] png) {
    byte[] broken = png.clone();
    broken[25] = 3;
    CRC32 sum = new CRC32();
    sum.update(broken, 12, 17);
    ByteBuffer.wrap(broken).putInt(29, (int) sum.getValue());
    return broken;
  }
}
