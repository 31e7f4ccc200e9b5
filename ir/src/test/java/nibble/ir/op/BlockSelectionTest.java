package nibble.ir.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import nibble.ir.BlockBuilder;
import nibble.ir.Function;
import nibble.ir.Location;
import nibble.ir.TensorType;
import nibble.ir.TypeRuleException;
import nibble.ir.Value;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.op.Attention.Causal;
import nibble.ir.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Attention over selected blocks: what bitmaps and lists mean, with all else that an attention has. */
class BlockSelectionTest {
  private static final int DEPTH = 16;

  static Stream<Optional<AttentionScheme>> schemes() {
    return Stream.concat(Stream.of(Optional.empty()), Stream.of(AttentionScheme.values()).map(Optional::of));
  }

  private static Attention op(Causal causal, Optional<AttentionScheme> scheme) {
    return new Attention(0.25, causal, Optional.empty(), Optional.empty(), scheme, Optional.empty(), Formats.F32);
  }

  private static Tensor random(int seed, long... extents) {
    Random random = new Random(seed);
    return Tensor.inOrder(
        TensorType.of(Shape.of(extents), Formats.F16), i -> Formats.F16.round(random.nextGaussian()));
  }

  private static List<Tensor> operands(int heads, int keyHeads, int queries, int keys) {
    return List.of(random(1, heads, queries, DEPTH), random(2, keyHeads, keys, DEPTH),
        random(3, keyHeads, keys, DEPTH));
  }

  private static Tensor bitmap(Random random, double density, long... extents) {
    return Tensor.inOrder(
        TensorType.of(Shape.of(extents), Formats.BOOL), i -> random.nextDouble() < density ? 1 : 0);
  }

  private static List<Tensor> with(List<Tensor> operands, Tensor... more) {
    List<Tensor> all = new ArrayList<>(operands);
    all.addAll(List.of(more));
    return all;
  }

  private static double[] eval(Attention op, List<Tensor> operands) {
    return op.eval(operands, op.infer(operands.stream().map(Tensor::type).toList())).elements();
  }

  private static Tensor list(Attention op, List<Tensor> operands) {
    BlockBuilder builder = new BlockBuilder();
    Value value = builder.argument("x", operands.getLast().type());
    Value list = new BlockSelection(builder, op, operands.get(0).type().shape(), operands.get(1).type().shape())
        .list(value);
    Function function = new Function("f", builder.build(list), Location.UNKNOWN);
    return new Interpreter(Mode.EXACT, WeightSource.NONE).run(function, List.of(operands.getLast())).getFirst();
  }

  /** X12: all blocks are the attention without blocks, bit for bit, by every scheme. */
  @ParameterizedTest
  @MethodSource("schemes")
  void x12AllBlocks(Optional<AttentionScheme> scheme) {
    List<Tensor> operands = operands(2, 1, 70, 100);
    for (Causal causal : Causal.values()) {
      Attention op = op(causal, scheme);
      assertArrayEquals(
          eval(op, operands),
          eval(op.withBlocks(32, 16), with(operands, bitmap(new Random(1), 1, 2, 3, 7))), () -> causal + "");
    }
  }

  /** X14, T28: lists name what the bitmap has, in rising order, and mean the same. */
  @Test
  void x14ListsAndBitmaps() {
    Random random = new Random(5);
    for (double density : new double[] {0, 0.3, 0.8, 1}) {
      Attention op = op(Causal.NONE, Optional.empty()).withBlocks(16, 8);
      List<Tensor> operands = with(operands(4, 2, 37, 50), bitmap(random, density, 4, 3, 7));
      Tensor list = list(op, operands);
      double[] bitmap = operands.getLast().elements();
      for (int row = 0; row < 12; row++) {
        double[] entries = Arrays.copyOfRange(list.elements(), row * 8, row * 8 + 8);
        double[] expected = new double[8];
        for (int column = 0; column < 7; column++) {
          if (bitmap[row * 7 + column] != 0) {
            expected[1 + (int) expected[0]++] = column;
          }
        }
        assertArrayEquals(expected, entries);
      }
      assertArrayEquals(eval(op, operands), eval(op, with(operands.subList(0, 3), list)));
    }
  }

  /** X15, T29: rows of no blocks are zeros, whatever fills hidden scores and whatever values are. */
  @ParameterizedTest
  @MethodSource("schemes")
  void x15RowsOfNothing(Optional<AttentionScheme> scheme) {
    Attention op = new Attention(
        0.25, Causal.BOTTOM_RIGHT, Optional.empty(), Optional.of(-1e4), scheme, Optional.of(Shape.of(16, 16)),
        Formats.F32);
    Tensor rows = Tensor.generate(TensorType.of(Shape.of(3, 1), Formats.BOOL), i -> i == 1 ? 1 : 0);
    double[] result = eval(op, with(operands(1, 1, 48, 50), rows));
    for (int i = 0; i < result.length; i++) {
      boolean isSelected = i / DEPTH / 16 == 1;
      assertEquals(isSelected, result[i] != 0);
    }
  }

  /** X16, X17: at every length, causal and not, it is the attention under a mask of the same elements. */
  @Test
  void x16x17LengthsAndCausality() {
    Random random = new Random(9);
    for (int queries : new int[] {1, 15, 16, 17, 63, 64, 65, 127, 129}) {
      for (int keys : new int[] {1, 16, 65, 128}) {
        Tensor blocks = bitmap(random, 0.5, 1, Math.ceilDiv(queries, 16), Math.ceilDiv(keys, 32));
        Tensor mask = Tensor.generate(
            TensorType.of(Shape.of(queries, keys), Formats.BOOL),
            i -> blocks.elements()[i / keys / 16 * Math.ceilDiv(keys, 32) + i % keys / 32]);
        for (Causal causal : Causal.values()) {
          List<Tensor> operands = operands(1, 1, queries, keys);
          Attention op = op(causal, Optional.empty());
          double[] actual = eval(op.withBlocks(16, 32), with(operands, blocks));
          assertArrayEquals(eval(op, with(operands, mask)), actual);
          List<Tensor> both = with(operands, mask, blocks);
          assertArrayEquals(actual, eval(op.withBlocks(16, 32), both));
        }
      }
    }
  }

  /** X13: blocks of keys and queries that change places change nothing, but the place of queries. */
  @Test
  void x13BlocksChangePlaces() {
    List<Tensor> operands = operands(1, 1, 64, 64);
    Tensor blocks = bitmap(new Random(2), 0.5, 4, 4);
    int[] order = {2, 0, 3, 1};
    List<Tensor> moved = new ArrayList<>();
    for (Tensor operand : operands) {
      moved.add(Tensor.generate(operand.type(), i ->
          operand.elements()[order[i / DEPTH / 16] * 16 * DEPTH + i % (16 * DEPTH)]));
    }
    moved.add(Tensor.generate(blocks.type(), i -> blocks.elements()[order[i / 4] * 4 + order[i % 4]]));
    Attention op = op(Causal.NONE, Optional.empty()).withBlocks(16, 16);
    double[] before = eval(op, with(operands, blocks));
    double[] after = eval(op, moved);
    for (int i = 0; i < after.length; i++) {
      assertEquals(before[order[i / DEPTH / 16] * 16 * DEPTH + i % (16 * DEPTH)], after[i], 1e-12);
    }
  }

  /** X19: heads that share keys give what repeated keys give. X24: two runs give the same bits. */
  @Test
  void x19SharedKeys() {
    for (int group : new int[] {1, 2, 4, 8}) {
      List<Tensor> shared = operands(8, 8 / group, 20, 70);
      List<Tensor> repeated = new ArrayList<>(shared);
      for (int operand = 1; operand < 3; operand++) {
        double[] elements = shared.get(operand).elements();
        repeated.set(operand, Tensor.generate(TensorType.of(Shape.of(8, 70, DEPTH), Formats.F16),
            i -> elements[i / (70 * DEPTH) / group * 70 * DEPTH + i % (70 * DEPTH)]));
      }
      Tensor blocks = bitmap(new Random(group), 0.5, 8, 2, 5);
      Attention op = op(Causal.NONE, Optional.empty()).withBlocks(16, 16);
      double[] expected = eval(op, with(repeated, blocks));
      assertArrayEquals(expected, eval(op, with(shared, blocks)));
      assertArrayEquals(expected, eval(op, with(shared, blocks)));
    }
  }

  @Test
  void whatDoesNotFitIsRefused() {
    Attention op = op(Causal.NONE, Optional.empty()).withBlocks(16, 16);
    for (NumberFormat format : List.of(Formats.F32, Formats.BOOL, Formats.I32)) {
      List<Tensor> operands = with(operands(2, 2, 32, 32), Tensor.generate(
          TensorType.of(Shape.of(2, 2, 4), format), i -> 0));
      assertThrows(TypeRuleException.class, () -> eval(op, operands));
    }
    assertThrows(IllegalArgumentException.class, () -> op.withBlocks(0, 16));
    for (double[] list : new double[][] {{2, 1, 0}, {2, 1, 1}, {1, 2, 0}, {3, 0, 1}}) {
      List<Tensor> operands = with(operands(1, 1, 16, 32), Tensor.generate(
          TensorType.of(Shape.of(1, 1, 3), Formats.I32), i -> list[i]));
      assertThrows(InputException.class, () -> eval(op, operands));
    }
  }
}
