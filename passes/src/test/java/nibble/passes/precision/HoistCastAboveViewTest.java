package nibble.passes.precision;

import nibble.ir.rewrite.Rewrite;
import nibble.passes.testing.RewriteContract;

class HoistCastAboveViewTest extends RewriteContract {
  @Override
  protected Rewrite rewrite() {
    return new HoistCastAboveView();
  }

  @Override
  protected String fires() {
    return """
        func @views(%x: tensor<[B,4] x f32>) {
          %0 = transpose %x {axes = [1, 0]} : tensor<[4,B] x f32>
          %1 = reshape %0 {shape = [2,2*B]} : tensor<[2,2*B] x f32>
          %2 = broadcast %1 {shape = [3,2,2*B]} : tensor<[3,2,2*B] x f32>
          %3 = cast %2 {to = f16} : tensor<[3,2,2*B] x f16>
          return %3
        }
        func @saturates(%x: tensor<[B,4] x bf16>) {
          %0 = transpose %x {axes = [1, 0]} : tensor<[4,B] x bf16>
          %1 = cast %0 {to = e4m3} : tensor<[4,B] x e4m3>
          return %1, %0
        }
        """;
  }

  @Override
  protected String doesNotFire() {
    return """
        func @widens(%x: tensor<[B,4] x f16>) {
          %0 = transpose %x {axes = [1, 0]} : tensor<[4,B] x f16>
          %1 = cast %0 {to = f32} : tensor<[4,B] x f32>
          return %1
        }
        func @part(%x: tensor<[B,4] x f32>) {
          %0 = slice %x {axis = 1, from = 0, to = 1, step = 1} : tensor<[B,1] x f32>
          %1 = cast %0 {to = f16} : tensor<[B,1] x f16>
          return %1
        }
        func @integers(%x: tensor<[B,4] x f32>) {
          %0 = transpose %x {axes = [1, 0]} : tensor<[4,B] x f32>
          %1 = cast %0 {to = i8} : tensor<[4,B] x i8>
          return %1
        }
        """;
  }
}
