package nibble.passes.canonicalize;

import nibble.ir.rewrite.Rewrite;
import nibble.passes.testing.RewriteContract;

class SimplifyLogicTest extends RewriteContract {
  @Override
  protected Rewrite rewrite() {
    return new SimplifyLogic();
  }

  @Override
  protected String fires() {
    return """
        func @neutral(%x: tensor<[B,4] x bool>) {
          %t = constant {values = [1.0]} : tensor<[] x bool>
          %f = constant {values = [0.0]} : tensor<[4] x bool>
          %0 = and %x, %t : tensor<[B,4] x bool>
          %1 = or %0, %f : tensor<[B,4] x bool>
          return %1
        }
        func @deciding(%x: tensor<[4] x bool>) {
          %t = constant {values = [1.0]} : tensor<[] x bool>
          %f = constant {values = [0.0]} : tensor<[B,4] x bool>
          %0 = or %x, %t : tensor<[4] x bool>
          %1 = and %x, %f : tensor<[B,4] x bool>
          return %0, %1
        }
        """;
  }

  @Override
  protected String doesNotFire() {
    return """
        func @broadcasts(%x: tensor<[4] x bool>) {
          %t = constant {values = [1.0]} : tensor<[B,4] x bool>
          %0 = and %x, %t : tensor<[B,4] x bool>
          return %0
        }
        func @unknown(%x: tensor<[4] x bool>, %y: tensor<[4] x bool>) {
          %0 = and %x, %y : tensor<[4] x bool>
          return %0
        }
        """;
  }
}
