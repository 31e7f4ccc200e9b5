package nibble.codegen.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import nibble.codegen.kernel.KernelProgram.Parameter;
import nibble.codegen.kernel.sweep.SweepKernel;
import nibble.codegen.partition.Partition;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Operation;
import nibble.ir.Registry;
import nibble.ir.text.Parser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which precision types have kernels, and what the others are refused with. */
class PrecisionKernelsTest {
  private static String quantize(String attributes, String type) {
    return """
        module @m {
          symbol N
          func @f(%%x: tensor<[N,64] x f32>) {
            %%0 = quantize %%x {rounding = %s} : %s
            return %%0
          }
        }
        """.formatted(attributes, type);
  }

  private static KernelProgram program(String text) {
    Module module = Parser.parse(text, "test", Registry.core());
    Function function = module.function("f").orElseThrow();
    Operation kernel = Partition.of(function, module.symbols()).main().body().operations().getFirst();
    return new SweepKernel().generate(kernel, module.symbols()).orElseThrow();
  }

  @ParameterizedTest
  @CsvSource(delimiter = ';', value = {
      "nearest_even; tensor<[N,64] x i8, scale<token, f32, full>>",
      "nearest_even; tensor<[N,64] x i8, scale<token, f16>>",
      "toward_zero; tensor<[N,64] x i8, scale<token, bf16>>",
      "nearest_even; tensor<[N,64] x e4m3, scale<token, f32>>",
      "nearest_even; tensor<[N,64] x e2m3, scale<group 16, f16>>",
      "nearest_even; tensor<[N,64] x e4m3, scale<group 32, ue8m0, up>>",
      "nearest_even; tensor<[N,64] x i16, scale<token, f32>>",
      "nearest_even; tensor<[N,64] x i4, scale<token, f32, full>>",
      "toward_zero; tensor<[N,64] x u4, scale<group 16, f16>>",
      "nearest_even; tensor<[N,64] x i2, scale<block(4,8), f32>>",
      "nearest_even; tensor<[N,64] x u8, scale<token, f32, zero u8>>",
      "nearest_away; tensor<[N,64] x i8, scale<tensor, f32, zero i8>>",
      "nearest_even; tensor<[N,64] x i16, scale<token, f32, zero i16>>",
      "'stochastic(7,0)'; tensor<[N,64] x i16, scale<group 16, f16, zero i16>>",
      "nearest_even; tensor<[N,64] x i4, scale<group 16, f32, zero i8>>",
      "'stochastic(7,0)'; tensor<[N,64] x u4, scale<group 16, f16, zero u8>>",
      "nearest_even; tensor<[N,64] x u4, scale<token, f32, zero u4>>",
      "'stochastic(7,0)'; tensor<[N,64] x i4, scale<group 16, f32, zero i4>>",
      "toward_zero; tensor<[N,64] x u2, scale<group 32, f16, zero u2>>",
      "nearest_even; tensor<[N,64] x i2, scale<tensor, f32, zero i2>>",
      "nearest_even; tensor<[N,64] x u8, scale<block(2,16), f32, zero i4>>",
      "nearest_even; tensor<[N,64] x e2m1, scale<group 32, ue8m0, up>>",
      "nearest_even; tensor<[N,64] x i8, scale<token, f16, scale<tensor, f32>>>",
      "nearest_even; tensor<[N,64] x e2m1, scale<group 16, ue4m3, scale<group 2, f32>>>",
      "nearest_away; tensor<[N,64] x i8, scale<token, f32, up>>",
      "nearest_away; tensor<[N,64] x e4m3, scale<token, ue8m0, floor>>",
      "toward_zero; tensor<[N,64] x e2m1, scale<group 16, ue4m3, up>>",
      "toward_zero; tensor<[N,64] x f16, scale<token, f32>>",
      "nearest_even; tensor<[N,64] x i8, scale<token, ue8m0>>",
      "nearest_even; tensor<[N,64] x e2m1, scale<group 16, ue8m0, even>>",
      "nearest_even; tensor<[N,64] x i4, scale<token, f32, ceil>>",
      "nearest_even; tensor<[N,64] x mxint8, scale<token, f32>>",
      "'stochastic(7,0)'; tensor<[N,64] x i8, scale<token, f32>>",
      "'stochastic(7,5)'; tensor<[N,64] x e2m1, scale<group 16, ue8m0, up>>"})
  void haveKernels(String rounding, String type) {
    KernelHarness.check(quantize(rounding, type), KernelHarness.sizes("N", 5));
  }

  /** An operand or result has a parameter for each of its parts. */
  @Test
  void parametersAreParts() {
    assertEquals(
        List.of(
            new Parameter(0, false, "elements"), new Parameter(0, true, "elements"), new Parameter(0, true, "scales")),
        program(quantize("nearest_even", "tensor<[N,64] x i8, scale<token, f32>>")).parameters());
  }

  @ParameterizedTest
  @CsvSource(delimiter = ';', value = {
      "nearest_away; tensor<[N,64] x f16, scale<token, f32>>; no kernel rounds codes of f16 by nearest_away yet",
      "'stochastic(7,0)'; tensor<[N,64] x bf16, scale<token, f32>>; "
          + "no kernel rounds codes of bf16 by stochastic(7,0) yet",
      "nearest_even; tensor<[N,64] x i8, scale<token, f16, up>>; no kernel computes scales of f16 by the rule 'up' yet",
      "nearest_even; tensor<[N,64] x i32, scale<token, f32, zero i32>>; they do to codes of 16 bits at most",
      "nearest_even; tensor<[N,64] x i2, scale<token, ue8m0, even>>; "
          + "no kernel computes scales for i2 by the rule 'even'",
      "'stochastic(7,0)'; tensor<[N,64] x mxint8, scale<token, f32>>; "
          + "no kernel rounds codes of mxint8 by stochastic(7,0) yet"})
  void areRefused(String rounding, String type, String reason) {
    UnsupportedAccess refusal = assertThrows(UnsupportedAccess.class, () -> program(quantize(rounding, type)));
    assertTrue(refusal.getMessage().contains(reason), refusal::getMessage);
  }

  @ParameterizedTest
  @CsvSource(delimiter = ';', value = {
      "tensor<[N,64] x u8, scale<token, f32, zero i32>>; no kernel takes zero points of i32"})
  void areNotDequantized(String type, String reason) {
    String text = """
        module @m {
          symbol N
          func @f(%%x: %s) {
            %%0 = dequantize %%x {to = f32} : tensor<[N,64] x f32>
            return %%0
          }
        }
        """.formatted(type);
    UnsupportedAccess refusal = assertThrows(UnsupportedAccess.class, () -> program(text));
    assertTrue(refusal.getMessage().contains(reason), refusal::getMessage);
  }
}
