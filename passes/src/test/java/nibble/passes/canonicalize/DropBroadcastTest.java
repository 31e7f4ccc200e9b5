package nibble.passes.canonicalize;

import nibble.ir.rewrite.Rewrite;
import nibble.passes.testing.RewriteContract;

class DropBroadcastTest extends RewriteContract {
  @Override
  protected Rewrite rewrite() {
    return new DropBroadcast();
  }

  @Override
  protected String fires() {
    return """
        func @binary(%x: tensor<[B,4] x f32>, %y: tensor<[4] x f32>) {
          %0 = broadcast %y {shape = [B,4]} : tensor<[B,4] x f32>
          %1 = add %x, %0 : tensor<[B,4] x f32>
          return %1
        }
        func @select(%c: tensor<[1] x bool>, %x: tensor<[B,4] x f32>, %y: tensor<[B,4] x f32>) {
          %0 = broadcast %c {shape = [B,4]} : tensor<[B,4] x bool>
          %1 = select %0, %x, %y : tensor<[B,4] x f32>
          return %1
        }
        func @product(%x: tensor<[B,2,3] x f32>, %y: tensor<[3,2] x f32>) {
          %0 = broadcast %y {shape = [B,3,2]} : tensor<[B,3,2] x f32>
          %1 = matmul %x, %0 {transposeB = false, to = f32} : tensor<[B,2,2] x f32>
          return %1
        }
        """;
  }

  @Override
  protected String doesNotFire() {
    return """
        func @needed(%x: tensor<[4] x f32>, %y: tensor<[4] x f32>) {
          %0 = broadcast %y {shape = [B,4]} : tensor<[B,4] x f32>
          %1 = add %x, %0 : tensor<[B,4] x f32>
          return %1
        }
        func @inner(%x: tensor<[2,3] x f32>, %y: tensor<[1,2] x f32>) {
          %0 = broadcast %y {shape = [3,2]} : tensor<[3,2] x f32>
          %1 = matmul %x, %0 {transposeB = false, to = f32} : tensor<[2,2] x f32>
          return %1
        }
        func @unary(%x: tensor<[4] x f32>) {
          %0 = broadcast %x {shape = [B,4]} : tensor<[B,4] x f32>
          %1 = exp %0 : tensor<[B,4] x f32>
          return %1
        }
        """;
  }
}
