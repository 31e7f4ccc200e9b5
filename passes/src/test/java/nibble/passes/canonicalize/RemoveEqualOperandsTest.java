package nibble.passes.canonicalize;

import nibble.ir.rewrite.Rewrite;
import nibble.passes.testing.RewriteContract;

class RemoveEqualOperandsTest extends RewriteContract {
  @Override
  protected Rewrite rewrite() {
    return new RemoveEqualOperands();
  }

  @Override
  protected String fires() {
    return """
        func @choice(%x: tensor<[B,4] x f32>) {
          %0 = maximum %x, %x : tensor<[B,4] x f32>
          %1 = minimum %0, %0 : tensor<[B,4] x f32>
          return %1
        }
        func @truth(%x: tensor<[B,4] x bool>) {
          %0 = and %x, %x : tensor<[B,4] x bool>
          %1 = or %0, %0 : tensor<[B,4] x bool>
          return %1
        }
        """;
  }

  @Override
  protected String doesNotFire() {
    return """
        func @sub(%x: tensor<[B,4] x f32>) {
          %0 = sub %x, %x : tensor<[B,4] x f32>
          return %0
        }
        func @different(%x: tensor<[B,4] x f32>, %y: tensor<[B,4] x f32>) {
          %0 = maximum %x, %y : tensor<[B,4] x f32>
          return %0
        }
        """;
  }
}
