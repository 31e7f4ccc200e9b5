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
    "e4m3:group 32:ue8m0:up | e4m3:group 32:ue8m0:up",
    "e4m3:group(32):ue8m0 up | e4m3:group 32:ue8m0:up",
    "i8:token:full | i8:token:full",
    "e2m1:group 16:ue4m3:tensor f32 | e2m1:group 16:ue4m3:tensor f32",
    "e2m1:group(16):ue4m3:tensor | e2m1:group 16:ue4m3:tensor f32",
    "e2m1:group 16:ue4m3:up:group 8:bf16:even | e2m1:group 16:ue4m3:up:group 8 bf16:even",
    "u4:group 128:f16:zero(u4) | u4:group 128:f16:zero(u4)",
    "i8:block(128,128):residual(i8) | i8:block(128,128):residual(i8)",
    "i8:block(128,128):f16:residual(i8, 4) | i8:block(128,128):f16:residual(i8,4.0)",
    "i8:block(128,128):residual(i8,Infinity) | i8:block(128,128):residual(i8,Infinity)",
    "e2m1:group 32:ue8m0:floor:stochastic( 7 , 3 ) | e2m1:group 32:ue8m0:floor:stochastic(7,3)",
    "i8:token:toward_zero | i8:token:toward_zero",
  })
  void isReadAndWritten(String text, String canonical) {
    assertEquals(canonical, LayoutSpec.parse(text, REGISTRY).toString());
    assertEquals(LayoutSpec.parse(text, REGISTRY), LayoutSpec.parse(canonical, REGISTRY));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
    "i8 | 'i8' is no layout",
    "i8:token:f16:f16 | 'f16' in 'i8:token:f16:f16' is no part of a layout here",
    "i8:token:zero(u8):up | 'up' in 'i8:token:zero(u8):up' is no part of a layout here",
    "i8:token:stochastic(7) | 'stochastic(7)' in 'i8:token:stochastic(7)' is no part of a layout here",
    "i8:token:residual(i8,-1) | the threshold of a residual is a magnitude, not -1",
    "i8:token:residual(i8,x) | the threshold of a residual is a magnitude, not x",
    "u8:token | the format u8 holds no negative numbers",
    "e4m3:token:full | the rule 'full' does not fit elements of e4m3: it is for signed integers",
    "e4m3:token:zero(u8) | only integers have a zero point, not elements of e4m3",
    "i16:token:zero(u8) | zero points of u8 can't be every code of i16",
    "i8:token:f32:tensor | scales of f32 have no scales themselves: its range is wide",
    "i8:token:ue8m0:residual(i8) | residual<i8> needs scales that can be 0, which ue8m0 can't",
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
