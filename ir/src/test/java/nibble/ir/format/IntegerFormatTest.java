package nibble.ir.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class IntegerFormatTest {
  static List<IntegerFormat> integers() {
    return Formats.all().stream().filter(IntegerFormat.class::isInstance).map(IntegerFormat.class::cast).toList();
  }

  @Provide
  Arbitrary<IntegerFormat> formats() {
    return Arbitraries.of(integers());
  }

  @Provide
  Arbitrary<Double> values() {
    return Arbitraries.oneOf(
        Arbitraries.longs().map(Double::longBitsToDouble).filter(value -> !Double.isNaN(value)),
        Arbitraries.integers().between(-600, 600).map(i -> i / 2.0),
        Arbitraries.integers().map(i -> i / 2.0),
        Arbitraries.of(0x1p31, 0x1p31 - 1, -0x1p31, 0x1p63, -0x1p63, Double.POSITIVE_INFINITY, -0.0));
  }

  @ParameterizedTest
  @CsvSource({
      "i4,-8,7", "i8,-128,127", "u8,0,255", "i16,-32768,32767", "i32,-2147483648,2147483647",
      "i64,-9223372036854775808,9223372036854775807", "bool,0,1"})
  void range(String name, double min, double max) {
    IntegerFormat format = integers().stream().filter(f -> f.name().equals(name)).findFirst().orElseThrow();
    assertEquals(min, format.min());
    assertEquals(max, format.max());
    assertTrue(format.isInteger());
  }

  @ParameterizedTest
  @MethodSource("integers")
  void everyCodeComesBack(IntegerFormat format) {
    long count = 1L << Math.min(format.bits(), 16);
    for (long code = 0; code < count; code++) {
      assertEquals(code, format.encode(format.decode(code), Rounding.NEAREST_EVEN));
    }
  }

  @Property(tries = 3000)
  void roundsThenSaturates(
      @ForAll("formats") IntegerFormat format, @ForAll("values") double value, @ForAll FixedRounding rounding) {
    double expected;
    if (Double.isInfinite(value)) {
      expected = value > 0 ? format.max() : format.min();
    } else {
      BigInteger integer = ReferenceRounding.toInteger(new BigDecimal(value), rounding).toBigInteger();
      BigInteger lowest = format.signed() ? BigInteger.TWO.pow(format.bits() - 1).negate() : BigInteger.ZERO;
      BigInteger highest = BigInteger.TWO.pow(format.bits() - (format.signed() ? 1 : 0)).subtract(BigInteger.ONE);
      expected = integer.max(lowest).min(highest).doubleValue();
    }
    assertEquals(expected, format.decode(format.encode(value, rounding)));
  }

  @Property
  void wrapKeepsTheLowBits(@ForAll("formats") IntegerFormat format, @ForAll long integer) {
    BigInteger modulus = BigInteger.TWO.pow(format.bits());
    BigInteger wrapped = BigInteger.valueOf(integer).mod(modulus);
    if (format.signed() && wrapped.compareTo(modulus.shiftRight(1)) >= 0) {
      wrapped = wrapped.subtract(modulus);
    }
    assertEquals(wrapped.doubleValue(), format.wrap(integer));
  }

  @Property(tries = 2000)
  void roundingErrorIsABound(@ForAll("formats") IntegerFormat format, @ForAll("values") double value) {
    if (value >= format.min()) {
      double bound = format.roundingError(Math.abs(value));
      assertTrue(Math.abs(format.round(value) - value) <= bound || Double.isInfinite(value));
    }
  }

  @Test
  void nanIsZero() {
    integers().forEach(format -> assertEquals(0, format.encode(Double.NaN, Rounding.NEAREST_EVEN)));
  }

  @Test
  void symmetricGridLeavesOutTheMostNegative() {
    assertEquals(127, Formats.I8.symmetricMax());
    assertEquals(7, Formats.I4.symmetricMax());
    assertEquals(255, Formats.U8.symmetricMax());
  }

  @Test
  void truthValuesTakeAByte() {
    assertEquals(8, Formats.BOOL.storageBits());
    assertEquals(4, Formats.I4.storageBits());
  }

  @Test
  void refusesWidthsThatDoNotFitALong() {
    assertThrows(IllegalArgumentException.class, () -> new IntegerFormat("i0", 0, true, ""));
    assertThrows(IllegalArgumentException.class, () -> new IntegerFormat("i65", 65, true, ""));
    assertThrows(IllegalArgumentException.class, () -> new IntegerFormat("u64", 64, false, ""));
  }
}
