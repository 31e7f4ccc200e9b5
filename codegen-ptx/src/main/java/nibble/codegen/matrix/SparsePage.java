package nibble.codegen.matrix;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import nibble.codegen.Program;
import nibble.codegen.target.Target;

/** The matrix of sparse products as Markdown: a table for each target, or one for all of which it is the same. */
public final class SparsePage {
  private final SparseMatrix matrix;
  private final Map<String, Integer> reasons = new LinkedHashMap<>();

  private SparsePage(SparseMatrix matrix) {
    this.matrix = matrix;
  }

  /** The tables and the reasons. */
  public static String of(SparseMatrix matrix) {
    return new SparsePage(matrix).write();
  }

  private String write() {
    Map<String, List<String>> targets = new LinkedHashMap<>();
    for (Target target : matrix.targets()) {
      targets.computeIfAbsent(table(target), table -> new ArrayList<>()).add(target.name());
    }
    StringBuilder text = new StringBuilder();
    targets.forEach((table, names) ->
        text.append("**").append(String.join(", ", names)).append("**\n\n").append(table).append("\n"));
    text.append("## Reasons\n\n");
    reasons.forEach((reason, number) -> text.append(number).append(". ").append(reason).append("\n"));
    return text.toString();
  }

  private String table(Target target) {
    StringBuilder text = new StringBuilder("| |");
    SparsePrecision.LAYOUTS.forEach(layout -> text.append(" `").append(layout).append("` |"));
    text.append("\n|").append(" --- |".repeat(SparsePrecision.LAYOUTS.size() + 1)).append("\n");
    for (ImmutableList<SparsePrecision> row : SparsePrecision.rows()) {
      text.append("| `").append(row.getFirst().row()).append("` |");
      for (SparsePrecision precision : row) {
        text.append(" ").append(cell(matrix.support(precision, target))).append(" |");
      }
      text.append("\n");
    }
    return text.toString();
  }

  private String cell(Support support) {
    return switch (support) {
      case Support.Refused(String reason) ->
          "-" + number(reason.replaceFirst("tensor<\\[[^\\[]*, sparse<", "sparse<"));
      case Support.Decompressed(Program program, String reason) -> support.text() + " " + number(reason);
      case Support.Native program -> support.text();
      case Support.Unpacked program -> support.text();
    };
  }

  private int number(String reason) {
    return reasons.computeIfAbsent(reason, next -> reasons.size() + 1);
  }
}
