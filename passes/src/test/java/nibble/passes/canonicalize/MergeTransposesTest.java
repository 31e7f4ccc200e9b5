package nibble.passes.canonicalize;

import nibble.ir.rewrite.Rewrite;
import nibble.passes.testing.RewriteContract;

class MergeTransposesTest extends RewriteContract {
  @Override
  protected Rewrite rewrite() {
    return new MergeTransposes();
  }

  @Override
  protected String fires() {
    return """
        func @twice(%x: tensor<[B,4,3] x f32>) {
          %0 = transpose %x {axes = [2, 0, 1]} : tensor<[3,B,4] x f32>
          %1 = transpose %0 {axes = [1, 0, 2]} : tensor<[B,3,4] x f32>
          return %1, %0
        }
        func @back(%x: tensor<[B,4] x f32>) {
          %0 = transpose %x {axes = [1, 0]} : tensor<[4,B] x f32>
          %1 = transpose %0 {axes = [1, 0]} : tensor<[B,4] x f32>
          return %1
        }
        """;
  }

  @Override
  protected String doesNotFire() {
    return """
        func @once(%x: tensor<[B,4] x f32>) {
          %0 = transpose %x {axes = [1, 0]} : tensor<[4,B] x f32>
          %1 = reshape %0 {shape = [4*B]} : tensor<[4*B] x f32>
          return %1
        }
        """;
  }
}
