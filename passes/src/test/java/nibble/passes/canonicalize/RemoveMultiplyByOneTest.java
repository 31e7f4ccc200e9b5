package nibble.passes.canonicalize;

import nibble.ir.rewrite.Rewrite;
import nibble.passes.testing.RewriteContract;

class RemoveMultiplyByOneTest extends RewriteContract {
  @Override
  protected Rewrite rewrite() {
    return new RemoveMultiplyByOne();
  }

  @Override
  protected String fires() {
    return """
        func @half(%x: tensor<[B,4] x f16>) {
          %c = constant {values = [1.0]} : tensor<[4] x f16>
          %0 = mul %x, %c : tensor<[B,4] x f16>
          return %0
        }
        func @integer(%x: tensor<[B,4] x i8>) {
          %c = constant {values = [1.0]} : tensor<[] x i8>
          %0 = mul %x, %c : tensor<[B,4] x i8>
          return %0
        }
        """;
  }

  @Override
  protected String doesNotFire() {
    return """
        func @zero(%x: tensor<[B,4] x f32>) {
          %c = constant {values = [0.0]} : tensor<[] x f32>
          %0 = mul %x, %c : tensor<[B,4] x f32>
          return %0
        }
        func @broadcasts(%x: tensor<[4] x f32>) {
          %c = constant {values = [1.0]} : tensor<[B,4] x f32>
          %0 = mul %x, %c : tensor<[B,4] x f32>
          return %0
        }
        """;
  }
}
