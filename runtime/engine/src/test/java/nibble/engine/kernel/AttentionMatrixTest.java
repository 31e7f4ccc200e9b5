package nibble.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import nibble.codegen.Backend;
import nibble.codegen.matrix.AttentionClause;
import nibble.codegen.matrix.AttentionFeature;
import nibble.codegen.matrix.AttentionMatrix;
import nibble.codegen.matrix.AttentionMatrix.Cell;
import nibble.codegen.matrix.AttentionPage;
import nibble.codegen.matrix.AttentionRow;
import nibble.codegen.matrix.FeatureRow;
import nibble.codegen.target.Target;
import nibble.codegen.target.Targets;
import nibble.engine.matrix.CellProof;
import nibble.engine.matrix.ProveMatrix;
import nibble.engine.matrix.SparseRow;
import org.junit.jupiter.api.Test;

/**
 * Cells of {@code docs/attention-matrix.md} that have kernels are run and proven, a quarter of them or all, and the
 * page is what the compiler says. {@code -Dnibble.bless=true} proves all and writes it anew.
 */
class AttentionMatrixTest {
  private static final Path PAGE = Path.of("..", "..", "docs", "attention-matrix.md");

  private static final String HEAD =
      """
      # Which attentions have kernels

      Made by `AttentionMatrixTest`, which compiles a program for each cell; `-Dnibble.bless=true` writes it anew. A column is how
      precisely [attention](attention.md) is computed: as its operands are, or by a scheme on operands of f16; a row what it has
      besides queries, keys and values. Attentions of f32 are computed as products and what stands between them.

      What a sparse clause puts in place of an attention is one of selected blocks or of a window, and products, sums and comparisons
      around it, all of them proven. So rows of selected blocks say what goes with the clauses: each feature with each precision.

      A cell says what tensor cores multiply, for scores and then for values, in one kernel, and whether warpgroups do by `wgmma`. A
      number behind a dash is that of a reason, at the end. Every cell without one has been run on the PTX machine and proven within
      its error bound: what is the same code on several targets on the first of them, and products of FP8 and FP4 on each, for these
      are summed otherwise. The build compiles and proves some of every row and of every column each time, and all with
      `-Dnibble.matrix.all=true`.

      """;

  @Test
  void everyKernelIsProven() throws IOException {
    boolean all = Boolean.getBoolean("nibble.bless") || Boolean.getBoolean("nibble.matrix.all");
    // sm_86 is sm_80 here.
    ImmutableList<Target> targets = Stream.of("sm_80", "sm_89", "sm_90a", "sm_120a").map(Targets::get)
        .collect(ImmutableList.toImmutableList());
    ImmutableList<AttentionRow> rows = ImmutableList.<AttentionRow>builder()
        .addAll(FeatureRow.all()).addAll(SparseRow.all()).build();
    ImmutableList<Cell> cells = new AttentionMatrix(new Backend(), targets, rows)
        .cells((clause, row) -> all || isOfTheSome(clause, row, rows.indexOf(row)));
    if (Boolean.getBoolean("nibble.bless")) {
      Files.writeString(PAGE, HEAD + AttentionPage.of(cells));
    }
    String page = Files.readString(PAGE);
    if (all) {
      assertEquals(HEAD + AttentionPage.of(cells), page, "-Dnibble.bless=true writes the page anew");
    }
    cells.forEach(cell -> assertEquals(text(page, cell), cell.support().text(), cell + ": -Dnibble.bless=true"));
    ImmutableList<CellProof> proofs = ProveMatrix.prove(cells);
    assertEquals(List.of(), proofs.stream().filter(proof -> proof.fault().isPresent()).toList());
    assertTrue(proofs.size() > (all ? 1000 : 90), proofs.size() + " cells");
  }

  /** Some of every row and of every column. */
  private static boolean isOfTheSome(AttentionClause clause, AttentionRow row, int index) {
    boolean isWhole = row instanceof FeatureRow(AttentionFeature _, boolean isSelected) && !isSelected;
    return (AttentionClause.all().indexOf(clause) + index) % (isWhole ? 4 : 8) == 0;
  }

  /** What the page has of a cell; a dash where it has a reason. */
  private static String text(String page, Cell cell) {
    String section = Splitter.on("\n## ").splitToStream(page)
        .filter(part ->
            Splitter.on(", ").splitToList(part.lines().findFirst().orElse("")).contains(cell.target().name()))
        .findFirst().orElseThrow();
    String table = Splitter.on("\n### ").splitToStream(section)
        .filter(part -> part.startsWith("Attention " + cell.row().table() + "\n")).findFirst().orElseThrow();
    String row = table.lines().filter(line -> line.startsWith("| " + cell.row().title() + " |")).findFirst()
        .orElseThrow();
    String text = Splitter.on('|').trimResults().splitToList(row).get(2 + AttentionClause.all().indexOf(cell.clause()));
    return text.startsWith("-") ? "-" : text;
  }
}
