package nibble.passes.canonicalize;

import nibble.ir.rewrite.Rewrite;
import nibble.passes.testing.RewriteContract;

class RemoveDoubleNegationTest extends RewriteContract {
  @Override
  protected Rewrite rewrite() {
    return new RemoveDoubleNegation();
  }

  @Override
  protected String fires() {
    return """
        func @numbers(%x: tensor<[B,4] x f32>) {
          %0 = neg %x : tensor<[B,4] x f32>
          %1 = neg %0 : tensor<[B,4] x f32>
          return %1
        }
        func @truth(%x: tensor<[B,4] x bool>) {
          %0 = not %x : tensor<[B,4] x bool>
          %1 = not %0 : tensor<[B,4] x bool>
          return %1, %0
        }
        """;
  }

  @Override
  protected String doesNotFire() {
    return """
        func @once(%x: tensor<[B,4] x f32>) {
          %0 = neg %x : tensor<[B,4] x f32>
          %1 = abs %0 : tensor<[B,4] x f32>
          return %1
        }
        """;
  }
}
