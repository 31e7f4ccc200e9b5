package nibble.passes.canonicalize;

import nibble.ir.rewrite.Rewrite;
import nibble.passes.testing.RewriteContract;

class RemoveAddZeroTest extends RewriteContract {
  @Override
  protected Rewrite rewrite() {
    return new RemoveAddZero();
  }

  @Override
  protected String fires() {
    return """
        func @negative(%x: tensor<[B,4] x f32>) {
          %c = constant {values = [-0.0]} : tensor<[] x f32>
          %0 = add %x, %c : tensor<[B,4] x f32>
          return %0
        }
        func @integer(%x: tensor<[B,4] x i8>) {
          %c = constant {values = [0.0]} : tensor<[4] x i8>
          %0 = add %x, %c : tensor<[B,4] x i8>
          return %0
        }
        """;
  }

  @Override
  protected String doesNotFire() {
    return """
        func @positive(%x: tensor<[B,4] x f32>) {
          %c = constant {values = [0.0]} : tensor<[] x f32>
          %0 = add %x, %c : tensor<[B,4] x f32>
          return %0
        }
        func @broadcasts(%x: tensor<[1,4] x f32>) {
          %c = constant {values = [-0.0]} : tensor<[B,4] x f32>
          %0 = add %x, %c : tensor<[B,4] x f32>
          return %0
        }
        func @small(%x: tensor<[B,4] x f32>) {
          %c = constant {values = [1.0E-60]} : tensor<[] x f32>
          %0 = add %x, %c : tensor<[B,4] x f32>
          return %0
        }
        """;
  }
}
