package nibble.codegen.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;

import nibble.ir.eval.Mode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SplitDynamicQuantizeTest {
  @Test
  void scalesBecomeValues() {
    assertEquals("""
        %1 = amax %x {granularity = token} : tensor<[B,1] x f32>
        %2 = scales %1 {elements = i8, rule = nearest} : tensor<[B,1] x f32>
        %3 = quantize %x, %2 {rounding = nearest_even} : tensor<[B,48] x i8, scale<token, f32>>
        return %3
        """, Rewritten.of("%x: tensor<[B,48] x f32>", """
        %0 = quantize %x {rounding = nearest_even} : tensor<[B,48] x i8, scale<token, f32>>
        return %0
        """, new SplitDynamicQuantize()).body());
  }

  /** As kernels compute; exact interpretation does not round values, so not the scales that are values now. */
  @ParameterizedTest
  @ValueSource(strings = {
      "tensor, f32", "token, f32", "token, f16", "axis 0, f32", "axis 1, bf16", "block(2,16), f32", "group 8, f32",
      "token, f32, full", "group 16, ue8m0, up", "block(2,16), f32, floor", "group 16, ue4m3, scale<tensor, f32>"})
  void meansTheSame(String scale) {
    Rewritten.of("%x: tensor<[B,48] x f32>", """
        %%0 = quantize %%x {rounding = nearest_even} : tensor<[B,48] x i8, scale<%s>>
        %%z = constant {values = [0.0]} : tensor<[] x f32>
        %%1 = mul %%x, %%z : tensor<[B,48] x f32>
        %%2 = quantize %%1 {rounding = nearest_even} : tensor<[B,48] x i8, scale<%s>>
        return %%0, %%2
        """.formatted(scale, scale), new SplitDynamicQuantize()).meansTheSame(Mode.FAITHFUL);
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "u8, scale<token, f32, zero u8>"})
  void otherPartsStayWithTheirCodes(String precision) {
    String body = """
        %%0 = quantize %%x {rounding = nearest_even} : tensor<[B,48] x %s>
        return %%0
        """.formatted(precision);
    assertEquals(body, Rewritten.of("%x: tensor<[B,48] x f32>", body, new SplitDynamicQuantize()).body());
  }

  @Test
  void residualsStayWithTheirQuantizer() {
    Rewritten rewritten = Rewritten.of("%x: tensor<[B,48] x f32>", """
        %0 = quantize %x {rounding = nearest_even, fallback = 2.0} : tensor<[B,48] x i8, scale<group 8, f32>, residual<i8>>
        return %0
        """, new SplitDynamicQuantize());
    assertEquals("""
        %1 = amax %x {granularity = group 8} : tensor<[B,6] x f32>
        %2 = scales %1 {elements = i8, rule = nearest} : tensor<[B,6] x f32>
        %3 = quantize %x, %2 {rounding = nearest_even, fallback = 2.0} : tensor<[B,48] x i8, scale<group 8, f32>, residual<i8>>
        return %3
        """, rewritten.body());
    rewritten.meansTheSame(Mode.FAITHFUL);
  }

  @Test
  void givenOuterScalesAreAnOperand() {
    assertEquals("""
        %1 = amax %x {granularity = group 16} : tensor<[B,3] x f32>
        %2 = scales %1, %o {elements = e2m1, rule = nearest} : tensor<[B,3] x ue4m3, scale<tensor, f32>>
        %3 = quantize %x, %2 {rounding = nearest_even} : tensor<[B,48] x e2m1, scale<group 16, ue4m3, scale<tensor, f32>>>
        return %3
        """, Rewritten.of("%x: tensor<[B,48] x f32>, %o: tensor<[1,1] x f32>", """
        %0 = quantize %x, %o {rounding = nearest_even} : tensor<[B,48] x e2m1, scale<group 16, ue4m3, scale<tensor, f32>>>
        return %0
        """, new SplitDynamicQuantize()).body());
  }

  @Test
  void givenScalesStay() {
    String body = """
        %0 = quantize %x, %s {rounding = nearest_even} : tensor<[B,48] x i8, scale<token, f32>>
        return %0
        """;
    assertEquals(body, Rewritten.of(
        "%x: tensor<[B,48] x f32>, %s: tensor<[B,1] x f32>", body, new SplitDynamicQuantize()).body());
  }
}
