package nibble.codegen.cost;

import com.google.common.collect.ImmutableList;
import java.util.Locale;

/** Modelled ratios beside published ones, as a table of Markdown. */
public final class SparsityTable {
  /** A figure that is further off than this is called a miss. */
  private static final double MISS = 1.25;

  private SparsityTable() {}

  /** The table, and how many of its figures are misses. */
  public static String of(ImmutableList<PublishedRatio> ratios) {
    StringBuilder text = new StringBuilder("""
        | source | product | layout | on | published | modelled | waits for | verdict | |
        | --- | --- | --- | --- | --- | --- | --- | --- | --- |
        """);
    ratios.forEach(ratio -> row(text, ratio));
    long misses = ratios.stream().filter(SparsityTable::isMiss).count();
    long contradictions = ratios.stream().filter(SparsityTable::contradicts).count();
    return text.append(String.format(
        Locale.ROOT, "%nOf %d figures, %d are missed by more than a quarter; %d verdicts are not what was measured.%n",
        ratios.size(), misses, contradictions)).toString();
  }

  private static void row(StringBuilder text, PublishedRatio ratio) {
    SparsityVerdict verdict = ratio.modelled();
    String published = ratio.least() == ratio.most()
        ? number(ratio.least()) : number(ratio.least()) + " to " + number(ratio.most());
    text.append(String.format(
        Locale.ROOT, "| %s: %s | %s %s | %s | %s | %s | %s | %s | %s | %s |%n", ratio.source(), ratio.note(),
        ratio.shape(), ratio.format().name(), ratio.layout().text(), ratio.target().part().name(), published,
        number(verdict.gain()), verdict.sparse().bound(), verdict.pays() ? "sparse" : "dense", remark(ratio)));
  }

  private static String remark(PublishedRatio ratio) {
    String miss = isMiss(ratio) ? String.format(Locale.ROOT, "missed, %.2f of it", ratio.miss()) : "";
    return contradicts(ratio) ? (miss.isEmpty() ? "" : miss + "; ") + "wrong verdict" : miss;
  }

  private static boolean isMiss(PublishedRatio ratio) {
    return ratio.miss() > MISS || ratio.miss() < 1 / MISS;
  }

  /** Whether the verdict says sparse where that lost, or dense where it gained a tenth. */
  private static boolean contradicts(PublishedRatio ratio) {
    return ratio.modelled().pays() ? ratio.most() <= 1 : ratio.least() >= SparsityVerdict.LEAST_GAIN;
  }

  private static String number(double ratio) {
    return String.format(Locale.ROOT, ratio < 10 ? "%.2f" : "%.1f", ratio);
  }
}
