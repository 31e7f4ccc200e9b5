package nibble.passes.canonicalize;

import nibble.ir.rewrite.Rewrite;
import nibble.passes.testing.RewriteContract;

class MergeReshapesTest extends RewriteContract {
  @Override
  protected Rewrite rewrite() {
    return new MergeReshapes();
  }

  @Override
  protected String fires() {
    return """
        func @twice(%x: tensor<[B,4] x f32>) {
          %0 = reshape %x {shape = [4*B]} : tensor<[4*B] x f32>
          %1 = reshape %0 {shape = [2,2*B]} : tensor<[2,2*B] x f32>
          return %1
        }
        """;
  }

  @Override
  protected String doesNotFire() {
    return """
        func @apart(%x: tensor<[B,4] x f32>) {
          %0 = reshape %x {shape = [4*B]} : tensor<[4*B] x f32>
          %1 = neg %0 : tensor<[4*B] x f32>
          %2 = reshape %1 {shape = [2,2*B]} : tensor<[2,2*B] x f32>
          return %2
        }
        """;
  }
}
