package nibble.engine.verify;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableLongArray;
import java.util.stream.IntStream;
import nibble.ir.Location;
import nibble.ir.eval.Comparison;
import nibble.ir.eval.Tensor;

/**
 * How far an attention of a program is from that of its model, in the terms of papers on it.
 *
 * @param location of the product with values, which the attention stands for
 * @param all over all heads
 * @param kept share of the model's scores that the program's attention needs
 * @param heads each of them, over all batches
 */
public record AttentionAccuracy(Location location, Comparison all, double kept, ImmutableList<Head> heads) {
  /** A head, and the share of its scores that are needed. */
  public record Head(Comparison comparison, double kept) {}

  /**
   * Compares results {@code [.., H, N, E]}.
   *
   * @param keys of the model's attention
   * @param scores that the program's attention needs, by heads
   */
  static AttentionAccuracy of(Location location, Tensor reference, Tensor other, int keys, ImmutableLongArray scores) {
    int heads = scores.length();
    int[] extents = reference.extents();
    int queries = extents[extents.length - 2];
    int ofHead = queries * extents[extents.length - 1];
    double[] exact = reference.values();
    double[] actual = other.values();
    int batches = exact.length / (heads * ofHead);
    double scoresOfHead = (double) batches * queries * keys;
    ImmutableList<Head> rows = IntStream.range(0, heads)
        .mapToObj(head -> new Head(
            Comparison.of(ofHead(exact, head, heads, ofHead), ofHead(actual, head, heads, ofHead)),
            scores.get(head) / scoresOfHead))
        .collect(ImmutableList.toImmutableList());
    double kept = scores.stream().sum() / (heads * scoresOfHead);
    return new AttentionAccuracy(location, Comparison.of(exact, actual), kept, rows);
  }

  /** The elements of a head in all batches. */
  private static double[] ofHead(double[] elements, int head, int heads, int length) {
    int batches = elements.length / (heads * length);
    double[] part = new double[batches * length];
    for (int batch = 0; batch < batches; batch++) {
      System.arraycopy(elements, (batch * heads + head) * length, part, batch * length, length);
    }
    return part;
  }
}
