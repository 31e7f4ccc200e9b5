package nibble.ir.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import nibble.ir.Module;
import nibble.ir.Registry;
import nibble.ir.verify.Verifier;
import org.junit.jupiter.api.Test;

class RoundTripTest {
  private static final String TEXT = """
      module @m {
        symbol B
        symbol S min 8 multiple of 8
        func @f(%x: tensor<[B,S,384] x f32>, %n: tensor<[B,S] x i32>) {
          %w = weight {key = "a.b\\"c"} : tensor<[384,64] x f32> loc("m.nib":3:5 in layer[3].attn.q)
          %0 = quantize %x {rounding = nearest_even} : tensor<[B,S,384] x i8, scale<token, f32>> loc("m.nib":4:5)
          %1 = quantize %w {rounding = nearest_even} : tensor<[384,64] x i8, scale<axis 1, f32>>
          %2 = matmul %0, %1 {transposeB = false, to = f32} : tensor<[B,S,64] x f32>
          %3 = reshape %2 {shape = [B*S,64]} : tensor<[B*S,64] x f32>
          %4 = for %3 {from = 0, to = 2*B + ceil(S/128)} do (%i: tensor<[] x i32>, %acc: tensor<[B*S,64] x f32>) {
            %5 = gelu %acc {kind = erf} : tensor<[B*S,64] x f32>
            yield %5
          } : tensor<[B*S,64] x f32>
          %6 = reduce_sum %4 {axes = [0, 1], keep = false} : tensor<[] x f32>
          return %6, %2
        } loc("m.nib":1:1)
      }
      """;

  @Test
  void printOfParseIsTheText() {
    Registry registry = Registry.core();
    Module module = Parser.parse(TEXT, "m.ir", registry);
    assertEquals(TEXT, Printer.print(module, registry));
    Verifier.require(module);
  }
}
