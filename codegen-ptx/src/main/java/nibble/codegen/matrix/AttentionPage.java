package nibble.codegen.matrix;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import nibble.codegen.matrix.AttentionMatrix.Cell;
import nibble.codegen.target.Target;

/** The matrix of attention as Markdown: tables for each target, or for all of which they are the same. */
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
      targets.computeIfAbsent(tables(target), tables -> new ArrayList<>()).add(target.name());
    }
    StringBuilder text = new StringBuilder();
    targets.forEach((tables, names) ->
        text.append("## ").append(String.join(", ", names)).append("\n\n").append(tables));
    text.append("## Reasons\n\n");
    reasons.forEach((reason, number) -> text.append(number).append(". ").append(reason).append("\n"));
    return text.toString();
  }

  private String tables(Target target) {
    StringBuilder text = new StringBuilder();
    cells.stream().map(cell -> cell.row().table()).distinct().forEach(table ->
        text.append("### Attention ").append(table).append("\n\n")
            .append(table(target, table)).append("\n"));
    return text.toString();
  }

  /** A row for each attention, for there are more of them than of clauses. */
  private String table(Target target, String table) {
    StringBuilder text = new StringBuilder("| |");
    AttentionClause.all().forEach(clause -> text.append(" `").append(clause).append("` |"));
    text.append("\n|").append(" --- |".repeat(AttentionClause.all().size() + 1)).append("\n");
    for (AttentionRow row
        : cells.stream().map(Cell::row).filter(row -> row.table().equals(table)).distinct().toList()) {
      text.append("| ").append(row.title()).append(" |");
      for (AttentionClause clause : AttentionClause.all()) {
        text.append(" ").append(cell(target, clause, row)).append(" |");
      }
      text.append("\n");
    }
    return text.toString();
  }

  private String cell(Target target, AttentionClause clause, AttentionRow row) {
    Support support = cells.stream()
        .filter(cell -> cell.target().equals(target) && cell.clause().equals(clause) && cell.row().equals(row))
        .map(Cell::support).findFirst().orElseThrow();
    return support instanceof Support.Refused(String reason)
        ? "-" + reasons.computeIfAbsent(reason, next -> reasons.size() + 1) : support.text();
  }
}
