package nibble.ir.op;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.primitives.ImmutableLongArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.op.Attention.Causal;
import nibble.ir.op.Attention.Lengths;
import nibble.ir.shape.Shape;
import org.junit.jupiter.api.Test;

class KeptScoresTest {
  private static Tensor ones(NumberFormat format, long... extents) {
    return Tensor.generate(TensorType.of(Shape.of(extents), format), i -> 1);
  }

  private static ImmutableLongArray counts(Attention op, int queries, int keys, Tensor... more) {
    List<Tensor> operands = new ArrayList<>(List.of(
        ones(Formats.F32, 2, queries, 4), ones(Formats.F32, 2, keys, 4), ones(Formats.F32, 2, keys, 4)));
    operands.addAll(List.of(more));
    return KeptScores.ofHeads(op, operands);
  }

  private static Attention attention(Causal causal, Optional<Long> window) {
    return new Attention(1, causal, window, Optional.empty(), Optional.empty(), Optional.empty(), Formats.F32);
  }

  @Test
  void positionsHide() {
    assertEquals(ImmutableLongArray.of(15, 15), counts(attention(Causal.NONE, Optional.empty()), 3, 5));
    assertEquals(ImmutableLongArray.of(1 + 2 + 3, 6), counts(attention(Causal.TOP_LEFT, Optional.empty()), 3, 5));
    assertEquals(ImmutableLongArray.of(3 + 4 + 5, 12), counts(attention(Causal.BOTTOM_RIGHT, Optional.empty()), 3, 5));
    assertEquals(ImmutableLongArray.of(2 + 3 + 3, 8), counts(attention(Causal.NONE, Optional.of(2L)), 3, 5));
  }

  /**
   * Blocks of two queries by two keys: of the first head one, and the corner of one query and one key; of the second
   * all.
   */
  @Test
  void headsSelectBlocks() {
    Tensor selection = Tensor.of(
        TensorType.of(Shape.of(2, 2, 3), Formats.BOOL), 1, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1);
    assertEquals(
        ImmutableLongArray.of(4 + 1, 15),
        counts(attention(Causal.NONE, Optional.empty()).withBlocks(2, 2), 3, 5, selection));
  }

  @Test
  void whatIsNotThereDoesNotCount() {
    Tensor lengths = Tensor.of(TensorType.of(Shape.of(2), Formats.I32), 2, 7);
    assertEquals(
        ImmutableLongArray.of(4, 9),
        counts(attention(Causal.NONE, Optional.empty()).withLengths(Lengths.TOKENS), 3, 3, lengths));
  }

  /** It is computed all the same. */
  @Test
  void whatAMaskHidesCounts() {
    Tensor mask = Tensor.generate(TensorType.of(Shape.of(3, 5), Formats.BOOL), i -> i % 2);
    assertEquals(ImmutableLongArray.of(15, 15), counts(attention(Causal.NONE, Optional.empty()), 3, 5, mask));
  }
}
