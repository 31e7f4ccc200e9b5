package nibble.codegen.matrix;

import static java.util.stream.Collectors.joining;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableTable;
import com.google.common.collect.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import nibble.codegen.target.Target;
import nibble.ir.format.NumberFormat;

/**
 * The matrix as Markdown: for each family a table of formats and layouts. Targets whose tables are the same share one.
 * A reason is written once, below the tables, and cells give its number.
 */
public final class MatrixPage {
  private final FormatMatrix matrix;
  private final Map<String, Integer> reasons = new LinkedHashMap<>();
  private final StringBuilder text = new StringBuilder();

  private MatrixPage(FormatMatrix matrix) {
    this.matrix = matrix;
  }

  /** The tables and the reasons. */
  public static String of(FormatMatrix matrix) {
    return new MatrixPage(matrix).write();
  }

  private String write() {
    for (KernelFamily family : KernelFamily.values()) {
      text.append("## ").append(family.title()).append("\n\n").append(family.summary()).append("\n\n");
      write(family);
    }
    text.append("## Reasons\n\n");
    reasons.forEach((reason, number) -> text.append(number).append(". ").append(reason).append("\n"));
    return text.toString();
  }

  private void write(KernelFamily family) {
    Map<Table<NumberFormat, String, String>, List<String>> targets = new LinkedHashMap<>();
    for (Target target : matrix.targets()) {
      targets.computeIfAbsent(cells(family, target), table -> new ArrayList<>()).add(target.name());
    }
    targets.forEach((table, names) -> write(table, names));
  }

  private Table<NumberFormat, String, String> cells(KernelFamily family, Target target) {
    ImmutableTable.Builder<NumberFormat, String, String> cells = ImmutableTable.builder();
    for (NumberFormat format : matrix.formats()) {
      for (String layout : matrix.layouts()) {
        Precision precision = new Precision(format, layout);
        cells.put(
            format, layout, precision.isAsked() ? cell(precision, matrix.support(family, precision, target)) : "");
      }
    }
    return cells.build();
  }

  private String cell(Precision precision, Support support) {
    return support instanceof Support.Refused(String reason)
        ? "-" + reasons.computeIfAbsent(precision.without(reason), next -> reasons.size() + 1)
        : support.text();
  }

  private void write(Table<NumberFormat, String, String> cells, List<String> targets) {
    ImmutableList<NumberFormat> formats = matrix.formats();
    text.append("**").append(String.join(", ", targets)).append("**\n\n| |");
    formats.forEach(format -> text.append(" `").append(format.name()).append("` |"));
    text.append("\n|").append(" --- |".repeat(formats.size() + 1)).append("\n");
    for (String layout : matrix.layouts()) {
      text.append("| ").append(layout.isEmpty() ? "no scales" : "`" + layout + "`").append(" | ")
          .append(formats.stream().map(format -> cells.get(format, layout)).collect(joining(" | "))).append(" |\n");
    }
    text.append("\n");
  }
}
