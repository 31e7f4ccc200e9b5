package nibble.emulator.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import nibble.emulator.TensorArithmetic;
import nibble.emulator.format.Rounding;
import nibble.emulator.model.Target;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What tensor cores of different generations make of sums that are not exact: the model's own check vectors, computed
 * by the quick form and by the plain one.
 */
class AccumulationTest {
  private static final ElementType F16 = ElementType.F16;
  private static final ElementType E4M3 = ElementType.E4M3;

  /** Products in the order of k, the rest zero. Each is a power of two, given by the exponents of its factors. */
  private static double[] products(double... values) {
    return values;
  }

  private static double[] repeat(double value, int count) {
    double[] values = new double[count];
    Arrays.fill(values, value);
    return values;
  }

  private static double[] oneAnd(double value, int count) {
    double[] values = repeat(value, count + 1);
    values[0] = 1;
    return values;
  }

  static Stream<Arguments> vectors() {
    float two24 = 0x1p24f;
    float two25 = 0x1p25f;
    float two26 = 0x1p26f;
    return Stream.of(
        Arguments.of("sm_80", F16, repeat(1, 16), two24, two24 + 16),
        Arguments.of("sm_90", F16, repeat(1, 16), two24, two24 + 16),
        Arguments.of("sm_89", F16, repeat(1, 16), two25, two25),
        Arguments.of("sm_100", F16, repeat(1, 16), two25, two25 + 16),
        Arguments.of("sm_86", F16, repeat(1, 16), two26, two26),
        Arguments.of("sm_120", F16, repeat(1, 16), two26, two26),
        Arguments.of("sm_80", F16, products(0x1p25, 1, -0x1p25), 0f, 0f),
        Arguments.of("sm_90", F16, products(0x1p25, 1, -0x1p25), 0f, 1f),
        Arguments.of("sm_80", F16, products(0x1p24, 1, -0x1p24), 0f, 1f),
        Arguments.of("sm_90", F16, products(0x1p24, 1, -0x1p24), 0f, 1f),
        Arguments.of("sm_80", F16, oneAnd(0x1p-24, 15), 0f, 1 + 7 * 0x1p-23f),
        Arguments.of("sm_90", F16, oneAnd(0x1p-24, 15), 0f, 1 + 7 * 0x1p-23f),
        Arguments.of("sm_80", F16, oneAnd(0x1p-25, 15), 0f, 1f),
        Arguments.of("sm_90", F16, oneAnd(0x1p-25, 15), 0f, 1 + 3 * 0x1p-23f),
        Arguments.of("sm_89", E4M3, repeat(1, 32), 0x1p13f, 0x1p13f + 32),
        Arguments.of("sm_120", E4M3, repeat(1, 32), 0x1p13f, 0x1p13f + 32),
        Arguments.of("sm_89", E4M3, repeat(1, 32), 0x1p14f, 0x1p14f),
        Arguments.of("sm_120", E4M3, repeat(1, 32), 0x1p14f, 0x1p14f + 32));
  }

  @ParameterizedTest(name = "{0} {1} + {3}")
  @MethodSource("vectors")
  void vector(String target, ElementType type, double[] products, float c, float expected) {
    int k = 256 / type.bits();
    Target sm = Target.of(target).orElseThrow();
    Multiplication quick =
        Multiplications.floating(sm, TensorArithmetic.MODELLED, 16, k, type, type, false, Optional.empty());
    TileMap a = TileMap.a(16, k, type.perRegister());
    TileMap b = TileMap.b(k, type.perRegister());
    Multiplication plain =
        new FloatMultiplication(
            a, b, TileMap.c(16, 1), type, type, Accumulation.of(sm, type, true), Optional.empty());
    assertEquals(expected, compute(quick, a, b, type, products, c));
    assertEquals(expected, compute(plain, a, b, type, products, c));
  }

  /** Row 3 and column 5 hold the factors; the result is read where they meet. */
  private static float compute(
      Multiplication multiplication, TileMap a, TileMap b, ElementType type, double[] products, float c) {
    int[] words = new int[20 * 32];
    int[] aRegisters = {0, 32, 64, 96};
    int[] bRegisters = {128, 160};
    int[] cRegisters = {192, 224, 256, 288};
    for (int k = 0; k < products.length; k++) {
      int exponent = Math.getExponent(products[k]);
      int half = Math.floorDiv(exponent, 2);
      double left = Math.scalb(Math.signum(products[k]), half);
      double right = Math.scalb(1.0, exponent - half);
      put(a, 3 * a.columns() + k, type, left, words, aRegisters);
      put(b, k * 8 + 5, type, right, words, bRegisters);
    }
    TileMap map = TileMap.c(16, 1);
    for (int r = 0; r < 4; r++) {
      for (int lane = 0; lane < 32; lane++) {
        words[cRegisters[r] + lane] = Float.floatToRawIntBits(c);
      }
    }
    multiplication.run(words, null, cRegisters, aRegisters, bRegisters, cRegisters, 0, new TensorScratch());
    for (int r = 0; r < 4; r++) {
      for (int lane = 0; lane < 32; lane++) {
        if (map.index(r, lane, 0) == 3 * 8 + 5) {
          return Float.intBitsToFloat(words[cRegisters[r] + lane]);
        }
      }
    }
    throw new IllegalStateException("no lane has the element");
  }

  private static void put(TileMap map, int index, ElementType type, double value, int[] words, int[] registers) {
    int code = type.format().encode(value, Rounding.NEAREST_EVEN, false);
    for (int r = 0; r < map.registers(); r++) {
      for (int lane = 0; lane < 32; lane++) {
        for (int e = 0; e < map.perRegister(); e++) {
          if (map.index(r, lane, e) == index) {
            words[registers[r] + lane] |= code << e * type.bits();
          }
        }
      }
    }
  }
}
