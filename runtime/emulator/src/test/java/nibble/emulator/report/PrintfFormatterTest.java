package nibble.emulator.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Formatting as C does it: what glibc prints for the same format and arguments. */
class PrintfFormatterTest {
  /** Arguments as a kernel lays them out: each aligned to its size; text is at its address in the same buffer. */
  private static String format(String format, Object... arguments) {
    ByteBuffer memory = ByteBuffer.allocate(256).order(ByteOrder.LITTLE_ENDIAN);
    int at = 0;
    int text = 128;
    for (Object argument : arguments) {
      int size = argument instanceof Integer ? 4 : 8;
      at = (at + size - 1) / size * size;
      switch (argument) {
        case Integer it -> memory.putInt(at, it);
        case Long it -> memory.putLong(at, it);
        case Double it -> memory.putDouble(at, it);
        default -> {
          memory.putLong(at, text);
          for (char c : (argument + "\0").toCharArray()) {
            memory.put(text++, (byte) c);
          }
        }
      }
      at += size;
    }
    return PrintfFormatter.format(
        format, 0,
        new PrintfFormatter.Memory() {
          @Override
          public long read(long address, int bytes) {
            int place = (int) address;
            return switch (bytes) {
              case 1 -> memory.get(place);
              case 2 -> memory.getShort(place);
              case 4 -> memory.getInt(place);
              default -> memory.getLong(place);
            };
          }

          @Override
          public String string(long address) {
            StringBuilder string = new StringBuilder();
            for (int place = (int) address; memory.get(place) != 0; place++) {
              string.append((char) memory.get(place));
            }
            return string.toString();
          }
        });
  }

  @Test
  void integers() {
    assertEquals("-7|007|   -7|-7   |+7| 7|", format("%d|%03d|%5d|%-5d|%+d|% d|", -7, 7, -7, -7, 7, 7));
    assertEquals("007|  007|-007", format("%.3d|%5.3d|%.3i", 7, 7, -7));
    assertEquals("4294967295 ffffffff FFFFFFFF 37777777777", format("%u %x %X %o", -1, -1, -1, -1));
    assertEquals("0xff 0XFF 0377 0 0", format("%#x %#X %#o %#x %#o", 255, 255, 255, 0, 0));
    assertEquals("0000beef|0X00FF|  0xff", format("%08x|%#06X|%#6x", 0xbeef, 255, 255));
    assertEquals("-1 18446744073709551615 ffffffffffffffff", format("%lld %llu %lx", -1L, -1L, -1L));
    assertEquals("    7|7    |00007", format("%*d|%*d|%0*d", 5, 7, -5, 7, 5, 7));
  }

  @Test
  void narrowIntegers() {
    assertEquals("-1 255 -1 65535 1", format("%hhd %hhu %hd %hu %hhd", 255, -1, 65535, -1, 257));
  }

  @Test
  void textAndCharacters() {
    assertEquals("a|  a|a  |%", format("%c|%3c|%-3c|%%", 97, 97, 97));
    assertEquals("text| text|text |te", format("%s|%5s|%-5s|%.2s", "text", "text", "text", "text"));
    assertEquals("0x1234", format("%p", 0x1234L));
  }

  @ParameterizedTest
  @CsvSource({
    "%f, 0, 0.000000",
    "%f, -0.0, -0.000000",
    "%f, 1e15, 1000000000000000.000000",
    "%.0f, 0.5, 0",
    "%.0f, 1.5, 2",
    "%.0f, 2.5, 2",
    "%.2f, 2.675, 2.67",
    "%.3f, 1234.5625, 1234.562",
    "%10.2f|, 3.14159, '      3.14|'",
    "%-10.2f|, 3.14159, '3.14      |'",
    "%010.2f, -3.14159, -000003.14",
    "%+.1f, 3, +3.0",
    "%e, 0, 0.000000e+00",
    "%e, 12345.6789, 1.234568e+04",
    "%.0e, 15, 2e+01",
    "%.0e, 25, 2e+01",
    "%.3E, 1e-300, 1.000E-300",
    "%e, 9.9999999, 1.000000e+01",
    "%g, 0, 0",
    "%g, 100000, 100000",
    "%g, 1000000, 1e+06",
    "%g, 0.0001, 0.0001",
    "%g, 0.00001, 1e-05",
    "%g, 1.5, 1.5",
    "%.3g, 1234.5, 1.23e+03",
    "%#g, 1.5, 1.50000",
    "%G, 1e20, 1E+20",
    "%a, 1, 0x1p+0",
    "%a, 0.5, 0x1p-1",
    "%a, -10, -0x1.4p+3",
    "%a, 0, 0x0p+0",
    "%A, 0.1, 0X1.999999999999AP-4",
    "%f, Infinity, inf",
    "%F, -Infinity, -INF",
    "%5.1f|, NaN, '  nan|'",
    "%05f|, Infinity, '  inf|'"
  })
  void floatingPoint(String format, double value, String expected) {
    assertEquals(expected, format(format, value));
  }

  @Test
  void argumentsAreAligned() {
    assertEquals("1 2.5 3 4 five", format("%d %g %d %lld %s", 1, 2.5, 3, 4L, "five"));
  }

  @Test
  void whatIsNoConversionStays() {
    assertEquals("100% sure? %y", format("100%% sure? %y"));
  }

  @Property
  void fixedPointIsThatOfExactNumbers(@ForAll double value, @ForAll @IntRange(max = 12) int digits) {
    if (Math.abs(value) < 1e18) {
      String expected = new BigDecimal(value).setScale(digits, RoundingMode.HALF_EVEN).toPlainString();
      String signed = Double.doubleToRawLongBits(value) < 0 && !expected.startsWith("-") ? "-" + expected : expected;
      assertEquals(signed, format("%." + digits + "f", value));
    }
  }

  @Property
  void integersAreThoseOfJava(@ForAll long value, @ForAll @IntRange(min = 1, max = 30) int width) {
    assertEquals(String.format(Locale.ROOT, "%" + width + "d", value), format("%" + width + "lld", value));
    assertEquals(String.format(Locale.ROOT, "%0" + width + "d", value), format("%0" + width + "lld", value));
    assertEquals(String.format(Locale.ROOT, "%-" + width + "d|", value), format("%-" + width + "lld|", value));
    assertEquals(Long.toHexString(value), format("%llx", value));
  }
}
