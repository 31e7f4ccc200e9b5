package nibble.codegen.matrix;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import nibble.codegen.matrix.AttentionMatrix.Cell;
import nibble.codegen.target.Target;

/** The matrix of attention as Markdown: a table for each target, or one for all of which it is the same. */
public final class AttentionPage {
  private final ImmutableList<Cell> cells;
  private final Map<String, Integer> reasons = new LinkedHashMap<>();

  private AttentionPage(ImmutableList<Cell> cells) {
    this.cells = cells;
  }

  /** The tables and the reasons. */
  public static String of(ImmutableList<Cell> cells) {
    return new AttentionPage(cells).write();
  }

  private String write() {
    Map<String, List<String>> targets = new LinkedHashMap<>();
    for (Target target : cells.stream().map(Cell::target).distinct().toList()) {
      targets.computeIfAbsent(table(target), table -> new ArrayList<>()).add(target.name());
    }
    StringBuilder text = new StringBuilder();
    targets.forEach((table, names) ->
        text.append("## ").append(String.join(", ", names)).append("\n\n").append(table).append("\n"));
    text.append("## Reasons\n\n");
    reasons.forEach((reason, number) -> text.append(number).append(". ").append(reason).append("\n"));
    return text.toString();
  }

  /** A row for each feature, for there are more of them than of clauses. */
  private String table(Target target) {
    StringBuilder text = new StringBuilder("| |");
    AttentionClause.all().forEach(clause -> text.append(" `").append(clause).append("` |"));
    text.append("\n|").append(" --- |".repeat(AttentionClause.all().size() + 1)).append("\n");
    for (AttentionFeature feature : AttentionFeature.values()) {
      text.append("| ").append(feature.title()).append(" |");
      for (AttentionClause clause : AttentionClause.all()) {
        text.append(" ").append(cell(target, clause, feature)).append(" |");
      }
      text.append("\n");
    }
    return text.toString();
  }

  private String cell(Target target, AttentionClause clause, AttentionFeature feature) {
    Support support = cells.stream()
        .filter(cell -> cell.target().equals(target) && cell.clause().equals(clause) && cell.feature() == feature)
        .map(Cell::support).findFirst().orElseThrow();
    return support instanceof Support.Refused(String reason)
        ? "-" + reasons.computeIfAbsent(reason, next -> reasons.size() + 1) : support.text();
  }
}
