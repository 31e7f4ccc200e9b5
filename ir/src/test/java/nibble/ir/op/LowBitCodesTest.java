package nibble.ir.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.format.FixedRounding;
import nibble.ir.format.Formats;
import nibble.ir.layout.Granularities;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.layout.ScaleRules;
import nibble.ir.op.AttentionScheme.LowBit;
import nibble.ir.op.AttentionScheme.Sharing;
import nibble.ir.op.AttentionScheme.Weights;
import nibble.ir.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Golden vectors of the quantizers of low-bit attention. */
class LowBitCodesTest {
  private static final double[] GROUP = {0.3, -1.27, 0.635, 2.54, -0.01, 0, 1.905, -2.5};

  private static void expect(double[] values, double scale, double... codes) {
    double exact = (float) scale;
    for (int i = 0; i < codes.length; i++) {
      assertEquals(codes[i] * exact, values[i], 1e-6 * Math.max(1, Math.abs(codes[i])), "element " + i);
    }
  }

  private static double[] integers(double limit, boolean adds) {
    return LowBitCodes.integers(GROUP, GROUP.length, (row, column) -> 0, 1, limit, adds).values();
  }

  @Test
  void integersOfThreads() {
    expect(integers(127, true), 0.0200001, 15, -63, 32, 127, 0, 0, 95, -125);
    expect(integers(7, true), 0.3628572, 1, -3, 2, 7, 0, 0, 5, -7);
  }

  @Test
  void halvesAwayFromZero() {
    double[] halves = {0.5, -0.5, 1.5, -1.5, 126.5, -126.5, 0.49, 0};
    assertArrayEquals(
        new double[] {1, -1, 2, -2, 127, -127, 0, 0}, DoubleStream.of(halves).map(LowBitCodes::halfAway).toArray());
  }

  /** X4: roundings to even, of quantizers that are ops. */
  @Test
  void halvesToEven() {
    double[] halves = {0.5, -0.5, 1.5, -1.5, 126.5, 127};
    TensorType plain = TensorType.of(Shape.of(1, halves.length), Formats.F32);
    TensorType type = plain.plain(Formats.I8).withScale(new ScaleLayout(
        new Granularities.PerTensor(), Formats.F32, ScaleRules.NEAREST, Optional.empty(), Optional.empty()));
    Tensor codes =
        new Quantize(FixedRounding.NEAREST_EVEN, type).eval(List.of(Tensor.of(plain, halves)), type);
    assertArrayEquals(new double[] {0, 0, 2, -2, 126, 127}, codes.elements());
  }

  /** Golden roundings of weights and values. */
  @ParameterizedTest
  @CsvSource({
      "0.001, 0.001953125", "0.017, 0.017578125", "0.3, 0.3125", "1.06, 1", "1.07, 1.125", "2.2846, 2.25", "2.4, 2.5",
      "100, 96", "447.9, 448"})
  void roundingsToE4m3(double number, double rounded) {
    double[] values =
        LowBitCodes.floats(new double[] {448, number}, 2, (row, column) -> 0, 1, Formats.E4M3, 448).values();
    assertArrayEquals(new double[] {448, rounded}, values);
  }

  @Test
  void zerosStayZeros() {
    double[] zeros = new double[4];
    assertArrayEquals(zeros, LowBitCodes.integers(zeros, 4, (row, column) -> 0, 1, 127, false).values());
    assertArrayEquals(zeros, LowBitCodes.integers(zeros, 4, (row, column) -> 0, 1, 127, true).values());
    assertArrayEquals(zeros, LowBitCodes.floats(zeros, 4, (row, column) -> 0, 1, Formats.E4M3, 448).values());
    assertArrayEquals(zeros, LowBitCodes.nvfp4(zeros, 4, (row, column) -> 0, 1).values());
  }

  @Test
  void fourBitFloatsOfGroups() {
    double[] group = {0.1, -0.2, 0.35, 0.5, -0.75, 1.0, 1.2, -1.3, 0.05, 0, 2.0, -2.6, 3.1, 0.9, -0.4, 0.6};
    expect(LowBitCodes.nvfp4(group, 16, (row, column) -> 0, 1).values(), 0.5,
        0, -.5, .5, 1, -1.5, 2, 2, -3, 0, 0, 4, -6, 6, 2, -1, 1);
  }

  /** Of weights far below the largest, the scale of one level is zero, that under a static level is not. */
  @Test
  void weightsUnderAStaticLevel() {
    double[] logarithms = IntStream.range(0, 32).mapToDouble(i -> -(i % 8 + i / 16 * 8)).toArray();
    double[] high = Arrays.stream(logarithms).map(z -> Math.pow(2, z + 11.392317)).toArray();
    double[] codes = LowBitWeights.grouped(high, false);
    double[] expected = {6, 3, 1.5, 1, 0.5, 0, 0, 0};
    for (int i = 0; i < 32; i++) {
      assertEquals(expected[i % 8] * (i < 16 ? 448 : 1.75), codes[i], 1e-3 * codes[i], "weight " + i);
    }
    double[] direct = LowBitWeights.grouped(Arrays.stream(logarithms).map(z -> Math.pow(2, z)).toArray(), true);
    assertEquals(0.171875 * 6, direct[0]);
    assertTrue(Arrays.stream(direct, 16, 32).allMatch(code -> code == 0));
  }

  @ParameterizedTest
  @CsvSource({"0, 0, 0", "7, 7, 3", "8, 0, 0", "31, 7, 3", "32, 8, 0", "39, 15, 3", "127, 31, 7", "128, 32, 8"})
  void rowsOfThreads(int row, int query, int key) {
    assertEquals(query, Sharing.THREAD.ofQuery(row));
    assertEquals(key, Sharing.THREAD.ofKey(row));
  }

  @Test
  void sumsOfHalvesStayInRange() {
    LowBit plus = AttentionScheme.SAGE2PP.lowBit();
    assertEquals(64512, Formats.E4M3.max() * plus.range() * plus.step());
    IllegalArgumentException wide =
        assertThrows(IllegalArgumentException.class, () -> plus.withWeights(Weights.E4M3, 2.5, Formats.F16));
    assertEquals("a step of 64 products of 448 and 2.5 sums up to 71680.0, which f16 does not hold", wide.getMessage());
  }
}
