package nibble.passes.canonicalize;

import nibble.ir.rewrite.Rewrite;
import nibble.passes.testing.RewriteContract;

class MergeBroadcastsTest extends RewriteContract {
  @Override
  protected Rewrite rewrite() {
    return new MergeBroadcasts();
  }

  @Override
  protected String fires() {
    return """
        func @twice(%x: tensor<[1] x f32>) {
          %0 = broadcast %x {shape = [1,4]} : tensor<[1,4] x f32>
          %1 = broadcast %0 {shape = [B,1,4]} : tensor<[B,1,4] x f32>
          return %1
        }
        """;
  }

  @Override
  protected String doesNotFire() {
    return """
        func @once(%x: tensor<[4] x f32>) {
          %0 = broadcast %x {shape = [B,4]} : tensor<[B,4] x f32>
          %1 = reshape %0 {shape = [4*B]} : tensor<[4*B] x f32>
          return %1
        }
        """;
  }
}
