package nibble.passes.canonicalize;

import nibble.ir.rewrite.Rewrite;
import nibble.passes.testing.RewriteContract;

class RemoveSubtractZeroTest extends RewriteContract {
  @Override
  protected Rewrite rewrite() {
    return new RemoveSubtractZero();
  }

  @Override
  protected String fires() {
    return """
        func @positive(%x: tensor<[B,4] x f32>) {
          %c = constant {values = [0.0]} : tensor<[] x f32>
          %0 = sub %x, %c : tensor<[B,4] x f32>
          return %0
        }
        func @integer(%x: tensor<[B,4] x i32>) {
          %c = constant {values = [-0.0]} : tensor<[] x i32>
          %0 = sub %x, %c : tensor<[B,4] x i32>
          return %0
        }
        """;
  }

  @Override
  protected String doesNotFire() {
    return """
        func @negative(%x: tensor<[B,4] x f32>) {
          %c = constant {values = [-0.0]} : tensor<[] x f32>
          %0 = sub %x, %c : tensor<[B,4] x f32>
          return %0
        }
        func @from_zero(%x: tensor<[B,4] x f32>) {
          %c = constant {values = [0.0]} : tensor<[] x f32>
          %0 = sub %c, %x : tensor<[B,4] x f32>
          return %0
        }
        """;
  }
}
