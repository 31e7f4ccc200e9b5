package nibble.engine.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import nibble.ir.diagnostic.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StagedFilesTest {
  @TempDir private Path folder;

  private List<String> names(Path of) throws IOException {
    try (Stream<Path> files = Files.list(of)) {
      return List.copyOf(new TreeSet<>(files.map(file -> file.getFileName().toString()).toList()));
    }
  }

  private static StagedFiles.Content broken() {
    return out -> {
      out.write(1);
      throw new IOException("the disk is full");
    };
  }

  @Test
  void filesAppearTogether() throws IOException {
    Path old = Files.writeString(folder.resolve("b"), "before");
    try (StagedFiles files = new StagedFiles()) {
      files.folder(folder.resolve("x/y"));
      files.add(folder.resolve("x/y/a"), FileWriting.text("a"));
      files.add(old, FileWriting.text("b"));
      assertFalse(Files.exists(folder.resolve("x/y/a")));
      assertEquals("before", Files.readString(old));
      files.commit();
    }
    assertEquals("a", Files.readString(folder.resolve("x/y/a")));
    assertEquals("b", Files.readString(old));
    assertEquals(List.of("b", "x"), names(folder));
    assertEquals(List.of("a"), names(folder.resolve("x/y")));
  }

  @Test
  void nothingIsLeftWhereOneCantBeWritten() throws IOException {
    Path old = Files.writeString(folder.resolve("b"), "before");
    InputException refused = assertThrows(InputException.class, () -> {
      try (StagedFiles files = new StagedFiles()) {
        files.folder(folder.resolve("x/y"));
        files.add(folder.resolve("x/y/a"), FileWriting.text("a"));
        files.add(old, broken());
        files.commit();
      }
    });
    assertEquals(old + ": can't be written: the disk is full", refused.getMessage());
    assertEquals(List.of("b"), names(folder));
    assertEquals("before", Files.readString(old));
  }

  @Test
  void allPlacesAreAsTheyWereWhereOneCantBeTaken() throws IOException {
    Path first = Files.writeString(folder.resolve("a"), "before");
    Path outdated = Files.writeString(folder.resolve("outdated"), "before");
    Path second = folder.resolve("b");
    assertThrows(InputException.class, () -> {
      try (StagedFiles files = new StagedFiles()) {
        files.add(first, FileWriting.text("a"));
        files.add(second, FileWriting.text("b"));
        files.remove(outdated);
        // Somebody makes a folder in its place in the meantime.
        Files.createDirectories(second.resolve("full"));
        files.commit();
      }
    });
    assertEquals(List.of("a", "b", "outdated"), names(folder));
    assertEquals("before", Files.readString(first));
    assertEquals("before", Files.readString(outdated));
    assertTrue(Files.isDirectory(second.resolve("full")));
  }

  @Test
  void outdatedFilesGo() throws IOException {
    Path outdated = Files.writeString(folder.resolve("outdated"), "before");
    try (StagedFiles files = new StagedFiles()) {
      files.add(folder.resolve("a"), FileWriting.text("a"));
      files.remove(outdated);
      files.remove(folder.resolve("none"));
      files.commit();
    }
    assertEquals(List.of("a"), names(folder));
  }

  @Test
  void lastContentOfAPlaceCounts() throws IOException {
    Path file = folder.resolve("a");
    try (StagedFiles files = new StagedFiles()) {
      files.add(file, FileWriting.text("first"));
      files.add(file, FileWriting.text("second"));
      files.commit();
    }
    assertEquals("second", Files.readString(file));
    assertEquals(List.of("a"), names(folder));
  }

  @Test
  void permissionsAreThoseOfTheProcessOrOfTheFileBefore() throws IOException {
    Path plain = Files.writeString(folder.resolve("plain"), "");
    Path file = folder.resolve("a");
    FileWriting.write(file, "a");
    assertEquals(Files.getPosixFilePermissions(plain), Files.getPosixFilePermissions(file));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-x---"));
    FileWriting.write(file, "b");
    assertEquals("rwxr-x---", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
  }

  @Test
  void linksStay() throws IOException {
    Path file = Files.writeString(folder.resolve("a"), "before");
    Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("a"));
    FileWriting.write(link, "after");
    assertTrue(Files.isSymbolicLink(link));
    assertEquals("after", Files.readString(file));
  }

  @Test
  void devicesAreWrittenNotReplaced() {
    Path device = Path.of("/dev/null");
    assumeTrue(Files.exists(device), "skipped: there is no /dev/null");
    FileWriting.write(device, "lost");
    assertTrue(Files.exists(device) && !Files.isRegularFile(device));
  }

  @Test
  void placesWhereNoFileCanBeAreRefused() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    assertEquals(folder + ": can't be written: it is a folder", refusal(folder));
    assertEquals(
        folder.resolve("none/a") + ": can't be written: its folder does not exist", refusal(folder.resolve("none/a")));
    assertEquals(file.resolve("a") + ": can't be written: " + file + " is no folder", refusal(file.resolve("a")));
  }

  @Test
  void folderThatMayNotBeWrittenIsRefused() throws IOException {
    Path locked = Files.createDirectory(folder.resolve("locked"));
    Files.setPosixFilePermissions(locked, PosixFilePermissions.fromString("r-x------"));
    assumeTrue(!Files.isWritable(locked), "skipped: this user may write everywhere");
    assertEquals(locked.resolve("a") + ": can't be written: permission denied", refusal(locked.resolve("a")));
  }

  private static String refusal(Path path) {
    String early = assertThrows(InputException.class, () -> StagedFiles.requirePlace(path)).getMessage();
    assertEquals(early, assertThrows(InputException.class, () -> FileWriting.write(path, "")).getMessage());
    return early;
  }
}
