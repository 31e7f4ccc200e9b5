package nibble.ir.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import nibble.ir.Registry;
import nibble.ir.TensorType;
import nibble.ir.TypeRuleException;
import nibble.ir.eval.Tensor;
import nibble.ir.format.FixedRounding;
import nibble.ir.format.Formats;
import nibble.ir.format.Rounding;
import nibble.ir.format.StochasticRounding;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.text.TextReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Numbers of the published systems, and what becomes of blocks that are no numbers. */
class QuantizeTest {
  private static final double INFINITY = Double.POSITIVE_INFINITY;

  static TensorType type(String text) {
    return new TextReader(text, "test", Registry.core()).tensorType();
  }

  static Tensor quantize(String type, double... elements) {
    return quantize(Quantize.nearest(type(type)), elements);
  }

  private static Tensor quantize(Quantize op, double... elements) {
    return op.eval(List.of(Tensor.of(op.result().plain(Formats.F32), elements)), op.result());
  }

  private static Tensor fallback(double threshold, String type, double... elements) {
    return quantize(new Quantize(Rounding.NEAREST_EVEN, Optional.of(threshold), type(type)), elements);
  }

  private static double[] padded(int length, double... elements) {
    return Arrays.copyOf(elements, length);
  }

  /** "Accurate INT8 Training Through Dynamic Block-Level Fallback": two levels give this block back exactly. */
  @Test
  void fallbackOfOneBlock() {
    Tensor q = fallback(0, "tensor<[1,4] x i8, scale<tensor, f32>, residual<i8>>", 10, 0.3f, -0.7f, 127);
    assertArrayEquals(new double[] {1}, q.scales());
    assertArrayEquals(new double[] {10, 0, -1, 127}, q.elements());
    assertArrayEquals(new double[] {0, 127, 127, 0}, q.residual().orElseThrow().elements());
    assertEquals((float) (0.3f / 127.0), q.residual().orElseThrow().scales()[0], 1e-9);
    assertArrayEquals(new double[] {10, 0.3f, -0.7f, 127}, q.values(), 1e-6);
  }

  /** NVFP4's outer scale 8/2688, inner 168 tied to 160: the amax 3 is clipped to 2.857. */
  @Test
  void nvfp4RoundsAnInnerScaleDown() {
    double[] x = new double[32];
    x[0] = 8;
    x[16] = 3;
    x[17] = -1;
    Tensor q = quantize("tensor<[1,32] x e2m1, scale<group 16, ue4m3, scale<tensor, f32>>>", x);
    assertEquals((float) (8 / 2688.0), q.scaleTensor().orElseThrow().scales()[0]);
    assertArrayEquals(new double[] {448, 160}, q.scaleTensor().orElseThrow().elements());
    assertEquals(0.47619, q.scales()[1], 1e-5);
    assertEquals(6, q.elements()[16]);
    assertEquals(2.857, q.values()[16], 5e-4);
  }

  /** TetraJet-v2: an outer scale for each 1x128, so that its blocks do not know of each other. */
  @Test
  void tetrajetScalesStayInTheirOuterBlock() {
    String type = "tensor<[1,256] x e2m1, scale<group 16, ue4m3, scale<group 8, f32>>>";
    Random random = new Random(1);
    double[] x = random.doubles(256).map(d -> (float) (d - 0.5)).toArray();
    double[] scaled = x.clone();
    for (int i = 128; i < 256; i++) {
      scaled[i] *= 0x1p20;
    }
    Tensor one = quantize(type, x);
    Tensor other = quantize(type, scaled);
    assertArrayEquals(one.elements(), other.elements());
    assertArrayEquals(one.scaleTensor().orElseThrow().elements(), other.scaleTensor().orElseThrow().elements());
    double[] outer = one.scaleTensor().orElseThrow().scales();
    assertArrayEquals(
        new double[] {outer[0], outer[1] * 0x1p20}, other.scaleTensor().orElseThrow().scales(), 0);
  }

  /** The outer scale is not held up by anything: blocks of gradients of 1e-8 keep their values. */
  @Test
  void smallTensorsKeepTheirValues() {
    double[] x = new Random(2).doubles(32).map(d -> (float) (1e-8 * (d - 0.5))).toArray();
    Tensor q = quantize("tensor<[1,32] x e2m1, scale<group 16, ue4m3, scale<tensor, f32>>>", x);
    assertTrue(sqnr(x, q.values()) > 10);
    // With one level, the least scale is 2^-9, and everything is 0.
    assertEquals(0, Arrays.stream(quantize("tensor<[1,32] x e2m1, scale<group 16, ue4m3>>", x).values()).sum());
  }

  private static double sqnr(double[] x, double[] y) {
    double signal = 0;
    double noise = 0;
    for (int i = 0; i < x.length; i++) {
      signal += x[i] * x[i];
      noise += (x[i] - y[i]) * (x[i] - y[i]);
    }
    return 10 * Math.log10(signal / noise);
  }

  /** TurboDiffusion: -amax is -128, +amax saturates at 127. */
  @Test
  void fullSaturates() {
    String type = "tensor<[1,4] x i8, scale<tensor, f32, full>>";
    assertArrayEquals(new double[] {127, -128, 64, 0}, quantize(type, 2, -2, 1, 0).elements());
  }

  /** Jetfire: the block's amax is 127, and never -128; transposing a square block transposes its codes. */
  @Test
  void squareBlocksAreTransposed() {
    Random random = new Random(3);
    double[] x = random.doubles(64 * 32).map(d -> (float) (d - 0.5)).toArray();
    double[] turned = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      turned[i % 32 * 64 + i / 32] = x[i];
    }
    Tensor q = quantize("tensor<[64,32] x i8, scale<block(32,32), f16>>", x);
    Tensor t = quantize("tensor<[32,64] x i8, scale<block(32,32), f16>>", turned);
    for (int i = 0; i < x.length; i++) {
      assertEquals(q.elements()[i], t.elements()[i % 32 * 64 + i / 32]);
    }
    assertArrayEquals(q.scales(), t.scales());
    assertEquals(-127, Arrays.stream(q.elements()).min().orElseThrow(), 0.5);
    // Rows do not.
    double[] rows = quantize("tensor<[64,32] x i8, scale<group 32, f16>>", x).elements();
    double[] columns = quantize("tensor<[32,64] x i8, scale<group 32, f16>>", turned).elements();
    long same = 0;
    for (int i = 0; i < x.length; i++) {
      same += rows[i] == columns[i % 32 * 64 + i / 32] ? 1 : 0;
    }
    assertTrue(same < x.length);
  }

  @Test
  void affineCodesReachFromTheLeastToTheLargest() {
    Tensor q = quantize("tensor<[1,4] x u8, scale<tensor, f32, zero u8>>", -1, 0, 0.5, 1.55);
    assertEquals((float) (2.55 / 255), q.scales()[0], 1e-9);
    assertArrayEquals(new double[] {100}, q.zeros().orElseThrow().elements());
    assertArrayEquals(new double[] {0, 100, 150, 255}, q.elements());
    assertArrayEquals(new double[] {-1, 0, 0.5, 1.55}, q.values(), 1e-6);
    // 0 is in the range, so it is exact.
    Tensor positive = quantize("tensor<[1,3] x u4, scale<tensor, f32, zero u4>>", 10, 10.5, 11);
    assertArrayEquals(new double[] {0}, positive.zeros().orElseThrow().elements());
    assertArrayEquals(new double[] {14, 14, 15}, positive.elements());
  }

  /** As kernels compute them: in bytes, of which the format of the type holds what it can. */
  @Test
  void zeroPointsMayComeInAWiderFormat() {
    TensorType type = type("tensor<[3,2] x u4, scale<token, f32, zero u4>>");
    Tensor x = Tensor.of(type("tensor<[3,2] x f32>"), 1, 2, 1, 2, 1, 2);
    Tensor scales = Tensor.of(type.scaleType(), 1, 1, 1);
    Tensor bytes = Tensor.of(type("tensor<[3,1] x i16>"), -4, 5, 300);
    Quantize op = new Quantize(FixedRounding.NEAREST_EVEN, type);
    assertEquals(type, op.infer(List.of(x.type(), type.scaleType(), bytes.type())));
    Tensor q = op.eval(List.of(x, scales, bytes), type);
    assertArrayEquals(new double[] {0, 5, 15}, q.zeros().orElseThrow().elements());
    assertEquals(type.zeroType().orElseThrow(), q.zeros().orElseThrow().type());
    assertArrayEquals(new double[] {1, 2, 6, 7, 15, 15}, q.elements());
    for (String other
        : List.of("tensor<[3,1] x i4>", "tensor<[3,1] x u2>", "tensor<[3,1] x f32>", "tensor<[3] x u8>")) {
      assertThrows(TypeRuleException.class, () -> op.infer(List.of(x.type(), type.scaleType(), type(other))), other);
    }
  }

  static List<String> symmetric() {
    return List.of(
        "tensor<[2,32] x i8, scale<group 16, f32>>", "tensor<[2,32] x i4, scale<group 16, f16>>",
        "tensor<[2,32] x e4m3, scale<group 16, f32>>", "tensor<[2,32] x e5m2, scale<group 16, bf16>>",
        "tensor<[2,32] x e4m3, scale<group 16, ue8m0, up>>", "tensor<[2,32] x e2m1, scale<group 16, ue8m0, floor>>",
        "tensor<[2,32] x e2m3, scale<group 16, ue8m0, ceil>>", "tensor<[2,32] x mxint8, scale<group 16, ue8m0, even>>",
        "tensor<[2,32] x e3m2, scale<group 16, f32>>", "tensor<[2,32] x e2m1, scale<group 16, ue4m3>>",
        "tensor<[2,32] x e2m1, scale<group 16, ue4m3, scale<group 1, f32>>>");
  }

  static List<String> all() {
    return Stream.concat(symmetric().stream(), Stream.of(
        "tensor<[2,32] x u8, scale<group 16, f32, zero u8>>",
        "tensor<[2,32] x i8, scale<group 16, f32>, residual<i8>>"))
        .toList();
  }

  /** Every box of zeros has a positive scale and values of 0. */
  @ParameterizedTest
  @MethodSource("all")
  void aBoxOfZeros(String type) {
    double[] x = new double[64];
    x[40] = -0.0;
    Tensor q = quantize(type, x);
    assertTrue(Arrays.stream(q.scales()).allMatch(scale -> scale > 0 && Double.isFinite(scale)));
    assertTrue(Arrays.stream(q.values()).allMatch(value -> value == 0));
  }

  /** A NaN or an infinity makes its own box NaN, where codes can't say so by the scale, and no other. */
  @ParameterizedTest
  @MethodSource("all")
  void aBoxThatIsNoNumber(String type) {
    for (double odd : new double[] {Double.NaN, INFINITY, -INFINITY}) {
      double[] x = new Random(4).doubles(64).map(d -> d + 0.5).toArray();
      x[20] = odd;
      Tensor q = quantize(type, x);
      for (int i = 0; i < 64; i++) {
        assertEquals(i >= 16 && i < 32, Double.isNaN(q.values()[i]), type + " " + odd + " at " + i);
      }
      assertEquals(Double.NaN, q.scales()[1]);
    }
  }

  /** A single number that is subnormal in f32, and large ones: the values are near, or nothing where scales end. */
  @ParameterizedTest
  @MethodSource("all")
  void aSubnormalAmongZeros(String type) {
    double[] x = new double[64];
    x[3] = 1e-41;
    Tensor q = quantize(type, x);
    assertTrue(Arrays.stream(q.values()).allMatch(value -> value >= 0 && value <= 2e-41), type);
  }

  @ParameterizedTest
  @MethodSource("all")
  void aConstantBox(String type) {
    double[] x = new double[64];
    Arrays.fill(x, -3);
    double[] values = quantize(type, x).values();
    assertTrue(Arrays.stream(values).allMatch(value -> value == values[0]));
    assertEquals(-3, values[0], 0.75);
  }

  @ParameterizedTest
  @MethodSource("symmetric")
  void alternatingSigns(String type) {
    double[] x = new double[64];
    Arrays.setAll(x, i -> (i % 2 == 0 ? 1 : -1) * (1 + i / 8 / 8.0));
    double[] negated = Arrays.stream(x).map(value -> -value).toArray();
    double[] values = quantize(type, x).values();
    assertArrayEquals(Arrays.stream(values).map(value -> -value).toArray(), quantize(type, negated).values());
  }

  /** An axis that is no multiple of the box: the last box has what is left. */
  @Test
  void boxesAtTheEdge() {
    double[] x = padded(20, 127, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, -2, 1, 0);
    Tensor q = quantize("tensor<[1,20] x i8, scale<group 16, f32>>", x);
    assertArrayEquals(new double[] {1, (float) (2 / 127.0)}, q.scales());
    assertEquals(127, q.elements()[16]);
    Tensor blocks = quantize("tensor<[5,4] x i8, scale<block(4,4), f32>>", x);
    assertEquals("[2, 1]", Arrays.toString(blocks.type().scaleType().shape().extents()));
    assertArrayEquals(new double[] {1, (float) (2 / 127.0)}, blocks.scales());
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "tensor<[0,32] x i8, scale<token, f32>>", "tensor<[4,0] x e4m3, scale<group 32, ue8m0, up>>",
      "tensor<[0] x e2m1, scale<group 16, ue4m3, scale<tensor, f32>>>",
      "tensor<[0,4] x u8, scale<tensor, f32, zero u8>>",
      "tensor<[0,32] x i8, scale<block(4,4), f32>, residual<i8>>"})
  void emptyTensors(String type) {
    Tensor q = quantize(type);
    assertEquals(0, q.values().length);
    assertEquals(0, new Dequantize(Formats.F32).eval(List.of(q), q.type().plain(Formats.F32)).size());
  }

  /** Scales that are given, the outer one alone, and both levels. */
  @Test
  void givenScales() {
    TensorType type = type("tensor<[1,32] x e2m1, scale<group 16, ue4m3, scale<tensor, f32>>>");
    Quantize op = new Quantize(Rounding.NEAREST_EVEN, type);
    Tensor x = Tensor.of(type.plain(Formats.F32), new Random(5).doubles(32).toArray());
    Tensor dynamic = op.eval(List.of(x), type);
    Tensor scales = dynamic.scaleTensor().orElseThrow();
    assertTrue(dynamic.sameAs(op.eval(List.of(x, scales), type)));
    assertTrue(dynamic.sameAs(op.eval(List.of(x, scales.scaleTensor().orElseThrow()), type)));
    Tensor twice = op.eval(List.of(x, Tensor.of(type.scaleType().scaleType(), 2 * scales.scales()[0])), type);
    assertEquals(scales.elements()[0] / 2, twice.scaleTensor().orElseThrow().elements()[0]);
  }

  /** What {@code scales} gives for the amax is what a dynamic quantizer finds. */
  @ParameterizedTest
  @MethodSource("symmetric")
  void scalesOfTheAmax(String text) {
    TensorType type = type(text);
    Tensor x = Tensor.of(type.plain(Formats.F32), new Random(6).doubles(64).toArray());
    Amax amax = new Amax(type.scale().orElseThrow().granularity());
    TensorType boxes = amax.infer(List.of(x.type()));
    Scales op = new Scales(type.format(), type.scale().get().rule(), type.scaleType());
    Tensor scales = op.eval(List.of(amax.eval(List.of(x), boxes)), op.infer(List.of(boxes)));
    Quantize quantize = Quantize.nearest(type);
    assertTrue(quantize.eval(List.of(x), type).sameAs(quantize.eval(List.of(x, scales), type)));
  }

  /** Outer scales first, from the amax of the amax, and inner ones under them. */
  @ParameterizedTest
  @ValueSource(strings = {
      "tensor<[8,32] x e2m1, scale<group 16, ue4m3, scale<tensor, f32>>>",
      "tensor<[8,32] x e2m1, scale<group 4, ue4m3, up, scale<group 4, f32>>>",
      "tensor<[8,32] x i8, scale<token, f16, full, scale<tensor, f32>>>"})
  void scalesOfScalesOneAfterTheOther(String text) {
    TensorType type = type(text);
    ScaleLayout layout = type.scale().orElseThrow();
    ScaleLayout outer = layout.outer().orElseThrow();
    Tensor ranges = Tensor.of(type.scaleType().plain(Formats.F32),
        new Random(6).doubles(type.scaleType().shape().size().constant()).toArray());
    Amax amax = new Amax(outer.granularity());
    TensorType outerType = type.scaleType().scaleType();
    Tensor outerScales =
        new Scales(type.format(), outer.rule(), Optional.of(layout.format()), Optional.empty(), outerType)
        .eval(List.of(amax.eval(List.of(ranges), amax.infer(List.of(ranges.type())))), outerType);
    Scales both = new Scales(type.format(), layout.rule(), type.scaleType());
    assertTrue(both.eval(List.of(ranges), type.scaleType())
        .sameAs(both.eval(List.of(ranges, outerScales), type.scaleType())));
  }

  /** The threshold at infinity is the first level alone; at 0, every box that is not zero has a residual. */
  @Test
  void thresholds() {
    String type = "tensor<[4,32] x i8, scale<block(2,16), f32>, residual<i8>>";
    double[] x = new Random(7).doubles(128).map(d -> (float) (4 * d - 2)).toArray();
    Arrays.fill(x, 0, 16, 0);
    Arrays.fill(x, 32, 48, 0);
    Tensor none = fallback(INFINITY, type, x);
    Tensor plain = quantize("tensor<[4,32] x i8, scale<block(2,16), f32>>", x);
    assertArrayEquals(plain.elements(), none.elements());
    assertArrayEquals(plain.values(), none.values());
    assertArrayEquals(new double[4], none.residual().orElseThrow().scales());
    Tensor every = fallback(0, type, x);
    double[] second = every.residual().orElseThrow().scales();
    assertEquals(0, second[0], "a box of zeros");
    assertTrue(second[1] > 0 && second[2] > 0 && second[3] > 0);
    for (int i = 0; i < x.length; i++) {
      assertEquals(x[i], every.values()[i], 2 / 64516.0 * (1 + 1e-3), "|error| <= amax / 64516");
    }
  }

  /** Errors do not grow as the threshold falls. */
  @Test
  void lowerThresholdsAreNoWorse() {
    String type = "tensor<[8,64] x i8, scale<block(4,16), f32>, residual<i8>>";
    Random random = new Random(8);
    double[] x = random.doubles(512).map(d -> (float) (random.nextGaussian() * 3)).toArray();
    double before = INFINITY;
    for (double threshold : new double[] {INFINITY, 11, 9, 8, 7, 5, 0}) {
      double[] values = fallback(threshold, type, x).values();
      double error = 0;
      for (int i = 0; i < x.length; i++) {
        error += (x[i] - values[i]) * (x[i] - values[i]);
      }
      assertTrue(error <= before);
      before = error;
    }
  }

  /** Nothing is left of a block of codes: its residual scale is 1, and the box has its flag all the same. */
  @Test
  void anExactBoxHasAResidualOfZeros() {
    Tensor q = fallback(0, "tensor<[1,4] x i8, scale<tensor, f32>, residual<i8>>", 127, 3, -5, 0);
    assertArrayEquals(new double[] {1}, q.residual().orElseThrow().scales());
    assertArrayEquals(new double[4], q.residual().orElseThrow().elements());
  }

  /** The mean over seeds is the element; the second level makes up for what the first one does, on average too. */
  @ParameterizedTest
  @ValueSource(strings = {
      "tensor<[1,4] x i8, scale<tensor, f32>>", "tensor<[1,4] x e2m1, scale<tensor, ue8m0, up>>",
      "tensor<[1,4] x i4, scale<tensor, f32>, residual<i4>>"})
  void stochasticRoundingIsRightInTheMean(String text) {
    TensorType type = type(text);
    double[] x = {1.5, 0.7, -0.31, 0.05};
    double[] sums = new double[4];
    double[] squares = new double[4];
    int seeds = 10_000;
    for (int seed = 0; seed < seeds; seed++) {
      Quantize op = new Quantize(
          new StochasticRounding(seed, 0), type.residual().map(codes -> 0.0), type);
      double[] values = quantize(op, x).values();
      for (int i = 0; i < 4; i++) {
        sums[i] += values[i] / seeds;
        squares[i] += (values[i] - x[i]) * (values[i] - x[i]) / seeds;
      }
    }
    double scale = quantize(Quantize.nearest(type), x).scales()[0];
    for (int i = 0; i < 4; i++) {
      double allowed = 4 * Math.sqrt(squares[i] / seeds) + scale * 2 * 0x1p-8;
      assertEquals(x[i], sums[i], allowed, text + " element " + i);
    }
  }

  /** TetraJet: no element is beyond the largest code. */
  @Test
  void upIsTruncationFree() {
    double[] x = new Random(9).doubles(320).map(d -> (float) Math.exp(20 * d - 10)).toArray();
    Tensor q = quantize("tensor<[10,32] x e2m1, scale<group 32, ue8m0, up>>", x);
    for (int i = 0; i < x.length; i++) {
      assertTrue(x[i] / q.scales()[i / 32] <= 6);
    }
  }
}
