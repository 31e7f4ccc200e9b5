package nibble.passes.precision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import nibble.ir.Registry;
import nibble.ir.diagnostic.InputException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LayoutSpecTest {
  private static final Registry REGISTRY = Registry.core();

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
    "i8:channel | i8:channel",
    "i8:tensor | i8:tensor",
    "e4m3:token | e4m3:token",
    "i8:axis 1 | i8:axis 1",
    "i8:axis1 | i8:axis 1",
    "i8:axis(1) | i8:axis 1",
    "i4:group32 | i4:group 32",
    "i4:group(32) | i4:group 32",
    "i8:block( 32 , 32 ):f16 | i8:block(32,32):f16",
    "i8 : token : f32 | i8:token",
  })
  void isReadAndWritten(String text, String canonical) {
    assertEquals(canonical, LayoutSpec.parse(text, REGISTRY).toString());
    assertEquals(LayoutSpec.parse(text, REGISTRY), LayoutSpec.parse(canonical, REGISTRY));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
    "i8 | 'i8' is no layout",
    "i8:token:f16:f16 | 'i8:token:f16:f16' is no layout",
    "i9:token | there is no number format 'i9'",
    "bool:token | the format bool holds no negative numbers",
    "i8:token:i8 | scales are floating-point numbers, not i8",
    "i8:rows | there is no granularity 'rows'",
    "i8:token 4 | 'token' takes another count of numbers than 1",
    "i8:axis | 'axis' takes another count of numbers than 0",
    "i8:block(1) | 'block' takes another count of numbers than 1",
    "i8:group 0 | 'group 0': a scale block needs positive extents, not 0",
    "i8:group 99999999999999999999 | the number 99999999999999999999 is too large",
    "i8:axis 99999999999 | 'axis 99999999999': integer overflow",
    "i8: | there is no granularity ''",
    "i8:-3 | there is no granularity '-3'",
  })
  void isRefused(String text, String message) {
    assertEquals(message, assertThrows(InputException.class, () -> LayoutSpec.parse(text, REGISTRY)).getMessage());
  }
}
