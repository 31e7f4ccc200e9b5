package nibble.passes.canonicalize;

import nibble.ir.rewrite.Rewrite;
import nibble.passes.testing.RewriteContract;

class RemoveIdentityViewTest extends RewriteContract {
  @Override
  protected Rewrite rewrite() {
    return new RemoveIdentityView();
  }

  @Override
  protected String fires() {
    return """
        func @views(%x: tensor<[B,4] x f32>) {
          %0 = reshape %x {shape = [B,4]} : tensor<[B,4] x f32>
          %1 = transpose %0 {axes = [0, 1]} : tensor<[B,4] x f32>
          %2 = broadcast %1 {shape = [B,4]} : tensor<[B,4] x f32>
          %3 = slice %2 {axis = 0, from = 0, to = B, step = 1} : tensor<[B,4] x f32>
          %4 = concat %3 {axis = 0} : tensor<[B,4] x f32>
          return %4
        }
        """;
  }

  @Override
  protected String doesNotFire() {
    return """
        func @square(%x: tensor<[4,4] x f32>) {
          %0 = transpose %x {axes = [1, 0]} : tensor<[4,4] x f32>
          return %0
        }
        func @part(%x: tensor<[4] x f32>) {
          %0 = slice %x {axis = 0, from = 1, to = 4, step = 1} : tensor<[3] x f32>
          %1 = slice %0 {axis = 0, from = 0, to = 3, step = 2} : tensor<[2] x f32>
          return %1
        }
        func @reverse_of_nothing(%x: tensor<[B,4] x f32>) {
          %0 = reshape %x {shape = [4*B]} : tensor<[4*B] x f32>
          return %0
        }
        """;
  }
}
