package nibble.codegen.matrix;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import nibble.codegen.Backend;
import nibble.codegen.target.Targets;
import org.junit.jupiter.api.Test;

/** {@code docs/format-matrix.md} is what the compiler says. {@code -Dnibble.bless=true} writes it anew. */
class MatrixPageTest {
  private static final Path PAGE = Path.of("..", "docs", "format-matrix.md");

  private static final String HEAD =
      """
      # Which precisions have kernels

      Made by `MatrixPageTest`, which compiles a program for each cell; `-Dnibble.bless=true` writes it anew, and `nibble matrix`
      prints the same with the formats and layouts of plugins.

      *native*: instructions take the elements as they are stored, those of tensor cores or conversions. Another name is the
      format that elements become on their way to the instructions, `f32` where these are no tensor cores. A number behind a dash
      is that of a reason, at the end. Every cell without one is run on the PTX machine and proven within its error bound
      (`FormatMatrixTest` in `runtime/engine`), and assembled where there is an assembler.

      """;

  @Test
  void isFresh() throws IOException {
    String page = HEAD + MatrixPage.of(FormatMatrix.of(new Backend(), Targets.all()));
    if (Boolean.getBoolean("nibble.bless")) {
      Files.writeString(PAGE, page);
    }
    assertEquals(Files.readString(PAGE), page, "-Dnibble.bless=true writes the page anew");
  }
}
