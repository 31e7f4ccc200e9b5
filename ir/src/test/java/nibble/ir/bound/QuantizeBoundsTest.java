package nibble.ir.bound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import nibble.ir.Block;
import nibble.ir.Registry;
import nibble.ir.TensorType;
import nibble.ir.bound.Approximate.Verdict;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.format.Rounding;
import nibble.ir.format.RoundingMode;
import nibble.ir.format.StochasticRounding;
import nibble.ir.op.Quantize;
import nibble.ir.op.Scales;
import nibble.ir.text.Parser;
import nibble.ir.text.TextReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** That bounds of quantizers leave no room for another quantizer than the right one. */
class QuantizeBoundsTest {
  private static final String FALLBACK = "tensor<[8,64] x i8, scale<block(4,32), f32>, residual<i8>>";

  private static TensorType type(String text) {
    return new TextReader(text, "test", Registry.core()).tensorType();
  }

  private static Tensor input(TensorType type, long seed) {
    Random random = new Random(seed);
    double[] elements = new double[(int) type.shape().size().constant()];
    Arrays.setAll(elements, i -> (float) (random.nextGaussian() * (random.nextInt(100) == 0 ? 20 : 1)));
    return Tensor.of(type.plain(Formats.F32), elements);
  }

  private static Approximate bound(Quantize op, Tensor x) {
    Tensor exact = op.eval(List.of(x), op.result());
    return new Approximate(exact, op.error(List.of(Approximate.given(x)), exact, new F32Model()));
  }

  private static Verdict verdict(Quantize right, Quantize computed, Tensor x) {
    Tensor other = computed.eval(List.of(x), computed.result());
    return bound(right, x).judge(
        new Tensor(right.result(), other.elements(), other.scaleTensor(), other.zeros(), other.residual()));
  }

  /** Where both sides have the same elements, next to all codes are certain. */
  @ParameterizedTest
  @ValueSource(strings = {
      "tensor<[8,64] x i8, scale<token, f32>>", "tensor<[8,64] x e4m3, scale<group 32, ue8m0, up>>",
      "tensor<[8,64] x e2m1, scale<group 32, ue8m0, even>>", "tensor<[8,64] x mxint8, scale<group 32, ue8m0, ceil>>",
      "tensor<[8,64] x e2m1, scale<group 16, ue4m3, scale<tensor, f32>>>",
      "tensor<[8,64] x e2m1, scale<group 16, ue4m3, scale<group 2, f32>>>",
      "tensor<[8,64] x i8, scale<block(4,32), f16, full>>", "tensor<[8,64] x u4, scale<group 32, f16, zero u4>>"})
  void codesAreCertain(String text) {
    for (RoundingMode rounding : List.of(Rounding.NEAREST_EVEN, new StochasticRounding(7, 0))) {
      Quantize op = new Quantize(rounding, type(text));
      Tensor x = input(op.result(), 1);
      Approximate bound = bound(op, x);
      double[] values = bound.exact().values();
      long certain = 0;
      for (int i = 0; i < values.length; i++) {
        certain += bound.error()[i] <= 1e-6 * Math.abs(values[i]) ? 1 : 0;
      }
      assertTrue(certain >= 0.98 * values.length, certain + " of " + values.length);
    }
  }

  /** A box whose numbers may all be zero has some scale, and values that are about as small. */
  @ParameterizedTest
  @ValueSource(strings = {
      "tensor<[8,64] x i8, scale<group 32, f16>>", "tensor<[8,64] x i2, scale<group 32, f32>>",
      "tensor<[8,64] x e2m3, scale<group 32, ue8m0, up>>", "tensor<[8,64] x e4m3, scale<group 32, ue8m0, floor>>"})
  void whatMayBeZeroIsBounded(String text) {
    Quantize op = new Quantize(Rounding.NEAREST_EVEN, type(text));
    Tensor x = Tensor.generate(op.result().plain(Formats.F32), i -> i % 32 == 5 ? 0x1p-22 : 0);
    double[] off = new double[x.size()];
    Arrays.fill(off, 0x1p-21);
    Tensor exact = op.eval(List.of(x), op.result());
    double[] error = op.error(List.of(new Approximate(x, off)), exact, new F32Model());
    assertTrue(Arrays.stream(error).allMatch(bound -> bound < 1), () -> Arrays.toString(error));
    TensorType made = op.result().scaleType();
    Scales scales = new Scales(op.result().format(), op.result().scale().orElseThrow().rule(), made);
    Tensor largest = Tensor.generate(made.plain(Formats.F32), i -> 0);
    double[] wide = new double[largest.size()];
    Arrays.fill(wide, 0x1p-21);
    Tensor zeros = scales.eval(List.of(largest), made);
    double[] scaleErrors = scales.error(List.of(new Approximate(largest, wide)), zeros, new F32Model());
    assertTrue(Arrays.stream(scaleErrors).allMatch(Double::isFinite), () -> Arrays.toString(scaleErrors));
  }

  /** Two levels are certain to the error of f32: less than a step of the second level. */
  @Test
  void twoLevelsAreCertain() {
    Quantize op = new Quantize(Rounding.NEAREST_EVEN, Optional.of(0.0), type(FALLBACK));
    Approximate bound = bound(op, input(op.result(), 1));
    double[] steps = bound.exact().residual().orElseThrow().scales();
    double widest = Arrays.stream(bound.error()).max().orElseThrow();
    double step = Arrays.stream(steps).max().orElseThrow();
    assertTrue(widest <= 1.01 * step, () -> widest + " of " + step);
  }

  @Test
  void aResidualThatIsMissingIsFound() {
    Quantize right = new Quantize(Rounding.NEAREST_EVEN, Optional.of(0.0), type(FALLBACK));
    Quantize none = new Quantize(Rounding.NEAREST_EVEN, Optional.of(Double.POSITIVE_INFINITY), type(FALLBACK));
    assertTrue(verdict(right, none, input(right.result(), 2)).outside() > 400);
    assertTrue(verdict(none, right, input(right.result(), 2)).outside() > 400);
  }

  /** The amax of one box is the threshold; its flag may be set or not, no other box's may. */
  @Test
  void aFlagMayGoEitherWayAtTheThresholdAlone() {
    Tensor given = input(type(FALLBACK), 3);
    double[] elements = given.elements().clone();
    elements[5] = 100;
    Tensor exact = given.withElements(elements);
    double[] off = new double[elements.length];
    off[5] = 1e-5;
    Quantize below = new Quantize(Rounding.NEAREST_EVEN, Optional.of(100.0), type(FALLBACK));
    Quantize above = new Quantize(Rounding.NEAREST_EVEN, Optional.of(99.9), type(FALLBACK));
    Tensor unflagged = below.eval(List.of(exact), below.result());
    Tensor flagged = above.eval(List.of(exact), above.result());
    assertEquals(0, unflagged.residual().orElseThrow().scales()[0]);
    assertTrue(flagged.residual().orElseThrow().scales()[0] > 0);
    Approximate either = new Approximate(
        unflagged, below.error(List.of(new Approximate(exact, off)), unflagged, new F32Model()));
    assertTrue(either.judge(flagged).isProven());
    Approximate sure = new Approximate(
        unflagged, below.error(List.of(Approximate.given(exact)), unflagged, new F32Model()));
    assertTrue(sure.judge(flagged).outside() > 50, "the same elements on both sides: no flag");
    assertTrue(sure.judge(unflagged).isProven());
  }

  @Test
  void otherRandomBitsAreFound() {
    TensorType type = type("tensor<[8,64] x e2m1, scale<group 16, ue4m3, scale<tensor, f32>>>");
    Quantize right = new Quantize(new StochasticRounding(7, 0), type);
    Tensor x = input(type, 4);
    assertTrue(verdict(right, new Quantize(new StochasticRounding(7, 1), type), x).outside() > 100);
    assertTrue(verdict(right, new Quantize(Rounding.NEAREST_EVEN, type), x).outside() > 100);
  }

  @Test
  void anotherRuleIsFound() {
    Quantize up = new Quantize(Rounding.NEAREST_EVEN, type("tensor<[8,64] x e2m1, scale<group 32, ue8m0, up>>"));
    Quantize ceil = new Quantize(Rounding.NEAREST_EVEN, type("tensor<[8,64] x e2m1, scale<group 32, ue8m0, ceil>>"));
    assertTrue(verdict(up, ceil, input(up.result(), 5)).outside() > 10);
  }

  /** An amax of 6 2^k: kernels that multiply with 1/6 may find the next power of two, and then all codes are others. */
  @Test
  void aScaleMayBeOneOfTwo() {
    TensorType type = type("tensor<[1,32] x e2m1, scale<group 32, ue8m0, up>>");
    double[] elements = new double[32];
    Arrays.setAll(elements, i -> i % 7);
    elements[31] = 6;
    Tensor x = Tensor.of(type.plain(Formats.F32), elements);
    Approximate bound = bound(new Quantize(Rounding.NEAREST_EVEN, type), x);
    assertEquals(1, bound.exact().scales()[0]);
    Quantize given = new Quantize(Rounding.NEAREST_EVEN, type);
    Tensor two = Tensor.of(type.scaleType(), 2);
    assertTrue(bound.judge(given.eval(List.of(x, two), type)).isProven());
    Tensor four = Tensor.of(type.scaleType(), 4);
    assertTrue(bound.judge(given.eval(List.of(x, four), type)).outside() > 0);
    // One gap of the larger scale, not the size of the elements.
    assertTrue(Arrays.stream(bound.error()).max().orElseThrow() <= 2.001, Arrays.toString(bound.error()));
  }

  /**
   * A largest magnitude next to the edge of a power, so that the kernel's scale is that power or the next: apart from
   * the scales, which are off by all of themselves, the codes have bounds of a gap of the larger scale.
   */
  @Test
  void scalesOfRangesAreToldApart() {
    Block body = Parser.parse("""
        module @m {
          func @f(%x: tensor<[1,4] x f32>) {
            %0 = amax %x {granularity = token} : tensor<[1,1] x f32>
            %1 = scales %0 {elements = e4m3, rule = up} : tensor<[1,1] x ue8m0>
            %2 = quantize %x, %1 {rounding = nearest_even} : tensor<[1,4] x e4m3, scale<token, ue8m0, up>>
            return %1, %2
          }
        }
        """, "test", Registry.core()).functions().get("f").body();
    double[] elements = {447.9999, 100.3, -3.3, 0.01};
    Tensor x = Tensor.of(body.arguments().getFirst().tensorType(), elements);
    double[] errors = {1e-3, 1e-5, 1e-6, 1e-9};
    List<Approximate> results = new RunningBounds(new F32Model()).run(body, List.of(new Approximate(x, errors)));
    assertEquals(1, results.getFirst().exact().elements()[0]);
    assertTrue(results.getFirst().error()[0] >= 1, "2 is possible");
    Tensor other = Tensor.of(x.type(), 448.0009, 100.3, -3.3, 0.01);
    Quantize quantize = Quantize.nearest(body.results().getLast().tensorType());
    Tensor above = quantize.eval(List.of(other), quantize.result());
    assertEquals(2, above.scales()[0]);
    for (int i = 0; i < elements.length; i++) {
      double bound = results.getLast().error()[i];
      double gap = Math.max(2 * 0x1p-9, Math.abs(elements[i]) / 4);
      assertTrue(bound <= gap, bound + " for " + elements[i]);
      double exact = results.getLast().exact().values()[i];
      assertTrue(Math.abs(above.values()[i] - exact) <= bound, above.values()[i] + " is not within " + bound);
    }
  }
}
