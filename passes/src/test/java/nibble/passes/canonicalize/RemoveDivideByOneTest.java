package nibble.passes.canonicalize;

import nibble.ir.rewrite.Rewrite;
import nibble.passes.testing.RewriteContract;

class RemoveDivideByOneTest extends RewriteContract {
  @Override
  protected Rewrite rewrite() {
    return new RemoveDivideByOne();
  }

  @Override
  protected String fires() {
    return """
        func @float(%x: tensor<[B,4] x bf16>) {
          %c = constant {values = [1.0]} : tensor<[] x bf16>
          %0 = div %x, %c : tensor<[B,4] x bf16>
          return %0
        }
        func @integer(%x: tensor<[B,4] x i16>) {
          %c = constant {values = [1.0]} : tensor<[] x i16>
          %0 = div %x, %c : tensor<[B,4] x i16>
          return %0
        }
        """;
  }

  @Override
  protected String doesNotFire() {
    return """
        func @reciprocal(%x: tensor<[B,4] x f32>) {
          %c = constant {values = [1.0]} : tensor<[] x f32>
          %0 = div %c, %x : tensor<[B,4] x f32>
          return %0
        }
        func @two(%x: tensor<[B,4] x f32>) {
          %c = constant {values = [2.0]} : tensor<[] x f32>
          %0 = div %x, %c : tensor<[B,4] x f32>
          return %0
        }
        """;
  }
}
