package dev.easel.db;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/** The PostgreSQL programs that are bundled as archives on the class path. */
final class PostgresBinaries {
  /** The version of the archives, as in the build file. */
  static final String VERSION = "18.6.0";

  /** The major version, which a cluster keeps for life. */
  static final String MAJOR = "18";

  private PostgresBinaries() {}

  /** Unpacks the programs for this machine into {@code home}, if that has not been done yet. */
  static void unpack(PostgresHome home) throws IOException {
    String archive = archive(property("os.name"), property("os.arch"), hasGlibc());
    if (Files.isDirectory(home.binaries())) {
      return;
    }
    Path fresh = Files.createTempDirectory(home.directory(), "unpack-");
    try (InputStream packed = open(archive);
        TarArchiveInputStream tar =
            new TarArchiveInputStream(
                new XZCompressorInputStream(new BufferedInputStream(packed, 1 << 16)))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        if (isNeeded(entry.getName())) {
          write(entry, tar, fresh);
        }
      }
    }
    openDirectories(fresh);
    // The rename must not outlive the content when the power fails. One command brings the whole
    // file system to the disk; a thousand files one by one took seconds.
    PostgresUser.ourselves().run("", "sync", "-f", fresh.toString());
    Files.move(fresh, home.binaries(), StandardCopyOption.ATOMIC_MOVE);
  }

  /**
   * The archive's name for a platform, in the terms of Java's system properties.
   *
   * @throws DatabaseException when there is none
   */
  static String archive(String os, String arch, boolean glibc) {
    String cpu =
        switch (arch) {
          case "amd64", "x86_64" -> "x86_64";
          case "aarch64", "arm64" -> "arm_64";
          default -> arch;
        };
    boolean linux = os.equals("Linux");
    String platform = linux && glibc ? "linux-" + cpu : os.startsWith("Mac") ? "darwin-" + cpu : os;
    return switch (platform) {
      case "linux-x86_64", "linux-arm_64", "darwin-arm_64" -> "/postgres-" + platform + ".txz";
      default -> throw unsupported(linux && !glibc ? "Linux without glibc" : os, arch);
    };
  }

  private static DatabaseException unsupported(String os, String arch) {
    return new DatabaseException(
        "no embedded PostgreSQL for " + os + " " + arch + ": use --db-url");
  }

  /** Whether the programs' dynamic loader is there: Alpine has none, whatever else it has. */
  private static boolean hasGlibc() {
    return Files.exists(Path.of("/lib64/ld-linux-x86-64.so.2"))
        || Files.exists(Path.of("/lib/ld-linux-aarch64.so.1"));
  }

  private static InputStream open(String archive) {
    InputStream packed = PostgresBinaries.class.getResourceAsStream(archive);
    if (packed == null) {
      throw unsupported(property("os.name"), property("os.arch"));
    }
    return packed;
  }

  private static String property(String name) {
    return System.getProperty(name, "unknown");
  }

  /** Static libraries and build files are of no use to a server. */
  private static boolean isNeeded(String name) {
    return !name.endsWith(".a") && !name.contains("pkgconfig");
  }

  private static void write(TarArchiveEntry entry, InputStream content, Path root)
      throws IOException {
    Path target = root.resolve(entry.getName()).normalize();
    if (!target.startsWith(root)) {
      throw new IOException("the archive leads outside: " + entry.getName());
    }
    Path directory = entry.isDirectory() ? target : target.resolveSibling("");
    Files.createDirectories(directory);
    if (entry.isDirectory()) {
      return;
    }
    if (entry.isSymbolicLink()) {
      Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
      return;
    }
    Files.copy(content, target);
    setMode(target, (entry.getMode() & 0100) != 0 ? "rwxr-xr-x" : "rw-r--r--");
  }

  /** Whatever our umask, the server's user may read the programs. */
  private static void openDirectories(Path root) throws IOException {
    try (Stream<Path> tree = Files.walk(root)) {
      for (Path path : tree.filter(Files::isDirectory).toList()) {
        setMode(path, "rwxr-xr-x");
      }
    }
  }

  private static void setMode(Path path, String mode) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
  }
}
