package nibble.passes.canonicalize;

import nibble.ir.rewrite.Rewrite;
import nibble.passes.testing.RewriteContract;

class TurnNegationIntoSubtractionTest extends RewriteContract {
  @Override
  protected Rewrite rewrite() {
    return new TurnNegationIntoSubtraction();
  }

  @Override
  protected String fires() {
    return """
        func @right(%x: tensor<[B,4] x f32>, %y: tensor<[4] x f32>) {
          %0 = neg %y : tensor<[4] x f32>
          %1 = add %x, %0 : tensor<[B,4] x f32>
          return %1
        }
        func @left(%x: tensor<[B,4] x f16>, %y: tensor<[B,4] x f16>) {
          %0 = neg %x : tensor<[B,4] x f16>
          %1 = add %0, %y : tensor<[B,4] x f16>
          return %1
        }
        func @sub(%x: tensor<[B,4] x f32>, %y: tensor<[B,4] x f32>) {
          %0 = neg %y : tensor<[B,4] x f32>
          %1 = sub %x, %0 : tensor<[B,4] x f32>
          return %1
        }
        func @both(%x: tensor<[B,4] x f32>, %y: tensor<[B,4] x f32>) {
          %0 = neg %x : tensor<[B,4] x f32>
          %1 = neg %y : tensor<[B,4] x f32>
          %2 = add %0, %1 : tensor<[B,4] x f32>
          return %2
        }
        """;
  }

  @Override
  protected String doesNotFire() {
    return """
        func @left_of_sub(%x: tensor<[B,4] x f32>, %y: tensor<[B,4] x f32>) {
          %0 = neg %x : tensor<[B,4] x f32>
          %1 = sub %0, %y : tensor<[B,4] x f32>
          return %1
        }
        func @integer(%x: tensor<[B,4] x i8>, %y: tensor<[B,4] x i8>) {
          %0 = neg %y : tensor<[B,4] x i8>
          %1 = add %x, %0 : tensor<[B,4] x i8>
          return %1
        }
        """;
  }
}
