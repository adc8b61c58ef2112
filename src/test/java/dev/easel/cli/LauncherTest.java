package dev.easel.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the launcher in a checkout of its own, where JDKs and Maven are small scripts that say what
 * they were asked to do.
 */
class LauncherTest {
  /** What the launcher needs from the system, besides a JDK and Maven. */
  private static final List<String> TOOLS =
      List.of("cat", "find", "head", "mkdir", "ps", "readlink", "rm", "sed", "sleep", "touch");

  @TempDir private Path directory;

  private final Map<String, String> environment = new HashMap<>();
  private Path checkout;
  private Path bin;

  @BeforeEach
  void checkOut() throws IOException {
    directory = directory.toRealPath();
    checkout = Files.createDirectories(directory.resolve("check out"));
    bin = Files.createDirectories(directory.resolve("bin"));
    for (String tool : TOOLS) {
      tool(tool);
    }
    // The places that belong to the machine become ours.
    String launcher =
        Files.readString(Path.of("easel"))
            .replace("/usr/lib/jvm/", "\"$HOME\"/usr/lib/jvm/")
            .replace("/Library/Java/", "\"$HOME\"/Library/Java/")
            .replace("/opt/homebrew/", "\"$HOME\"/opt/homebrew/")
            .replace("/usr/libexec/", "$HOME/usr/libexec/");
    script(checkout.resolve("easel"), launcher);
    write(checkout.resolve("pom.xml"), "<project/>");
    write(checkout.resolve("src/main/java/Some.java"), "");
    environment.put("PATH", bin.toString());
    environment.put("HOME", directory.toString());
  }

  @Test
  void theFirstJdkThatIsNewEnoughIsUsed() throws Exception {
    maven();
    // From the last place that is looked at to the first, each must win over those before it.
    String found = "usr/libexec/java_home";
    script(directory.resolve(found), "#!/bin/sh\necho " + jdk("told", "25.0.1"));
    assertThat(run("hello").jdk()).isEqualTo("told");
    jdk("opt/homebrew/opt/openjdk@25/libexec/openjdk.jdk/Contents/Home", "25");
    assertThat(run("hello").jdk()).contains("homebrew");
    jdk("Library/Java/JavaVirtualMachines/temurin-25.jdk/Contents/Home", "25.0.3");
    assertThat(run("hello").jdk()).startsWith("Library");
    jdk(".sdkman/candidates/java/26-tem", "26");
    assertThat(run("hello").jdk()).startsWith(".sdkman");
    jdk("usr/lib/jvm/a-17", "17.0.15");
    jdk("usr/lib/jvm/b-8", "1.8.0_392");
    jdk("usr/lib/jvm/c-25", "25-ea");
    assertThat(run("hello").jdk()).isEqualTo("usr/lib/jvm/c-25");
    Path linked = jdk("linked", "25.0.3").resolve("bin/java");
    Files.createSymbolicLink(bin.resolve("java"), linked);
    assertThat(run("hello").jdk()).isEqualTo("linked");
    environment.put("JAVA_HOME", jdk("home", "100.1").toString());
    assertThat(run("hello").jdk()).isEqualTo("home");
    environment.put("EASEL_JAVA_HOME", jdk("own", "25").toString());
    assertThat(run("hello").jdk()).isEqualTo("own");
  }

  @Test
  void anOldJavaOnThePathAndInJavaHomeIsPassedOver() throws Exception {
    maven();
    environment.put("JAVA_HOME", jdk("home", "17.0.15").toString());
    Files.createSymbolicLink(bin.resolve("java"), jdk("old", "21").resolve("bin/java"));
    jdk("usr/lib/jvm/c-25", "25");

    assertThat(run("hello").jdk()).isEqualTo("usr/lib/jvm/c-25");
  }

  @Test
  void aJdkWithoutAReleaseFileIsAsked() throws Exception {
    maven();
    Files.delete(jdk("usr/lib/jvm/old", "17.0.1").resolve("release"));
    Files.delete(jdk("usr/lib/jvm/other", "25.0.1").resolve("release"));

    assertThat(run("hello").jdk()).isEqualTo("usr/lib/jvm/other");
  }

  @Test
  void aShimOfAVersionManagerIsAskedForTheRealHome() throws Exception {
    maven();
    Path home = jdk("versions/25", "25.0.1");
    script(
        directory.resolve("shims/java"),
        "#!/bin/sh\necho 'Property settings:' >&2\necho '    java.home = %s' >&2\n"
            .formatted(home));
    environment.put("PATH", bin + ":" + directory.resolve("shims"));

    assertThat(run("hello").jdk()).isEqualTo("versions/25");
  }

  @Test
  void noJdkIsOneLineThatSaysWhatToInstall() throws Exception {
    maven();
    jdk("usr/lib/jvm/old", "17.0.1");
    Files.delete(jdk("usr/lib/jvm/no-compiler", "25").resolve("bin/javac"));

    Ran ran = run("hello");
    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.err())
        .isEqualTo(
            "easel: no JDK 25 or newer found; install one (https://adoptium.net) or set JAVA_HOME"
                + " to it\n");
  }

  @Test
  void aWrongJdkThatWasAskedForIsNotReplacedByAnother() throws Exception {
    jdk("usr/lib/jvm/c-25", "25");
    environment.put("EASEL_JAVA_HOME", jdk("own", "17").toString());

    Ran ran = run("hello");
    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.err())
        .isEqualTo("easel: EASEL_JAVA_HOME=%s/own is not a JDK 25 or newer\n".formatted(directory));
  }

  @Test
  void noMavenIsOneLineUnlessThereIsNothingToBuild() throws Exception {
    jdk("usr/lib/jvm/c-25", "25");

    Ran ran = run("hello");
    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.err()).startsWith("easel: Maven is needed").hasLineCount(1);

    write(checkout.resolve("target/easel.jar"), "");
    assertThat(run("hello").code()).isZero();
  }

  @Test
  void mavenIsFoundOffThePath() throws Exception {
    jdk("usr/lib/jvm/c-25", "25");
    Files.move(maven(), Files.createDirectories(directory.resolve("maven/bin")).resolve("mvn"));
    environment.put("MAVEN_HOME", directory.resolve("maven").toString());

    assertThat(run("hello").code()).isZero();
    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void theProgramIsBuiltWhenItsSourcesAreNewer() throws Exception {
    jdk("usr/lib/jvm/c-25", "25");
    maven();
    assertThat(run("hello").err()).isEqualTo("Building Easel (first time: a few minutes) …\n");
    assertThat(run("hello").err()).isEmpty();
    assertThat(builds()).isEqualTo(1);

    for (String changed : List.of("pom.xml", "src/main/java/Some.java", "src/main/java")) {
      touch(checkout.resolve(changed));
      assertThat(run("hello").err()).as(changed).isEqualTo("Building Easel …\n");
      assertThat(run("hello").err()).isEmpty();
    }
    assertThat(builds()).isEqualTo(4);

    touch(Files.createDirectories(checkout.resolve("src/test")));
    assertThat(run("hello").err()).isEmpty();
  }

  @Test
  void whatIsEditedDuringABuildIsBuiltTheNextTime() throws Exception {
    jdk("usr/lib/jvm/c-25", "25");
    maven("sleep 0.05; touch src/main/java/Some.java");

    run("hello");
    run("hello");
    assertThat(builds()).isEqualTo(2);
  }

  @Test
  void aFailedBuildShowsItsLogAndRunsNothing() throws Exception {
    jdk("usr/lib/jvm/c-25", "25");
    maven("echo 'Some.java:1: oh no'; exit 1");

    Ran ran = run("hello");
    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.out()).isEmpty();
    assertThat(ran.err()).endsWith("Some.java:1: oh no\neasel: the build failed\n");
    run("hello");
    assertThat(builds()).isEqualTo(2);
  }

  @Test
  void twoLaunchesAtOnceBuildOnce() throws Exception {
    jdk("usr/lib/jvm/c-25", "25");
    Path gate = directory.resolve("gate");
    maven("until [ -f '%s' ]; do sleep 0.05; done".formatted(gate));

    Process first = start("hello");
    Process second = start("hello");
    // One builds, and so holds back until the other says that it waits.
    String one = first.errorReader(UTF_8).readLine();
    String other = second.errorReader(UTF_8).readLine();
    Files.createFile(gate);

    assertThat(List.of(one, other))
        .containsExactlyInAnyOrder(
            "Building Easel (first time: a few minutes) …",
            "Waiting for another launch, which is building Easel …");
    assertThat(Ran.of(first).code()).isZero();
    assertThat(Ran.of(second).code()).isZero();
    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void aLockThatADeadLaunchLeftIsTakenAway() throws Exception {
    jdk("usr/lib/jvm/c-25", "25");
    maven();
    Process dead = new ProcessBuilder("true").start();
    dead.waitFor();
    write(checkout.resolve("target/building/pid"), dead.pid() + "\n");

    assertThat(run("hello").err()).doesNotContain("Waiting");
    assertThat(builds()).isEqualTo(1);
    assertThat(checkout.resolve("target/building")).doesNotExist();
  }

  @Test
  void anInterruptedBuildStopsMavenAndLeavesNoLock() throws Exception {
    jdk("usr/lib/jvm/c-25", "25");
    Path started = directory.resolve("started");
    maven("echo $$ >'%s.new'; mv '%1$s.new' '%1$s'; exec sleep 600".formatted(started));
    tool("mv");

    Process launch = start("hello");
    while (Files.notExists(started)) {
      Thread.onSpinWait();
    }
    long maven = Long.parseLong(Files.readString(started).strip());
    // Not launch.destroy(), which closes the streams too.
    launch.toHandle().destroy();

    assertThat(Ran.of(launch).code()).isEqualTo(130);
    assertThat(ProcessHandle.of(maven)).isEmpty();
    assertThat(checkout.resolve("target/building")).doesNotExist();
  }

  @Test
  void argumentsArriveAsTheyAreFromAnyDirectoryAndThroughLinks() throws Exception {
    jdk("usr/lib/jvm/c-25", "25");
    maven();
    Path elsewhere = Files.createDirectories(directory.resolve("else where"));
    Files.createSymbolicLink(elsewhere.resolve("relative"), Path.of("../check out/easel"));
    Files.createSymbolicLink(elsewhere.resolve("link"), Path.of("relative"));

    Ran ran = Ran.of(start(elsewhere, "./link", "config", "--data", "a b", "*", ""));
    assertThat(ran.arguments())
        .endsWith("-jar", checkout + "/target/easel.jar", "config", "--data", "a b", "*", "");
    assertThat(ran.out()).contains("in " + elsewhere + "\n");
  }

  @Test
  void theServerAndCommandsGetOptionsOfTheirOwn() throws Exception {
    jdk("usr/lib/jvm/c-25", "25");
    maven();
    environment.put("EASEL_JAVA_OPTS", "-Xmx1g -Da=b");

    assertThat(run("serve").arguments())
        .contains("-XX:+UseG1GC")
        .containsSubsequence("-XX:MaxRAMPercentage=50", "-Xmx1g", "-Da=b", "-jar");
    assertThat(run("version").arguments()).contains("-XX:TieredStopAtLevel=1", "-Xmx1g");
    assertThat(run().arguments()).last().asString().endsWith("easel.jar");
  }

  @Test
  void testRunsMavenUnderTheJdkThatWasFound() throws Exception {
    Path jdk = jdk("usr/lib/jvm/c-25", "25");
    maven("echo \"$JAVA_HOME\"; exit 3");

    Ran ran = run("test", "-Dtest=Some Test");
    assertThat(ran.code()).isEqualTo(3);
    assertThat(ran.out()).isEqualTo(jdk + "\n");
    assertThat(Files.readAllLines(directory.resolve("builds")))
        .containsExactly("in " + checkout + ": -B verify -Dtest=Some Test");
  }

  @Test
  void seedsOfTheSimulationAreRunAlone() throws Exception {
    jdk("usr/lib/jvm/c-25", "25");
    maven();

    run("test", "--seed", "7");
    run("test", "--seeds=500-600");
    assertThat(Files.readAllLines(directory.resolve("builds")))
        .containsExactly(
            "in "
                + checkout
                + ": -B test -Dtest=SimulationTest#noSeedBreaksAPromise -Deasel.seed=7",
            "in "
                + checkout
                + ": -B test -Dtest=SimulationTest#noSeedBreaksAPromise -Deasel.seeds=500-600");
    for (String wrong : List.of("", "many", "5-", "-5", "1-2-3", "1;2")) {
      assertThat(run("test", "--seeds", wrong).code()).as(wrong).isEqualTo(1);
    }
  }

  @Test
  void helpForTestComesFromTheProgram() throws Exception {
    jdk("usr/lib/jvm/c-25", "25");
    maven();

    assertThat(run("test", "--help").arguments()).endsWith("test", "--help");
  }

  /** A directory that looks like a JDK; its java prints where it is and what it is given. */
  private Path jdk(String place, String version) throws IOException {
    Path home = directory.resolve(place);
    write(
        home.resolve("release"), "IMPLEMENTOR=\"X\"\nJAVA_VERSION=\"" + version + "\"\nA=\"1\"\n");
    script(home.resolve("bin/javac"), "#!/bin/sh\n");
    script(
        home.resolve("bin/java"),
        """
        #!/bin/sh
        [ "$*" = -version ] && echo 'openjdk version "%s" 2025' >&2 && exit
        echo "jdk %s"
        echo "in $PWD"
        for argument; do echo "[$argument]"; done
        """
            .formatted(version, place));
    return home;
  }

  /** A Maven that notes how it is called, does as it is told, and makes a jar. */
  private Path maven(String... doing) throws IOException {
    return script(
        bin.resolve("mvn"),
        """
        #!/bin/sh
        echo "in $PWD: $*" >>'%s/builds'
        %s
        mkdir -p target/lib && : >target/easel.jar
        """
            .formatted(directory, String.join("\n", doing)));
  }

  private long builds() throws IOException {
    return Files.readAllLines(directory.resolve("builds")).size();
  }

  private Ran run(String... arguments) throws IOException, InterruptedException {
    return Ran.of(start(arguments));
  }

  private Process start(String... arguments) throws IOException {
    return start(directory, checkout.resolve("easel").toString(), arguments);
  }

  private Process start(Path where, String launcher, String... arguments) throws IOException {
    ProcessBuilder launch = new ProcessBuilder(launcher).directory(where.toFile());
    launch.command().addAll(List.of(arguments));
    launch.environment().clear();
    launch.environment().putAll(environment);
    return launch.start();
  }

  private void tool(String name) throws IOException {
    Path real =
        Stream.of(Path.of("/usr/bin", name), Path.of("/bin", name))
            .filter(Files::isExecutable)
            .findFirst()
            .orElseThrow();
    script(bin.resolve(name), "#!/bin/sh\nexec %s \"$@\"\n".formatted(real));
  }

  private static Path script(Path file, String text) throws IOException {
    write(file, text);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  /** Makes one file newer than the last build, which all others precede. */
  private void touch(Path changed) throws IOException {
    Path jar = checkout.resolve("target/easel.jar");
    Instant built = Files.getLastModifiedTime(jar).toInstant();
    try (Stream<Path> sources = Files.walk(checkout.resolve("src"))) {
      for (Path source : sources.toList()) {
        modified(source, built.minusSeconds(60));
      }
    }
    modified(checkout.resolve("pom.xml"), built.minusSeconds(60));
    modified(jar, built.minusSeconds(40));
    modified(changed, built.minusSeconds(20));
  }

  private static void modified(Path file, Instant time) throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(time));
  }

  /** How a launch ended. */
  private record Ran(int code, String out, String err) {
    static Ran of(Process launch) throws IOException, InterruptedException {
      String out = launch.inputReader(UTF_8).readAllAsString();
      String err = launch.errorReader(UTF_8).readAllAsString();
      return new Ran(launch.waitFor(), out, err);
    }

    /** Where the JDK is that ran the program. */
    String jdk() {
      return out.lines().findFirst().orElse(err).replaceFirst("^jdk ", "");
    }

    List<String> arguments() {
      return out.lines()
          .filter(line -> line.startsWith("["))
          .map(line -> line.substring(1, line.length() - 1))
          .toList();
    }
  }
}
