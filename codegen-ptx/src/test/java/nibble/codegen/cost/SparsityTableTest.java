package nibble.codegen.cost;

import java.nio.file.Path;
import nibble.codegen.PageTable;
import org.junit.jupiter.api.Test;

/** The table of {@code docs/sparsity.md} is what the model says. {@code -Dnibble.bless=true} writes it anew. */
class SparsityTableTest {
  private static final PageTable TABLE = new PageTable(Path.of("..", "docs", "sparsity.md"), "published");

  @Test
  void isFresh() {
    TABLE.check(SparsityTable.of(PublishedRatio.all()));
  }
}
