package nibble.passes.canonicalize;

import nibble.ir.rewrite.Rewrite;
import nibble.passes.testing.RewriteContract;

class TurnDivisionIntoProductTest extends RewriteContract {
  @Override
  protected Rewrite rewrite() {
    return new TurnDivisionIntoProduct();
  }

  @Override
  protected String fires() {
    return """
        func @eight(%x: tensor<[B,4] x f32>) {
          %c = constant {values = [8.0]} : tensor<[] x f32>
          %0 = div %x, %c : tensor<[B,4] x f32>
          return %0
        }
        func @small(%x: tensor<[B,4] x f16>) {
          %c = constant {values = [-6.103515625E-5]} : tensor<[4] x f16>
          %0 = div %x, %c : tensor<[B,4] x f16>
          return %0
        }
        func @large(%x: tensor<[B,4] x f32>) {
          %c = constant {values = [1.7014118346046923E38]} : tensor<[] x f32>
          %0 = div %x, %c : tensor<[B,4] x f32>
          return %0
        }
        """;
  }

  @Override
  protected String doesNotFire() {
    return """
        func @three(%x: tensor<[B,4] x f32>) {
          %c = constant {values = [3.0]} : tensor<[] x f32>
          %0 = div %x, %c : tensor<[B,4] x f32>
          return %0
        }
        func @integer(%x: tensor<[B,4] x i32>) {
          %c = constant {values = [2.0]} : tensor<[] x i32>
          %0 = div %x, %c : tensor<[B,4] x i32>
          return %0
        }
        func @zero(%x: tensor<[B,4] x f32>) {
          %c = constant {values = [0.0]} : tensor<[] x f32>
          %0 = div %x, %c : tensor<[B,4] x f32>
          return %0
        }
        func @too_small(%x: tensor<[B,4] x f16>) {
          %c = constant {values = [1.52587890625E-5]} : tensor<[] x f16>
          %0 = div %x, %c : tensor<[B,4] x f16>
          return %0
        }
        """;
  }
}
