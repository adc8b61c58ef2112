package dev.easel.asset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MasterKeyTest {
  private static final UUID ATTEMPT = UUID.fromString("01936b1e-7a00-7000-8000-0123456789ab");
  private static final String HEX =
      "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
  private static final String BASE64 = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

  @TempDir private Path directory;

  @Test
  void makesAKeyOnceForItsOwnerAlone() throws IOException {
    Path file = directory.resolve("data/master.key");

    byte[] first = MasterKey.load(file).derive("x");

    assertThat(MasterKey.load(file).derive("x")).isEqualTo(first);
    assertThat(MasterKey.load(directory.resolve("other.key")).derive("x")).isNotEqualTo(first);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    try (Stream<Path> beside = Files.list(file.resolveSibling(""))) {
      assertThat(beside).containsExactly(file);
    }
  }

  @Test
  void givesAllWhoStartAtOnceTheSameKey() throws Exception {
    Path file = directory.resolve("master.key");
    List<Future<byte[]>> keys = new ArrayList<>();
    try (ExecutorService starts = Executors.newFixedThreadPool(8)) {
      for (int i = 0; i < 8; i++) {
        keys.add(starts.submit(() -> MasterKey.load(file).derive("x")));
      }
    }
    for (Future<byte[]> key : keys) {
      assertThat(key.get()).isEqualTo(keys.getFirst().get());
    }
  }

  @Test
  void readsHexadecimalAndBase64() {
    byte[] expected = MasterKey.parse(HEX).derive("x");

    assertThat(expected).hasSize(32);
    assertThat(MasterKey.parse(" " + HEX.toUpperCase(Locale.ROOT) + "\n").derive("x"))
        .isEqualTo(expected);
    assertThat(MasterKey.parse(BASE64).derive("x")).isEqualTo(expected);
    assertThat(MasterKey.parse(BASE64).derive("y")).isNotEqualTo(expected);
    assertThat(MasterKey.parse(HEX).toString()).doesNotContain("0001");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "secret", "secret==!", "AAECAwQFBgcICQoLDA0ODw=="})
  void explainsAMalformedKeyWithoutShowingIt(String text) throws IOException {
    Path file = Files.writeString(directory.resolve("master.key"), text + "\n");

    assertThatThrownBy(() -> MasterKey.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("32 bytes as 64 hexadecimal digits or as base64")
        .hasMessageNotContainingAny("secret", "AAEC");
    assertThatThrownBy(() -> MasterKey.load(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(file.toString());
    assertThat(Files.readString(file)).isEqualTo(text + "\n");
  }

  @Test
  void namesOutputsRepeatablyAndApart() {
    AssetNames names = new AssetNames(MasterKey.parse(HEX));
    AssetNames foreign = new AssetNames(MasterKey.parse("ff".repeat(32)));
    Set<String> stems = new HashSet<>();
    for (int output = 0; output < 100; output++) {
      stems.add(names.stem(ATTEMPT, output));
    }
    stems.add(names.stem(new UUID(1, 2), 0));
    stems.add(foreign.stem(ATTEMPT, 0));

    assertThat(stems).hasSize(102).allMatch(stem -> stem.matches("[a-z2-7]{32}"));
    // Names are stored: should this one ever change, a copy cut short would leave a second file.
    assertThat(names.stem(ATTEMPT, 0)).isEqualTo("4nu625u5euxq2poasfprwjg7vtviqpe5");
  }
}
