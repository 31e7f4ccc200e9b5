package nibble.engine.sample;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import nibble.ir.diagnostic.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextLinesTest {
  @TempDir
  private Path folder;

  @Test
  void blankLinesAreLeftOut() throws IOException {
    assertEquals(List.of("a b", "c"), TextLines.read(Files.writeString(folder.resolve("a.txt"), "  a b \n\n \nc")));
  }

  @Test
  void aFileWithoutTextIsRefused() throws IOException {
    Path empty = Files.writeString(folder.resolve("empty.txt"), "\n \n");
    assertEquals(
        empty + ": has no text", assertThrows(InputException.class, () -> TextLines.read(empty)).getMessage());
    Path binary = Files.write(folder.resolve("binary.txt"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
    assertEquals(
        binary + ": is no UTF-8 text", assertThrows(InputException.class, () -> TextLines.read(binary)).getMessage());
  }
}
