package nibble.passes.attention.sparse;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.IntBinaryOperator;
import java.util.stream.LongStream;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.op.Attention;
import nibble.ir.op.Compare.Kind;
import nibble.ir.shape.Shape;
import org.junit.jupiter.api.Test;

/** Sparse VideoGen: bands, the order of tokens, and what heads are. */
class SvgTest {
  private static final int FRAMES = 6;
  private static final int PATCHES = 10;
  private static final int COUNT = FRAMES * PATCHES;
  private static final Attention OP = Attention.of(1, Formats.F32);

  /** The published width of a band that keeps a quarter, in frames, and T51: a band has the share that it is for. */
  @Test
  void t51Widths() {
    assertEquals((long) (2.8134665205267897 * 3600), Svg.width(75600, 0.25));
    for (double kept : new double[] {0.1, 0.3, 0.7, 1}) {
      long length = 4096;
      long width = Svg.width(length, kept);
      long seen = 0;
      for (long query = 0; query < length; query++) {
        seen += Math.min(length, query + width) - Math.max(0, query - width + 1);
      }
      assertEquals(kept, (double) seen / length / length, 128.0 / length);
    }
  }

  /** Values of rank 60 queries that look where they are told to, by one-hot queries and keys. */
  private static List<Tensor> head(IntBinaryOperator place) {
    int groups = Math.max(FRAMES, PATCHES);
    Tensor looks = Tensor.generate(
        TensorType.of(Shape.of(1, COUNT, groups), Formats.F32),
        i -> place.applyAsInt(i / groups / PATCHES, i / groups % PATCHES) == i % groups ? 5 : 0);
    return List.of(looks, looks, Evaluated.random(3, 1, COUNT, 4));
  }

  private static boolean isTemporal(List<Tensor> head) {
    Svg way = new Svg(FRAMES, 0.3, 20);
    return Evaluated.of(head, (arithmetic, values) -> way.isTemporal(
        Evaluated.call(values, OP), arithmetic, values.get(1), values.get(2), Svg.width(COUNT, 0.3)))[0] != 0;
  }

  /** T52: heads that look within a frame, along a patch, and everywhere alike. */
  @Test
  void t52Heads() {
    assertTrue(!isTemporal(head((frame, patch) -> frame)));
    assertTrue(isTemporal(head((frame, patch) -> patch)));
    Tensor zeros = Tensor.generate(TensorType.of(Shape.of(1, COUNT, 4), Formats.F32), i -> 0);
    assertTrue(!isTemporal(List.of(zeros, zeros, zeros)));
  }

  /** T50, T49, X13: in a band that is as wide as the video both kinds of heads are the dense attention. */
  @Test
  void t50WideBandsAreTheDenseAttention() {
    for (List<Tensor> head : List.of(head((frame, patch) -> frame), head((frame, patch) -> patch))) {
      assertArrayEquals(Evaluated.dense(OP, head), Evaluated.attention(new Svg(FRAMES, 1, 20), OP, head), 1e-12);
    }
  }

  /** T49: a temporal head in a band of time is the dense attention under the mask of that band, token by token. */
  @Test
  void t49OrdersGoThereAndBack() {
    List<Tensor> head = head((frame, patch) -> patch);
    long width = Svg.width(COUNT, 0.3);
    double[] expected = Evaluated.of(head, (arithmetic, values) -> arithmetic.builder().add(
        OP, values.get(0), values.get(1), values.get(2),
        arithmetic.compare(Kind.NE, arithmetic.last(arithmetic.integers(
            LongStream.range(0, (long) COUNT * COUNT).map(
                i -> Math.abs(time(i / COUNT) - time(i % COUNT)) < width ? 1 : 0).toArray()), 1, COUNT, COUNT),
            arithmetic.integer(0))));
    assertArrayEquals(expected, Evaluated.attention(new Svg(FRAMES, 0.3, 20), OP, head), 1e-12);
  }

  private static long time(long token) {
    return token % PATCHES * FRAMES + token / PATCHES;
  }
}
