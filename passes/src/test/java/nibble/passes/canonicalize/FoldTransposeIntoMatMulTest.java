package nibble.passes.canonicalize;

import nibble.ir.rewrite.Rewrite;
import nibble.passes.testing.RewriteContract;

class FoldTransposeIntoMatMulTest extends RewriteContract {
  @Override
  protected Rewrite rewrite() {
    return new FoldTransposeIntoMatMul();
  }

  @Override
  protected String fires() {
    return """
        func @weight(%x: tensor<[B,3] x f32>, %w: tensor<[2,3] x f32>) {
          %0 = transpose %w {axes = [1, 0]} : tensor<[3,2] x f32>
          %1 = matmul %x, %0 {transposeB = false, to = f32} : tensor<[B,2] x f32>
          return %1
        }
        func @back(%x: tensor<[B,3] x f16>, %w: tensor<[3,2] x f16>) {
          %0 = transpose %w {axes = [1, 0]} : tensor<[2,3] x f16>
          %1 = matmul %x, %0 {transposeB = true, to = f32} : tensor<[B,2] x f32>
          return %1
        }
        func @heads(%q: tensor<[B,2,S,3] x f32>, %k: tensor<[B,S,2,3] x f32>) {
          %0 = transpose %k {axes = [0, 2, 3, 1]} : tensor<[B,2,3,S] x f32>
          %1 = matmul %q, %0 {transposeB = false, to = f32} : tensor<[B,2,S,S] x f32>
          return %1
        }
        """;
  }

  @Override
  protected String doesNotFire() {
    return """
        func @left(%x: tensor<[3,B] x f32>, %w: tensor<[3,2] x f32>) {
          %0 = transpose %x {axes = [1, 0]} : tensor<[B,3] x f32>
          %1 = matmul %0, %w {transposeB = false, to = f32} : tensor<[B,2] x f32>
          return %1
        }
        func @contiguous(%q: tensor<[B,2,S,3] x f32>, %k: tensor<[B,S,2,3] x f32>) {
          %0 = transpose %k {axes = [0, 2, 1, 3]} : tensor<[B,2,S,3] x f32>
          %1 = matmul %q, %0 {transposeB = true, to = f32} : tensor<[B,2,S,S] x f32>
          return %1
        }
        """;
  }
}
