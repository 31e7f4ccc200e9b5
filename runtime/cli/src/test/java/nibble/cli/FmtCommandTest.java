package nibble.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FmtCommandTest {
  private static final String UNTIDY = "model m { fn main( x :f32[4])->f32[4] {return x+1} }";
  private static final String TIDY = "model m { fn main(x: f32[4]) -> f32[4] { return x + 1 } }\n";

  @TempDir private Path folder;

  private Path untidy(String name) {
    return SmallModel.write(folder.resolve(name), UNTIDY);
  }

  @Test
  void formatsInPlace() throws IOException {
    Path file = untidy("a.nib");
    assertEquals(file + ": formatted\n", CommandRun.of("fmt", file).ok().out());
    assertEquals(TIDY, Files.readString(file));
    assertEquals("", CommandRun.of("fmt", file).ok().out());
    assertEquals("", CommandRun.of("fmt", "--check", SmallModel.nib(folder)).ok().out());
  }

  @Test
  void checkChangesNothing() throws IOException {
    Path file = untidy("a.nib");
    assertEquals(
        file + ": is not formatted\n", CommandRun.of("fmt", "--check", file).ended(ExitCode.CHECK_FAILED).out());
    assertEquals(UNTIDY, Files.readString(file));
  }

  @Test
  void printsInstead() throws IOException {
    Path file = untidy("a.nib");
    assertEquals(TIDY, CommandRun.of("fmt", "--stdout", file).ok().out());
    assertEquals(UNTIDY, Files.readString(file));
    JsonNode texts = CommandRun.of("fmt", "--stdout", "--json", file).ok().json().get("texts");
    assertEquals(TIDY, texts.get(file.toString()).textValue());
  }

  @Test
  void reportAsJson() {
    Path file = untidy("a.nib");
    Path other = SmallModel.nib(folder);
    assertEquals(
        "{\"files\":2,\"changed\":[\"" + file + "\"]}",
        CommandRun.of("fmt", "--json", file, other).ok().json().toString());
    assertEquals("{\"files\":2,\"changed\":[]}", CommandRun.of("fmt", "--json", file, other).ok().json().toString());
  }

  @Test
  void noFileChangesWhereOneIsWrong() throws IOException {
    Path file = untidy("a.nib");
    Path wrong = SmallModel.write(folder.resolve("b.nib"), "model m {\n  fn main( }\n");
    CommandRun.of("fmt", file, wrong).failed(ExitCode.COMPILE_ERROR, wrong + ":2:12");
    assertEquals(UNTIDY, Files.readString(file));
    CommandRun.of("fmt", file, folder.resolve("none.nib"))
        .failed(ExitCode.COMPILE_ERROR, "none.nib: there is no such file");
    assertEquals(UNTIDY, Files.readString(file));
    CommandRun.of("fmt", file, folder).failed(ExitCode.COMPILE_ERROR, folder + ": is a folder, not a file");
    assertEquals(UNTIDY, Files.readString(file));
  }

  @Test
  void nothingIsPrintedWhereOneIsWrong() {
    Path wrong = SmallModel.write(folder.resolve("b.nib"), "model m {\n  fn main( }\n");
    CommandRun.of("fmt", "--stdout", untidy("a.nib"), wrong).failed(ExitCode.COMPILE_ERROR, wrong + ":2:12");
  }

  @Test
  void linksAndPermissionsStay() throws IOException {
    Path file = untidy("a.nib");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-x---"));
    Path link = Files.createSymbolicLink(folder.resolve("link.nib"), file);
    CommandRun.of("fmt", link).ok();
    assertTrue(Files.isSymbolicLink(link));
    assertEquals(TIDY, Files.readString(file));
    assertEquals("rwxr-x---", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
  }
}
