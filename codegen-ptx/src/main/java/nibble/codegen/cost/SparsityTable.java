package nibble.codegen.cost;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Locale;

/** Modelled ratios beside published ones, as a table of Markdown. */
public final class SparsityTable {
  /** A figure that is further off than this is called a miss. */
  private static final double MISS = 1.25;

  private SparsityTable() {}

  /** A published figure, and what the model says. */
  private record Row(PublishedRatio ratio, SparsityVerdict verdict) {
    /** How far off the modelled ratio is. */
    double miss() {
      return ratio.miss(verdict);
    }

    boolean isMiss() {
      return miss() > MISS || miss() < 1 / MISS;
    }

    /** Whether the verdict says sparse where that lost, or dense where it gained a tenth. */
    boolean contradicts() {
      return verdict.pays() ? ratio.most() <= 1 : ratio.least() >= SparsityVerdict.LEAST_GAIN;
    }
  }

  /** The table, and how many of its figures are misses. */
  public static String of(ImmutableList<PublishedRatio> ratios) {
    List<Row> rows = ratios.stream().map(ratio -> new Row(ratio, ratio.modelled())).toList();
    StringBuilder text = new StringBuilder("""
        | source | product | layout | on | published | modelled | waits for | verdict | |
        | --- | --- | --- | --- | --- | --- | --- | --- | --- |
        """);
    rows.forEach(row -> row(text, row));
    return text.append(String.format(
        Locale.ROOT, "%nOf %d figures, %d are missed by more than a quarter; %d verdicts are not what was measured.%n",
        rows.size(), rows.stream().filter(Row::isMiss).count(), rows.stream().filter(Row::contradicts).count()))
        .toString();
  }

  private static void row(StringBuilder text, Row row) {
    PublishedRatio ratio = row.ratio;
    SparsityVerdict verdict = row.verdict;
    String published = ratio.least() == ratio.most()
        ? number(ratio.least()) : number(ratio.least()) + " to " + number(ratio.most());
    text.append(String.format(
        Locale.ROOT, "| %s: %s | %s %s | %s | %s | %s | %s | %s | %s | %s |%n", ratio.source(), ratio.note(),
        ratio.shape(), ratio.format().name(), ratio.layout().text(), ratio.target().part().name(), published,
        number(verdict.gain()), verdict.sparse().bound(), verdict.pays() ? "sparse" : "dense", remark(row)));
  }

  private static String remark(Row row) {
    String miss = row.isMiss() ? String.format(Locale.ROOT, "missed, %.2f of it", row.miss()) : "";
    return row.contradicts() ? (miss.isEmpty() ? "" : miss + "; ") + "wrong verdict" : miss;
  }

  private static String number(double ratio) {
    return String.format(Locale.ROOT, ratio < 10 ? "%.2f" : "%.1f", ratio);
  }
}
