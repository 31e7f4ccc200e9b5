package nibble.ir.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import nibble.ir.TensorType;
import nibble.ir.TypeRuleException;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.op.Attention.Causal;
import nibble.ir.op.Attention.Lengths;
import nibble.ir.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sequences of different lengths in a batch, and the logarithms of sums of exponentials. */
class AttentionLengthsTest {
  private static final int DEPTH = 16;
  private static final int TOKENS = 12;
  private static final int[] LENGTHS = {0, 1, 7, 12, 30};

  private static Attention op(Causal causal) {
    return new Attention(
        0.25, causal, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Formats.F32);
  }

  private static Tensor random(int batches, int rows, int seed) {
    Random random = new Random(seed);
    return Tensor.inOrder(
        TensorType.of(Shape.of(batches, 1, rows, DEPTH), Formats.F32), i -> 2 * random.nextGaussian());
  }

  private static List<Tensor> operands() {
    List<Tensor> operands =
        new ArrayList<>(Stream.of(1, 2, 3).map(seed -> random(LENGTHS.length, TOKENS, seed)).toList());
    operands.add(Tensor.generate(TensorType.of(Shape.of(LENGTHS.length, 1), Formats.I32), i -> LENGTHS[i]));
    return operands;
  }

  /** Rows of one batch, the first of them. */
  private static Tensor part(Tensor all, int batch, int rows) {
    int size = all.extents()[2] * DEPTH;
    return Tensor.generate(
        TensorType.of(Shape.of(1, 1, rows, DEPTH), Formats.F32), i -> all.elements()[batch * size + i]);
  }

  private static double[] eval(CompositeOp op, List<Tensor> operands) {
    return op.eval(operands, op.infer(operands.stream().map(Tensor::type).toList())).elements();
  }

  /** Sequences of 0, 1, 7 and 12 tokens between others that are of none, one behind the other. */
  @ParameterizedTest
  @EnumSource(Causal.class)
  void packedSequencesAreWhatTheyAreByThemselves(Causal causal) {
    int[] offsets = {2, 2, 3, 10, 22};
    int tokens = 25;
    List<Tensor> operands = new ArrayList<>(Stream.of(4, 5, 6).map(seed -> random(1, tokens, seed)).toList());
    operands.add(Tensor.generate(TensorType.of(Shape.of(offsets.length), Formats.I32), i -> offsets[i]));
    double[] whole = eval(op(causal).withLengths(Lengths.PACKED), operands);
    double[] logarithms =
        eval(AttentionLse.of(op(causal).withLengths(Lengths.PACKED)), AttentionLse.operands(operands));
    double[] expected = new double[tokens * DEPTH];
    double[] expectedOfRows = new double[tokens];
    Arrays.fill(expectedOfRows, Double.NEGATIVE_INFINITY);
    for (int i = 0; i + 1 < offsets.length; i++) {
      int start = offsets[i];
      int length = offsets[i + 1] - start;
      if (length > 0) {
        TensorType type = TensorType.of(Shape.of(1, 1, length, DEPTH), Formats.F32);
        List<Tensor> alone = operands.subList(0, 3).stream()
            .map(all -> Tensor.generate(type, j -> all.elements()[start * DEPTH + j])).toList();
        System.arraycopy(eval(op(causal), alone), 0, expected, start * DEPTH, length * DEPTH);
        System.arraycopy(
            eval(AttentionLse.of(op(causal)), AttentionLse.operands(alone)), 0, expectedOfRows, start, length);
      }
    }
    assertArrayEquals(expected, whole, 1e-12);
    assertArrayEquals(expectedOfRows, logarithms, 1e-12);
  }

  @Test
  void offsetsAreAVectorOfIntegersForTokens() {
    Attention packed = op(Causal.NONE).withLengths(Lengths.PACKED);
    TensorType tokens = TensorType.of(Shape.of(3, 8, DEPTH), Formats.F32);
    TensorType offsets = TensorType.of(Shape.of(4), Formats.I32);
    assertEquals(tokens, packed.infer(List.of(tokens, tokens, tokens, offsets)));
    TensorType fewer = TensorType.of(Shape.of(3, 5, DEPTH), Formats.F32);
    TypeRuleException differ = assertThrows(
        TypeRuleException.class, () -> packed.infer(List.of(fewer, tokens, tokens, offsets)));
    assertEquals(
        "queries and keys of packed sequences are made of the same tokens, not of 5 and 8", differ.getMessage());
    TensorType matrix = TensorType.of(Shape.of(1, 4), Formats.I32);
    assertThrows(TypeRuleException.class, () -> packed.infer(List.of(tokens, tokens, tokens, matrix)));
    Attention fills = new Attention(
        1, Causal.TOP_LEFT, Optional.empty(), Optional.of(-10.0), Optional.empty(), Optional.empty(),
        Optional.of(Lengths.PACKED), Formats.F32);
    TypeRuleException filled =
        assertThrows(TypeRuleException.class, () -> fills.infer(List.of(tokens, tokens, tokens, offsets)));
    assertEquals("attention of packed sequences has no score that fills", filled.getMessage());
  }

  /** Each sequence has what it has by itself, cut to its length; behind are zeros, and logarithms of nothing. */
  @ParameterizedTest
  @EnumSource(Causal.class)
  void sequencesAreWhatTheyAreByThemselves(Causal causal) {
    List<Tensor> operands = operands();
    for (Lengths lengths : List.of(Lengths.KEYS, Lengths.TOKENS)) {
      double[] whole = eval(op(causal).withLengths(lengths), operands);
      double[] logarithms = eval(
          AttentionLse.of(op(causal).withLengths(lengths)), AttentionLse.operands(operands));
      for (int batch = 0; batch < LENGTHS.length; batch++) {
        int keys = Math.min(LENGTHS[batch], TOKENS);
        int queries = lengths == Lengths.TOKENS ? keys : TOKENS;
        double[] rows = Arrays.copyOfRange(whole, batch * TOKENS * DEPTH, (batch + 1) * TOKENS * DEPTH);
        double[] ofRows = Arrays.copyOfRange(logarithms, batch * TOKENS, (batch + 1) * TOKENS);
        double[] expected = new double[TOKENS * DEPTH];
        double[] expectedOfRows = new double[TOKENS];
        Arrays.fill(expectedOfRows, Double.NEGATIVE_INFINITY);
        if (keys > 0) {
          List<Tensor> alone = List.of(
              part(operands.get(0), batch, queries), part(operands.get(1), batch, keys),
              part(operands.get(2), batch, keys));
          System.arraycopy(eval(op(causal), alone), 0, expected, 0, queries * DEPTH);
          System.arraycopy(
              eval(AttentionLse.of(op(causal)), AttentionLse.operands(alone)), 0, expectedOfRows, 0, queries);
        }
        assertArrayEquals(expected, rows, 1e-12, lengths + " " + batch);
        assertArrayEquals(expectedOfRows, ofRows, 1e-12, lengths + " " + batch);
      }
    }
  }

  /** What is behind the length has no part, whatever fills what is hidden otherwise. */
  @Test
  void fillsAreForWhatIsThere() {
    Attention filling = new Attention(
        0.25, Causal.TOP_LEFT, Optional.empty(), Optional.of(-3.0), Optional.empty(), Optional.empty(),
        Optional.of(Lengths.KEYS), Formats.F32);
    List<Tensor> operands = operands();
    double[] result = eval(filling, operands);
    double[] onlyKey = operands.get(2).elements();
    // The second sequence has one key, which all queries see, in position or filled.
    int first = TOKENS * DEPTH;
    for (int i = 0; i < TOKENS * DEPTH; i++) {
      assertEquals(onlyKey[first + i % DEPTH], result[first + i], 1e-12);
    }
  }

  /** Numbers so large that their exponentials are infinite have a logarithm of the sum all the same. */
  @Test
  void logarithmsHoldAnyScores() {
    Tensor large = Tensor.generate(TensorType.of(Shape.of(2, DEPTH), Formats.F32), i -> 100);
    double[] result = eval(AttentionLse.of(op(Causal.NONE)), List.of(large, large));
    assertArrayEquals(new double[] {0.25 * DEPTH * 1e4 + Math.log(2), 0.25 * DEPTH * 1e4 + Math.log(2)}, result, 1e-9);
  }

  /** A sum over two parts of the keys is put together of theirs, which is what the logarithms are for. */
  @Test
  void resultsOfPartsOfTheKeysAdd() {
    Tensor queries = random(1, 5, 1);
    Tensor keys = random(1, 9, 2);
    Tensor values = random(1, 9, 3);
    double[] whole = eval(op(Causal.NONE), List.of(queries, keys, values));
    Tensor first = part(keys, 0, 4);
    Tensor rest =
        Tensor.generate(TensorType.of(Shape.of(1, 1, 5, DEPTH), Formats.F32), i -> keys.elements()[4 * DEPTH + i]);
    Tensor restValues =
        Tensor.generate(TensorType.of(Shape.of(1, 1, 5, DEPTH), Formats.F32), i -> values.elements()[4 * DEPTH + i]);
    double[] a = eval(op(Causal.NONE), List.of(queries, first, part(values, 0, 4)));
    double[] b = eval(op(Causal.NONE), List.of(queries, rest, restValues));
    double[] la = eval(AttentionLse.of(op(Causal.NONE)), List.of(queries, first));
    double[] lb = eval(AttentionLse.of(op(Causal.NONE)), List.of(queries, rest));
    for (int i = 0; i < whole.length; i++) {
      double share = 1 / (1 + Math.exp(lb[i / DEPTH] - la[i / DEPTH]));
      assertEquals(whole[i], share * a[i] + (1 - share) * b[i], 1e-12);
    }
  }

  /** More queries than keys: those up to the length are there, and see all keys. */
  @Test
  void queriesAreCountedByThemselves() {
    List<Tensor> operands = new ArrayList<>(List.of(random(1, 6, 1), random(1, 3, 2), random(1, 3, 3)));
    double[] plain = eval(op(Causal.NONE), operands);
    operands.add(Tensor.generate(TensorType.of(Shape.of(1, 1), Formats.I32), i -> 5));
    double[] cut = eval(op(Causal.NONE).withLengths(Lengths.TOKENS), operands);
    Arrays.fill(plain, 5 * DEPTH, 6 * DEPTH, 0);
    assertArrayEquals(plain, cut, 1e-12);
  }

  @Test
  void lengthsAreIntegersForHeads() {
    List<TensorType> types = new ArrayList<>(operands().stream().map(Tensor::type).toList());
    Attention op = op(Causal.NONE).withLengths(Lengths.KEYS);
    types.set(3, TensorType.of(Shape.of(LENGTHS.length), Formats.I32));
    assertTrue(assertThrows(TypeRuleException.class, () -> op.infer(types)).getMessage().contains("broadcast to"));
    types.set(3, TensorType.of(Shape.of(LENGTHS.length, 1), Formats.F32));
    assertThrows(TypeRuleException.class, () -> op.infer(types));
    assertThrows(TypeRuleException.class, () -> op.infer(types.subList(0, 3)));
  }
}
