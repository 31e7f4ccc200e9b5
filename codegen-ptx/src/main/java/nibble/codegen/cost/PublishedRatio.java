package nibble.codegen.cost;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import com.google.common.io.Resources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import nibble.codegen.target.Target;
import nibble.codegen.target.Targets;
import nibble.ir.Registry;
import nibble.ir.format.NumberFormat;
import nibble.ir.layout.SparseLayout;

/**
 * How many times as fast as a dense product a sparse one was, as somebody has published.
 *
 * @param source where
 * @param target what it ran on
 * @param format of the operands
 * @param layout of the weight
 * @param op what was measured
 * @param shape of the product, or of the first one
 * @param least the ratio, or the least of several
 * @param most the largest of several
 * @param note what else there is to know
 */
public record PublishedRatio(
    String source, Target target, NumberFormat format, SparseLayout layout, PublishedOp op, ProductShape shape,
    double least, double most, String note) {

  /** All that are known, in the order of the table. */
  public static ImmutableList<PublishedRatio> all() {
    try {
      return Resources.readLines(Resources.getResource(PublishedRatio.class, "published.tsv"), StandardCharsets.UTF_8)
          .stream().filter(line -> !line.startsWith("#")).map(PublishedRatio::parse)
          .collect(ImmutableList.toImmutableList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static PublishedRatio parse(String line) {
    List<String> cells = Splitter.on('\t').splitToList(line);
    List<String> range = Splitter.on('-').splitToList(cells.get(7));
    List<Long> numbers = Splitter.on(':').splitToStream(cells.get(3)).map(Long::valueOf).toList();
    return new PublishedRatio(
        cells.get(0), Targets.get(cells.get(1)), Registry.core().format(cells.get(2)).orElseThrow(),
        Registry.core().sparseLayout(numbers.size()).orElseThrow().apply(numbers),
        PublishedOp.valueOf(cells.get(9)),
        new ProductShape(
            Long.parseLong(cells.get(4)), Long.parseLong(cells.get(5)), Long.parseLong(cells.get(6))),
        Double.parseDouble(range.getFirst()), Double.parseDouble(range.getLast()), cells.get(8));
  }

  /** What the model says. */
  public SparsityVerdict modelled() {
    return op.modelled(new ProductModel(target, format), shape, layout);
  }

  /**
   * The modelled ratio of a verdict by the nearest published one: 1 where it is among them, 2 where it is twice as
   * large.
   */
  double miss(SparsityVerdict verdict) {
    double gain = verdict.gain();
    return gain < least ? gain / least : gain > most ? gain / most : 1;
  }
}
