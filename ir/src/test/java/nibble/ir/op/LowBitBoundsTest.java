package nibble.ir.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import nibble.ir.TensorType;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.F32Model;
import nibble.ir.eval.Tensor;
import nibble.ir.format.FixedRounding;
import nibble.ir.format.Formats;
import nibble.ir.shape.Shape;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Bounds of low-bit attention of codes: near enough that what is computed otherwise is outside. */
class LowBitBoundsTest {
  private static final int QUERIES = 40;
  private static final int KEYS = 200;
  private static final int DEPTH = 32;
  private static final int WIDTH = 48;

  private static Attention op(AttentionScheme scheme) {
    return op(scheme, Optional.empty());
  }

  private static Attention op(AttentionScheme scheme, Optional<Double> fill) {
    return new Attention(
        1 / Math.sqrt(DEPTH), Attention.Causal.BOTTOM_RIGHT, Optional.empty(), fill, Optional.of(scheme),
        Optional.empty(), Formats.F32);
  }

  private static Tensor codes(int rows, int columns, TensorType type, Random random) {
    double[] x = new double[rows * columns];
    Arrays.setAll(x, i -> random.nextGaussian());
    Tensor tensor = Tensor.of(TensorType.of(Shape.of(rows, columns), Formats.F32), x).rounded();
    return new Quantize(FixedRounding.NEAREST_AWAY, type).eval(List.of(tensor), type);
  }

  private static List<Tensor> operands(AttentionScheme scheme) {
    AttentionCodes codes = new AttentionCodes(scheme.lowBit());
    Random random = new Random(7);
    return List.of(
        codes(QUERIES, DEPTH, codes.queries(TensorType.of(Shape.of(QUERIES, DEPTH), Formats.F32)), random),
        codes(KEYS, DEPTH, codes.keys(TensorType.of(Shape.of(KEYS, DEPTH), Formats.F32)), random),
        values(scheme, codes.values(TensorType.of(Shape.of(KEYS, WIDTH), Formats.F32)), random));
  }

  /** Values, up to the largest code that the scheme has for them. */
  private static Tensor values(AttentionScheme scheme, TensorType type, Random random) {
    Tensor codes = codes(WIDTH, Math.toIntExact(type.shape().last().constant()), type, random);
    double factor = type.format().equals(Formats.E4M3) ? scheme.lowBit().range() / type.format().max() : 1;
    double[] elements = codes.elements().clone();
    Arrays.setAll(elements, i -> type.format().round(elements[i] * factor));
    return codes.withElements(elements);
  }

  private static double[] bounds(Attention op, List<Tensor> operands, Tensor exact) {
    return op.error(operands.stream().map(tensor -> new Approximate(tensor, new double[tensor.size()])).toList(), exact,
        new F32Model());
  }

  /**
   * Steps of another length have other codes of weights, and so do weights that are not relative to the largest so far.
   */
  @ParameterizedTest
  @EnumSource(names = {"SAGE2", "SAGE2PP", "SAGE1_INT8", "SAGE3"})
  void findWhatIsComputedOtherwise(AttentionScheme scheme) {
    Attention op = op(scheme);
    List<Tensor> operands = operands(scheme);
    TensorType type = TensorType.of(Shape.of(QUERIES, WIDTH), Formats.F32);
    Tensor exact = op.eval(operands, type);
    double[] bounds = bounds(op, operands, exact);
    double[] other = new LowBitAttention(op, scheme.lowBit().withStep(scheme.lowBit().step() / 2), operands).eval();
    double bound = 0;
    double norm = 0;
    int outside = 0;
    for (int i = 0; i < bounds.length; i++) {
      bound += bounds[i];
      norm += Math.abs(exact.elements()[i]);
      outside += Math.abs(other[i] - exact.elements()[i]) > bounds[i] ? 1 : 0;
    }
    double relative = bound / norm;
    int found = outside;
    assertTrue(relative < 0.015, () -> "bounds of " + relative);
    assertTrue(found > bounds.length / 4, () -> found + " of " + bounds.length + " are outside");
  }

  /** What is hidden by a score that no weight is left of has no part in bounds either, however low the score is. */
  @ParameterizedTest
  @EnumSource(names = {"SAGE2", "SAGE2PP", "SAGE1_INT8", "SAGE3"})
  void scoresThatFillMayBeVeryLow(AttentionScheme scheme) {
    List<Tensor> operands = operands(scheme);
    TensorType type = TensorType.of(Shape.of(QUERIES, WIDTH), Formats.F32);
    Tensor exact = op(scheme).eval(operands, type);
    double[] hidden = bounds(op(scheme), operands, exact);
    for (double fill : new double[] {-1e4, -1e30}) {
      Attention op = op(scheme, Optional.of(fill));
      assertArrayEquals(exact.elements(), op.eval(operands, type).elements());
      double[] filled = bounds(op, operands, exact);
      for (int i = 0; i < filled.length; i++) {
        assertTrue(filled[i] >= hidden[i] && filled[i] <= 1.01 * hidden[i], filled[i] + " for " + hidden[i]);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"SAGE2", "SAGE3"})
  void sayNothingWhereQuantizersArePartOfIt(AttentionScheme scheme) {
    Tensor x = Tensor.of(TensorType.of(Shape.of(4, 16), Formats.F32), new double[64]);
    double[] bounds = bounds(op(scheme), List.of(x, x, x), x);
    assertEquals(Double.POSITIVE_INFINITY, Arrays.stream(bounds).min().orElseThrow());
  }
}
