package nibble.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import nibble.cli.LauncherCopy.Ended;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script {@code nibble}, in a copy of its own with a JDK and a Maven that only tell what they were asked. */
class LauncherTest {
  @TempDir private Path folder;
  private LauncherCopy launcher;

  @BeforeEach
  void copy() throws IOException {
    launcher = LauncherCopy.in(folder);
  }

  @Test
  void takesTheJdkOfJavaHome() throws IOException {
    Path jdk = launcher.jdk("here/jdk", "25.0.1");
    launcher.build();
    Ended ended = launcher.with("JAVA_HOME", jdk).run("ops");
    assertEquals(0, ended.code(), ended::toString);
    assertTrue(ended.out().startsWith("java of " + jdk + "\n"), ended::toString);
  }

  @Test
  void findsAJdkWhenJavaHomePointsElsewhere() throws IOException {
    Path old = launcher.jdk("old", "17.0.9");
    launcher.build();
    for (String place : List.of(
        "usr/lib/jvm/temurin-25-jdk", "opt/java/openjdk", "opt/jdk-25", "home/.sdkman/candidates/java/25.0.1-tem",
        "home/.jdks/temurin-25")) {
      Path jdk = launcher.jdk(place, "25");
      Ended ended = launcher.with("JAVA_HOME", old).run("ops");
      assertEquals(0, ended.code(), ended::toString);
      assertTrue(ended.out().startsWith("java of " + jdk + "\n"), ended::toString);
      Files.delete(jdk.resolve("release"));
    }
  }

  @Test
  void findsTheJdkOfThePathThroughLinks() throws IOException {
    Path jdk = launcher.jdk("somewhere/jdk", "25.0.2");
    Files.createSymbolicLink(launcher.tools().resolve("java"), jdk.resolve("bin/java"));
    launcher.build();
    assertTrue(launcher.run("ops").out().startsWith("java of " + jdk + "\n"));
  }

  @Test
  void saysWhatToInstallAndWhereItLookedWithoutAJdk() throws IOException {
    Path old = launcher.jdk("old", "17.0.9");
    Path older = launcher.jdk("usr/lib/jvm/java-1.25-openjdk", "1.8.0_252");
    Ended ended = launcher.with("JAVA_HOME", old).run("ops");
    assertEquals(2, ended.code());
    assertEquals("", ended.out());
    assertTrue(ended.err().startsWith("nibble: no JDK 25 was found\nnibble: install one"), ended.err());
    assertTrue(ended.err().contains("temurin-25-jdk") && ended.err().contains("JAVA_HOME"), ended.err());
    assertTrue(ended.err().contains("looked in: " + old + " " + older), ended.err());
    LauncherCopy bare = LauncherCopy.in(Files.createDirectory(folder.resolve("bare")));
    assertTrue(bare.run("ops").err().contains("JAVA_HOME is not set"));
  }

  @Test
  void saysWhatToInstallAndWhereItLookedWithoutMaven() throws IOException {
    launcher.jdk("opt/jdk-25", "25");
    Ended ended = launcher.run("ops");
    assertEquals(2, ended.code());
    assertEquals("", ended.out());
    String message = "nibble: Nibble is not built yet, and there is no Maven (mvn) on the path\n";
    assertTrue(ended.err().contains(message), ended.err());
    assertTrue(ended.err().contains("install Maven"), ended.err());
    assertTrue(ended.err().contains("looked in: " + launcher.tools()), ended.err());
  }

  @Test
  void buildsOnceAndAgainWhenASourceChanges() throws IOException {
    Path jdk = launcher.jdk("opt/jdk-25", "25");
    launcher.maven("mkdir -p runtime/cli/target && touch " + launcher.jar()
        + "; echo \"JAVA_HOME is $JAVA_HOME\"; pwd");
    Ended first = launcher.run("ops");
    assertEquals(0, first.code(), first::toString);
    assertTrue(first.err().contains("nibble: building"), first.err());
    assertTrue(first.out().startsWith("java of " + jdk + "\n"), "what builds is not in the way of results");
    String log = Files.readString(launcher.root().resolve("runtime/cli/target/build.log"));
    assertTrue(log.startsWith("JAVA_HOME is " + jdk + "\n" + launcher.root() + "\n"), log);
    assertTrue(log.contains("-XX:AOTCacheOutput="), "a start is recorded");
    assertEquals("", launcher.run("ops").err());
    Path source = Files.createDirectories(launcher.root().resolve("passes/src/main")).resolve("A.java");
    Files.setLastModifiedTime(Files.writeString(source, ""), FileTime.from(Instant.now().plusSeconds(60)));
    assertTrue(launcher.run("ops").err().contains("nibble: building"));
  }

  @Test
  void testsAreNoReasonToBuild() throws IOException {
    launcher.jdk("opt/jdk-25", "25");
    launcher.build();
    Path test = Files.createDirectories(launcher.root().resolve("passes/src/test/java")).resolve("ATest.java");
    Files.setLastModifiedTime(Files.writeString(test, ""), FileTime.from(Instant.now().plusSeconds(60)));
    assertEquals("", launcher.run("ops").err());
  }

  @Test
  void failedBuildShowsItsEnd() throws IOException {
    launcher.jdk("opt/jdk-25", "25");
    launcher.maven("for i in $(seq 100); do echo line $i; done; exit 1");
    Ended ended = launcher.run("ops");
    assertEquals(2, ended.code());
    assertEquals("", ended.out());
    assertTrue(ended.err().contains("line 100\nnibble: the build failed; all that Maven said is in "), ended.err());
    assertFalse(ended.err().contains("line 70\n"), ended.err());
    assertFalse(Files.exists(launcher.root().resolve("runtime/cli/target/nibble.built")));
  }

  @Test
  void passesArgumentsAndExitCodesThrough() throws IOException {
    launcher.jdk("opt/jdk-25", "25");
    launcher.build();
    Ended ended = launcher.with("EXIT", 3).run("run", "a b", "", "--passes", "x{y=1, z=*},$HOME `id` \"'\\", "ä\n");
    assertEquals(3, ended.code());
    String wanted = "<run> <a b> <> <--passes> <x{y=1, z=*},$HOME `id` \"'\\> <ä\n>";
    assertTrue(ended.out().contains(" <nibble.cli.Nibble> " + wanted), ended.out());
    for (int code : new int[] {0, 1, 2, 5, 134}) {
      assertEquals(code, launcher.with("EXIT", code).run("ops").code());
    }
  }

  @Test
  void worksThroughLinksAndFromAnotherFolder() throws IOException {
    launcher.jdk("opt/jdk-25", "25");
    launcher.build();
    Path bin = Files.createDirectories(folder.resolve("some where/bin"));
    Path absolute = Files.createSymbolicLink(bin.resolve("absolute"), launcher.script());
    Path relative = Files.createSymbolicLink(bin.resolve("relative"), bin.relativize(launcher.script()));
    Path chained = Files.createSymbolicLink(bin.resolve("chained"), Path.of("relative"));
    for (Path link : List.of(absolute, relative, chained)) {
      Ended ended = launcher.from(bin).runAs("./" + link.getFileName(), "ops");
      assertEquals(0, ended.code(), ended::toString);
      assertTrue(ended.out().contains("<-cp> <" + launcher.jar() + "> "), ended.out());
      assertTrue(ended.out().contains("in " + bin + "\n"), "the working folder is the caller's");
    }
    Ended byPath = launcher.from(bin).with("PATH", bin + ":" + launcher.tools()).runAs("chained", "ops");
    assertEquals(0, byPath.code(), byPath::toString);
  }

  @Test
  void filtersOnlyTheAnnouncementOfTheVectorApi() throws IOException {
    launcher.jdk("opt/jdk-25", "25");
    launcher.build();
    Ended ended = launcher
        .with("SAY2", "WARNING: Using incubator modules: jdk.incubator.vector\nthe JVM crashed")
        .with("SAY3", "error: it is wrong").run("ops");
    assertEquals(List.of("error: it is wrong", "the JVM crashed"), ended.err().lines().sorted().toList());
    assertTrue(ended.out().contains("<-Dnibble.stderr=3>"), ended.out());
    assertFalse(ended.out().contains("nibble.terminal"), "no terminal is here");
  }

  @Test
  void redirectionsWork() throws IOException {
    launcher.jdk("opt/jdk-25", "25");
    launcher.build();
    LauncherCopy saying = launcher.with("SAY3", "an error");
    Path both = folder.resolve("both.txt");
    String script = launcher.script().toString();
    saying.shell("{ " + script + " a; echo between; echo between >&2; " + script + " b; } >" + both + " 2>&1");
    String text = Files.readString(both);
    assertEquals(
        List.of(
            "java of", "arguments", "in", "an error", "between", "between", "java of", "arguments", "in", "an error"),
        text.lines().map(line -> line.replaceFirst("(java of|arguments|in) .*", "$1")).toList());
    Path errors = folder.resolve("errors.txt");
    assertTrue(saying.shell(launcher.script() + " a 2>" + errors).out().startsWith("java of"));
    assertEquals("an error\n", Files.readString(errors));
    saying.shell(launcher.script() + " a 2>>" + errors + " >/dev/null");
    assertEquals("an error\nan error\n", Files.readString(errors));
    assertEquals(0, saying.shell(launcher.script() + " a 2>&-").code());
    assertEquals("an error\n", saying.shell(launcher.script() + " a 2>&1 >/dev/null").out());
  }

  @Test
  void fileNamesAreUnicodeInAnyLocale() throws IOException {
    launcher.jdk("opt/jdk-25", "25");
    launcher.build();
    LauncherCopy saying = launcher.with("SAY_LOCALE", "yes").with("LC_ALL", "");
    assertTrue(saying.run("ops").out().contains("locale C.UTF-8\n"));
    assertTrue(saying.with("LC_ALL", "POSIX").run("ops").out().contains("locale C.UTF-8\n"));
    assertTrue(saying.with("LANG", "C").run("ops").out().contains("locale C.UTF-8\n"));
    assertTrue(saying.with("LC_ALL", "de_DE.UTF-8").run("ops").out().contains("locale de_DE.UTF-8\n"));
    assertTrue(saying.with("LANG", "de_DE.UTF-8").run("ops").out().contains("locale \n"));
  }

  @Test
  void recipesThatShipAreNamed() throws IOException {
    launcher.jdk("opt/jdk-25", "25");
    launcher.build();
    String out = launcher.run("ops").out();
    assertTrue(out.contains("<-Dnibble.recipes=" + launcher.root().resolve("samples/recipes") + ">"), out);
  }

  @Test
  void jvmFlagsAreHandedOn() throws IOException {
    launcher.jdk("opt/jdk-25", "25");
    launcher.build();
    assertTrue(launcher.with("NIBBLE_JVM_FLAGS", "-Xmx1g -ea").run("ops").out().contains(" <-Xmx1g> <-ea> <-cp> "));
  }

  @Test
  void folderThatCantBeWrittenIsTold() throws IOException {
    launcher.jdk("opt/jdk-25", "25");
    Files.createDirectories(launcher.root().resolve("runtime"));
    Files.writeString(launcher.root().resolve("runtime/cli"), "a file in the way");
    Ended ended = launcher.run("ops");
    assertEquals(2, ended.code());
    String message = "nibble: Nibble is not built yet, and " + launcher.root() + " can't be written";
    assertTrue(ended.err().contains(message), ended.err());
  }

  @Test
  void scriptCanBeExecuted() throws IOException {
    assertTrue(PosixFilePermissions.toString(Files.getPosixFilePermissions(LauncherCopy.SCRIPT)).startsWith("rwx"));
  }
}
