package nibble.passes.canonicalize;

import nibble.ir.rewrite.Rewrite;
import nibble.passes.testing.RewriteContract;

class MergeIdempotentsTest extends RewriteContract {
  @Override
  protected Rewrite rewrite() {
    return new MergeIdempotents();
  }

  @Override
  protected String fires() {
    return """
        func @relu(%x: tensor<[B,4] x f32>) {
          %0 = relu %x : tensor<[B,4] x f32>
          %1 = relu %0 : tensor<[B,4] x f32>
          return %1
        }
        func @round(%x: tensor<[B,4] x f32>) {
          %0 = round %x : tensor<[B,4] x f32>
          %1 = round %0 : tensor<[B,4] x f32>
          %2 = floor %x : tensor<[B,4] x f32>
          %3 = floor %2 : tensor<[B,4] x f32>
          %4 = ceil %x : tensor<[B,4] x f32>
          %5 = ceil %4 : tensor<[B,4] x f32>
          return %1, %3, %5
        }
        func @abs(%x: tensor<[B,4] x f16>) {
          %0 = neg %x : tensor<[B,4] x f16>
          %1 = abs %0 : tensor<[B,4] x f16>
          %2 = abs %1 : tensor<[B,4] x f16>
          return %2
        }
        """;
  }

  @Override
  protected String doesNotFire() {
    return """
        func @other(%x: tensor<[B,4] x f32>) {
          %0 = floor %x : tensor<[B,4] x f32>
          %1 = relu %0 : tensor<[B,4] x f32>
          return %1
        }
        func @integer(%x: tensor<[B,4] x i8>) {
          %0 = neg %x : tensor<[B,4] x i8>
          %1 = abs %0 : tensor<[B,4] x i8>
          return %1
        }
        func @tanh(%x: tensor<[B,4] x f32>) {
          %0 = tanh %x : tensor<[B,4] x f32>
          %1 = tanh %0 : tensor<[B,4] x f32>
          return %1
        }
        """;
  }
}
