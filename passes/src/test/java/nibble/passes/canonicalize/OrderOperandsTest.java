package nibble.passes.canonicalize;

import nibble.ir.rewrite.Rewrite;
import nibble.passes.testing.RewriteContract;

class OrderOperandsTest extends RewriteContract {
  @Override
  protected Rewrite rewrite() {
    return new OrderOperands();
  }

  @Override
  protected String fires() {
    return """
        func @add(%x: tensor<[B,4] x f32>) {
          %c = constant {values = [0.1]} : tensor<[] x f32>
          %0 = add %c, %x : tensor<[B,4] x f32>
          return %0
        }
        func @less(%x: tensor<[B,4] x f32>) {
          %c = constant {values = [0.5]} : tensor<[] x f32>
          %0 = compare %c, %x {kind = lt} : tensor<[B,4] x bool>
          %1 = compare %c, %x {kind = ge} : tensor<[B,4] x bool>
          %2 = compare %c, %x {kind = ne} : tensor<[B,4] x bool>
          return %0, %1, %2
        }
        func @choose(%x: tensor<[B,4] x f32>) {
          %c = constant {values = [-0.0]} : tensor<[] x f32>
          %0 = maximum %c, %x : tensor<[B,4] x f32>
          %1 = minimum %c, %0 : tensor<[B,4] x f32>
          %2 = mul %c, %1 : tensor<[B,4] x f32>
          return %2, %0
        }
        """;
  }

  @Override
  protected String doesNotFire() {
    return """
        func @sub(%x: tensor<[B,4] x f32>) {
          %c = constant {values = [0.1]} : tensor<[] x f32>
          %0 = sub %c, %x : tensor<[B,4] x f32>
          return %0
        }
        func @both() {
          %c = constant {values = [0.1]} : tensor<[] x f32>
          %0 = add %c, %c : tensor<[] x f32>
          return %0
        }
        func @neither(%x: tensor<[B,4] x f32>, %y: tensor<[B,4] x f32>) {
          %0 = add %y, %x : tensor<[B,4] x f32>
          return %0
        }
        """;
  }
}
