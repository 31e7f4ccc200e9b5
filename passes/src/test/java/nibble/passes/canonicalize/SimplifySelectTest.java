package nibble.passes.canonicalize;

import nibble.ir.rewrite.Rewrite;
import nibble.passes.testing.RewriteContract;

class SimplifySelectTest extends RewriteContract {
  @Override
  protected Rewrite rewrite() {
    return new SimplifySelect();
  }

  @Override
  protected String fires() {
    return """
        func @yes(%x: tensor<[B,4] x f32>, %y: tensor<[4] x f32>) {
          %c = constant {values = [1.0]} : tensor<[] x bool>
          %0 = select %c, %x, %y : tensor<[B,4] x f32>
          return %0
        }
        func @no(%x: tensor<[4] x f32>, %y: tensor<[B,4] x f32>) {
          %c = constant {values = [0.0]} : tensor<[4] x bool>
          %0 = select %c, %x, %y : tensor<[B,4] x f32>
          return %0
        }
        func @equal(%c: tensor<[B,4] x bool>, %x: tensor<[B,4] x f32>) {
          %0 = select %c, %x, %x : tensor<[B,4] x f32>
          return %0
        }
        func @either(%x: tensor<[B,4] x f32>, %y: tensor<[B,4] x f32>) {
          %c = constant {values = [0.0]} : tensor<[] x bool>
          %0 = either %c, %x, %y : tensor<[B,4] x f32>
          return %0
        }
        """;
  }

  @Override
  protected String doesNotFire() {
    return """
        func @broadcasts(%x: tensor<[4] x f32>, %y: tensor<[B,4] x f32>) {
          %c = constant {values = [1.0]} : tensor<[] x bool>
          %0 = select %c, %x, %y : tensor<[B,4] x f32>
          return %0
        }
        func @mixed(%x: tensor<[2] x f32>, %y: tensor<[2] x f32>) {
          %c = constant {values = [1.0, 0.0]} : tensor<[2] x bool>
          %0 = select %c, %x, %y : tensor<[2] x f32>
          return %0
        }
        """;
  }
}
