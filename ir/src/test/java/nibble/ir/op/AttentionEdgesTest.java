package nibble.ir.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.op.Attention.Causal;
import nibble.ir.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Lengths, masks and heads at their edges, of attention as it is and by every scheme. */
class AttentionEdgesTest {
  private static final int DEPTH = 32;

  static Stream<Optional<AttentionScheme>> schemes() {
    return Stream.concat(Stream.of(Optional.empty()), Stream.of(AttentionScheme.values()).map(Optional::of));
  }

  private static Attention op(Causal causal, Optional<AttentionScheme> scheme) {
    return new Attention(
        1 / Math.sqrt(DEPTH), causal, Optional.empty(), Optional.empty(), scheme, Optional.empty(), Formats.F32);
  }

  private static Tensor random(Shape shape, int seed) {
    Random random = new Random(seed);
    return Tensor.of(TensorType.of(shape, Formats.F16),
        random.doubles(shape.size().constant(), -2, 2).toArray()).rounded();
  }

  private static List<Tensor> operands(int heads, int keyHeads, int queries, int keys) {
    return List.of(random(Shape.of(heads, queries, DEPTH), 1), random(Shape.of(keyHeads, keys, DEPTH), 2),
        random(Shape.of(keyHeads, keys, DEPTH), 3));
  }

  private static double[] eval(Attention op, List<Tensor> operands) {
    TensorType result = op.infer(operands.stream().map(Tensor::type).toList());
    return op.eval(operands, result).elements();
  }

  private static List<Tensor> with(List<Tensor> operands, Tensor mask) {
    List<Tensor> all = new ArrayList<>(operands);
    all.add(mask);
    return all;
  }

  private static Tensor truths(int queries, int keys, IntPredicate truth) {
    return Tensor.generate(
        TensorType.of(Shape.of(queries, keys), Formats.BOOL), i -> truth.test(i) ? 1 : 0);
  }

  /** Low-bit results are near exact ones, whatever the lengths. */
  @ParameterizedTest
  @MethodSource("schemes")
  void lengths(Optional<AttentionScheme> scheme) {
    for (int queries : List.of(1, 15, 17, 65, 129)) {
      for (int keys : List.of(1, 16, 63, 130)) {
        for (Causal causal : Causal.values()) {
          List<Tensor> operands = operands(2, 1, queries, keys);
          double[] exact = eval(op(causal, Optional.empty()), operands);
          double[] actual = eval(op(causal, scheme), operands);
          double norm = Math.sqrt(DoubleStream.of(exact).map(x -> x * x).sum());
          double distance = 0;
          for (int i = 0; i < exact.length; i++) {
            distance += (exact[i] - actual[i]) * (exact[i] - actual[i]);
          }
          double off = Math.sqrt(distance) / norm;
          assertTrue(off < 0.35, () -> scheme + " " + causal + " " + queries + " " + keys + ": " + off);
        }
      }
    }
  }

  /** A query that sees nothing has zeros; one that sees a key has its value, as the value's codes have it. */
  @ParameterizedTest
  @MethodSource("schemes")
  void queriesThatSeeNothing(Optional<AttentionScheme> scheme) {
    int queries = 70;
    int keys = 66;
    List<Tensor> operands = operands(1, 1, queries, keys);
    double[] result = eval(
        op(Causal.NONE, scheme), with(operands, truths(queries, keys, i -> i / keys % 2 == 1 && i % keys == 65)));
    double[] values = operands.get(2).elements();
    for (int i = 0; i < result.length; i++) {
      boolean sees = i / DEPTH % 2 == 1;
      double value = values[65 * DEPTH + i % DEPTH];
      assertEquals(sees ? value : 0, result[i], sees ? 0.3 : 0);
    }
    double[] causal = eval(op(Causal.BOTTOM_RIGHT, scheme), operands(1, 1, 5, 2));
    assertArrayEquals(new double[3 * DEPTH], Arrays.copyOf(causal, 3 * DEPTH));
  }

  /** Zeros have no scale; they are zeros still. */
  @ParameterizedTest
  @MethodSource("schemes")
  void operandsOfZeros(Optional<AttentionScheme> scheme) {
    Tensor zeros = Tensor.generate(TensorType.of(Shape.of(1, 70, DEPTH), Formats.F16), i -> 0);
    Tensor values = random(Shape.of(1, 70, DEPTH), 3);
    assertArrayEquals(new double[70 * DEPTH], eval(op(Causal.NONE, scheme), List.of(values, values, zeros)));
    double[] means = eval(op(Causal.NONE, scheme), List.of(zeros, zeros, values));
    double mean = DoubleStream.iterate(0, i -> i < 70, i -> i + 1).map(i -> values.elements()[(int) i * DEPTH]).sum()
        / 70;
    assertEquals(mean, means[0], 0.06);
  }

  /** Heads that share keys give what repeated keys give, bit for bit. */
  @ParameterizedTest
  @MethodSource("schemes")
  void sharedKeysAreRepeatedKeys(Optional<AttentionScheme> scheme) {
    List<Tensor> shared = operands(4, 2, 20, 70);
    List<Tensor> repeated = new ArrayList<>(shared);
    for (int operand = 1; operand < 3; operand++) {
      double[] elements = shared.get(operand).elements();
      repeated.set(operand, Tensor.generate(TensorType.of(Shape.of(4, 70, DEPTH), Formats.F16),
          i -> elements[i / (70 * DEPTH) / 2 * 70 * DEPTH + i % (70 * DEPTH)]));
    }
    assertArrayEquals(
        eval(op(Causal.TOP_LEFT, scheme), repeated), eval(op(Causal.TOP_LEFT, scheme), shared));
  }

  /** A constant that is added to all keys changes nothing; exactly so without codes. */
  @Test
  void keysMayBeShifted() {
    List<Tensor> operands = operands(1, 1, 9, 40);
    Tensor keys = operands.get(1);
    Tensor shifted = Tensor.generate(keys.type(), i -> keys.elements()[i] + i % DEPTH);
    double[] before = eval(op(Causal.NONE, Optional.empty()), operands);
    double[] after = eval(op(Causal.NONE, Optional.empty()), List.of(operands.get(0), shifted, operands.get(2)));
    assertArrayEquals(before, after, 1e-12);
  }

  /** Causal masks are those of truth values. */
  @Test
  void causalMasksAreTruthValues() {
    for (int queries : List.of(1, 7, 30)) {
      for (int keys : List.of(1, 12, 30)) {
        List<Tensor> operands = operands(1, 1, queries, keys);
        for (Causal causal : List.of(Causal.TOP_LEFT, Causal.BOTTOM_RIGHT)) {
          int more = causal == Causal.TOP_LEFT ? 0 : keys - queries;
          Tensor mask = truths(queries, keys, i -> i % keys <= i / keys + more);
          assertArrayEquals(
              eval(op(Causal.NONE, Optional.empty()), with(operands, mask)),
              eval(op(causal, Optional.empty()), operands));
        }
      }
    }
  }
}
