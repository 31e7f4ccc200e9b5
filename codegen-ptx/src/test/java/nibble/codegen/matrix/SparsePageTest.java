package nibble.codegen.matrix;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import nibble.codegen.Backend;
import nibble.codegen.target.Targets;
import org.junit.jupiter.api.Test;

/** {@code docs/sparse-matrix.md} is what the compiler says. {@code -Dnibble.bless=true} writes it anew. */
class SparsePageTest {
  private static final Path PAGE = Path.of("..", "docs", "sparse-matrix.md");

  private static final String HEAD =
      """
      # How products with compressed weights are computed

      Made by `SparsePageTest`, which compiles a program for each cell; `-Dnibble.bless=true` writes it anew, and
      `nibble matrix --sparse` prints the same. A row is the format of both operands with the scales of activation and
      weight, a column the sparse layout that the weight is stored as, in groups along the depth of the product.

      *native*: `mma.sp::ordered_metadata` multiplies stored elements, half as many as the groups have, of V:N:M those of
      the kept columns alone; of `block`, the instruction of the dense product multiplies the kept blocks, codes unpacked
      where it takes none, and the main loop visits no others. *decompressed*: each element is found by its code before it
      is multiplied; memory holds what is stored. A number is that of a reason, at the end: why a cell is decompressed, and behind a dash why there is no
      kernel. Every cell without a dash is run on the PTX machine and proven within its error bound (`SparseMatrixTest` in
      `runtime/engine`).

      """;

  @Test
  void isFresh() throws IOException {
    String page = HEAD + SparsePage.of(new SparseMatrix(new Backend(), Targets.all()));
    if (Boolean.getBoolean("nibble.bless")) {
      Files.writeString(PAGE, page);
    }
    assertEquals(Files.readString(PAGE), page, "-Dnibble.bless=true writes the page anew");
  }
}
