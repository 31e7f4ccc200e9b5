package nibble.passes.canonicalize;

import nibble.ir.rewrite.Rewrite;
import nibble.passes.testing.RewriteContract;

class MergeSlicesTest extends RewriteContract {
  @Override
  protected Rewrite rewrite() {
    return new MergeSlices();
  }

  @Override
  protected String fires() {
    return """
        func @twice(%x: tensor<[8,2] x f32>) {
          %0 = slice %x {axis = 0, from = 2, to = 8, step = 1} : tensor<[6,2] x f32>
          %1 = slice %0 {axis = 0, from = 1, to = 3, step = 1} : tensor<[2,2] x f32>
          return %1
        }
        func @symbolic(%x: tensor<[4,2*B] x f32>) {
          %0 = slice %x {axis = 1, from = B, to = 2*B, step = 1} : tensor<[4,B] x f32>
          %1 = slice %0 {axis = 1, from = 0, to = 1, step = 1} : tensor<[4,1] x f32>
          return %1
        }
        """;
  }

  @Override
  protected String doesNotFire() {
    return """
        func @steps(%x: tensor<[8] x f32>) {
          %0 = slice %x {axis = 0, from = 0, to = 8, step = 2} : tensor<[4] x f32>
          %1 = slice %0 {axis = 0, from = 1, to = 3, step = 1} : tensor<[2] x f32>
          return %1
        }
        func @axes(%x: tensor<[8,8] x f32>) {
          %0 = slice %x {axis = 0, from = 0, to = 4, step = 1} : tensor<[4,8] x f32>
          %1 = slice %0 {axis = 1, from = 1, to = 3, step = 1} : tensor<[4,2] x f32>
          return %1
        }
        """;
  }
}
