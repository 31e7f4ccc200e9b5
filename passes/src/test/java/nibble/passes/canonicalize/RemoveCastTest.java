package nibble.passes.canonicalize;

import nibble.ir.rewrite.Rewrite;
import nibble.passes.testing.RewriteContract;

class RemoveCastTest extends RewriteContract {
  @Override
  protected Rewrite rewrite() {
    return new RemoveCast();
  }

  @Override
  protected String fires() {
    return """
        func @same(%x: tensor<[B,4] x f32>, %n: tensor<[4] x i8>) {
          %0 = cast %x {to = f32} : tensor<[B,4] x f32>
          %1 = cast %n {to = i8} : tensor<[4] x i8>
          return %0, %1
        }
        """;
  }

  @Override
  protected String doesNotFire() {
    return """
        func @other(%x: tensor<[B,4] x f32>) {
          %0 = cast %x {to = f16} : tensor<[B,4] x f16>
          return %0
        }
        """;
  }
}
