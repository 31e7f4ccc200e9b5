package nibble.emulator.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Locale;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The formats against what the host conversions of CUDA's headers give, and against themselves. */
class GoldenVectorsTest {
  @ParameterizedTest
  @CsvSource({"E4M3,256", "E5M2,256", "E2M3,64", "E3M2,64", "E2M1,16"})
  void decodes(FloatFormat format, int codes) {
    float[] values = GoldenVectors.decoded(format.name().toLowerCase(Locale.ROOT));
    assertEquals(codes, values.length);
    for (int code = 0; code < codes; code++) {
      assertEquals(values[code], (float) format.decode(code), format + " " + code);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "F16,f16_rn,false",
    "BF16,bf16_rn,false",
    "E4M3,e4m3_rn_satfinite,true",
    "E5M2,e5m2_rn_satfinite,true",
    "E4M3,e4m3_rn_nosat,false",
    "E5M2,e5m2_rn_nosat,false",
    "E2M3,e2m3_rn_satfinite,true",
    "E3M2,e3m2_rn_satfinite,true",
    "E2M1,e2m1_rn_satfinite,true"
  })
  void encodes(FloatFormat format, String column, boolean saturates) {
    int[] numbers = GoldenVectors.encoded("f32_bits");
    int[] codes = GoldenVectors.encoded(column);
    assertTrue(numbers.length > 13_000);
    for (int i = 0; i < numbers.length; i++) {
      float number = Float.intBitsToFloat(numbers[i]);
      assertEquals(codes[i], format.encode(number, Rounding.NEAREST_EVEN, saturates), column + " of " + number);
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyCodeIsItsOwnRounding(FloatFormat format) {
    int codes = Math.min(1 << Math.min(format.bits(), 20), 1 << 20);
    for (int code = 0; code < codes; code++) {
      double value = format.decode(code);
      for (Rounding rounding : Rounding.values()) {
        int expected = format.isNan(code) ? format.nan() : code;
        assertEquals(expected, format.encode(value, rounding, false), format + " " + code + " " + rounding);
      }
    }
  }

  /** What is rounded down is no greater, what is rounded up no less, and the nearest is one of these two. */
  @Property
  void directionsEnclose(@ForAll FloatFormat format, @ForAll double value) {
    double largest = format.decode(format.largest());
    double x = value % largest;
    double down = format.decode(format.encode(x, Rounding.DOWN, true));
    double up = format.decode(format.encode(x, Rounding.UP, true));
    double nearest = format.decode(format.encode(x, Rounding.NEAREST_EVEN, true));
    double zero = format.decode(format.encode(x, Rounding.ZERO, true));
    assertTrue(down <= x && x <= up, () -> x + " between " + down + " and " + up);
    double less = Math.abs(x - down);
    double more = Math.abs(up - x);
    assertEquals(less < more ? down : less > more ? up : nearest, nearest);
    assertEquals(x < 0 ? up : down, zero);
  }
}
