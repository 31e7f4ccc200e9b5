package nibble.ir.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What the largest of elements is off by, where each is off by its own error. */
class ReduceMaxTest {
  private final ReduceMax max = new ReduceMax(ImmutableList.of(0), true);
  private final ReduceMin min = new ReduceMin(ImmutableList.of(0), true);

  @Test
  void smallElementsThatAreOffByMuchDoNotCount() {
    double[] scores = {-1e30, 0.5, -1e30, 0.25};
    double[] errors = {1e22, 1e-7, 1e22, 1e-3};
    assertEquals(1e-7, max.fibreError(scores, errors, 0.5, null), 1e-14);
    double[] negated = Arrays.stream(scores).map(score -> -score).toArray();
    assertEquals(1e-7, min.fibreError(negated, errors, -0.5, null), 1e-14);
  }

  @Test
  void anyThatMayBeTheLargestCounts() {
    double[] scores = {0.5, 0.25};
    assertEquals(0.05, max.fibreError(scores, new double[] {0, 0.3}, 0.5, null), 1e-14);
    // Where the first is less than the second, the second is the largest; but the first may be more as well.
    assertEquals(0.4, max.fibreError(scores, new double[] {0.4, 0}, 0.5, null), 1e-14);
    assertTrue(max.fibreError(scores, new double[] {0, Double.POSITIVE_INFINITY}, 0.5, null) > 1e300);
    assertEquals(0, max.fibreError(scores, new double[2], 0.5, null));
  }
}
