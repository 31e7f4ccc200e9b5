package nibble.codegen.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;

import nibble.ir.eval.Mode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SplitAffineQuantizeTest {
  @Test
  void scalesAndZeroPointsBecomeValues() {
    assertEquals("""
        %1 = amax %x {granularity = token, side = above} : tensor<[B,1] x f32>
        %2 = amax %x {granularity = token, side = below} : tensor<[B,1] x f32>
        %3 = constant {values = [3.4028234663852886E38]} : tensor<[] x f32>
        %4 = add %1, %2 : tensor<[B,1] x f32>
        %5 = maximum %1, %2 : tensor<[B,1] x f32>
        %6 = compare %5, %3 {kind = le} : tensor<[B,1] x bool>
        %7 = minimum %4, %3 : tensor<[B,1] x f32>
        %8 = select %6, %7, %4 : tensor<[B,1] x f32>
        %9 = scales %8 {elements = u8, rule = nearest, zero = u8} : tensor<[B,1] x f16>
        %10 = cast %9 {to = f32} : tensor<[B,1] x f32>
        %11 = div %1, %10 : tensor<[B,1] x f32>
        %12 = constant {values = [255.0]} : tensor<[] x f32>
        %13 = sub %12, %11 : tensor<[B,1] x f32>
        %14 = round %13 : tensor<[B,1] x f32>
        %15 = constant {values = [0.0]} : tensor<[] x f32>
        %16 = maximum %14, %15 : tensor<[B,1] x f32>
        %17 = constant {values = [255.0]} : tensor<[] x f32>
        %18 = minimum %16, %17 : tensor<[B,1] x f32>
        %19 = cast %18 {to = u8} : tensor<[B,1] x u8>
        %20 = quantize %x, %9, %19 {rounding = nearest_even} : tensor<[B,48] x u8, scale<token, f16, zero u8>>
        return %20
        """, Rewritten.of("%x: tensor<[B,48] x f32>", """
        %0 = quantize %x {rounding = nearest_even} : tensor<[B,48] x u8, scale<token, f16, zero u8>>
        return %0
        """, new SplitAffineQuantize()).body());
  }

  /** As kernels compute, with boxes on one side of 0 alone, and of zeros; the span itself is rounded to f32 now. */
  @ParameterizedTest
  @ValueSource(strings = {
      "u8, scale<token, f16, zero u8>", "i8, scale<tensor, bf16, zero i8>", "i8, scale<axis 1, f16, zero i16>",
      "u4, scale<group 16, f16, zero u4>", "u4, scale<group 8, bf16, zero u8>",
      "i4, scale<block(2,16), ue8m0, zero i8>",
      "u2, scale<token, bf16, zero u8>", "i4, scale<token, f16, zero i2>", "i2, scale<group 16, bf16, zero i2>",
      "i8, scale<axis 1, f16, zero u4>"})
  void meansTheSame(String precision) {
    Rewritten.of("%x: tensor<[B,48] x f32>", """
        %%0 = quantize %%x {rounding = nearest_even} : tensor<[B,48] x %1$s>
        %%z = constant {values = [0.0]} : tensor<[] x f32>
        %%1 = mul %%x, %%z : tensor<[B,48] x f32>
        %%2 = quantize %%1 {rounding = nearest_even} : tensor<[B,48] x %1$s>
        %%3 = abs %%x : tensor<[B,48] x f32>
        %%4 = quantize %%3 {rounding = nearest_even} : tensor<[B,48] x %1$s>
        %%5 = neg %%3 : tensor<[B,48] x f32>
        %%6 = quantize %%5 {rounding = nearest_even} : tensor<[B,48] x %1$s>
        return %%0, %%2, %%4, %%6
        """.formatted(precision), new SplitAffineQuantize()).meansTheSame(Mode.FAITHFUL);
  }

  @ParameterizedTest
  @ValueSource(strings = {"i8, scale<token, f32>", "u8, scale<token, f16, scale<tensor, f32>, zero u8>"})
  void othersStay(String precision) {
    String body = """
        %%0 = quantize %%x {rounding = nearest_even} : tensor<[B,48] x %s>
        return %%0
        """.formatted(precision);
    assertEquals(body, Rewritten.of("%x: tensor<[B,48] x f32>", body, new SplitAffineQuantize()).body());
  }
}
