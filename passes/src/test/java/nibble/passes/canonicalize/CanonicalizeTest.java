package nibble.passes.canonicalize;

import nibble.passes.testing.PassContract;

class CanonicalizeTest extends PassContract {
  @Override
  protected String pass() {
    return "canonicalize";
  }

  @Override
  protected String fires() {
    return """
        func @linear(%x: tensor<[B,3] x f32>, %bias: tensor<[2] x f32>) {
          %w = weight {key = "w"} : tensor<[2,3] x f32>
          %0 = transpose %w {axes = [1, 0]} : tensor<[3,2] x f32>
          %1 = matmul %x, %0 {transposeB = false, to = f32} : tensor<[B,2] x f32>
          %2 = broadcast %bias {shape = [B,2]} : tensor<[B,2] x f32>
          %3 = neg %2 : tensor<[B,2] x f32>
          %4 = sub %1, %3 : tensor<[B,2] x f32>
          %c = constant {values = [4.0]} : tensor<[] x f32>
          %5 = div %4, %c : tensor<[B,2] x f32>
          return %5
        }
        func @loop(%x: tensor<[B,3] x f32>) {
          %one = constant {values = [1.0]} : tensor<[] x f32>
          %0 = for %x {from = 0, to = B} do (%i: tensor<[] x i32>, %a: tensor<[B,3] x f32>) {
            %1 = mul %one, %a : tensor<[B,3] x f32>
            %2 = add %1, %x : tensor<[B,3] x f32>
            yield %2
          } : tensor<[B,3] x f32>
          return %0
        }
        """;
  }

  @Override
  protected String doesNotFire() {
    return """
        func @zero(%x: tensor<[B,3] x f32>) {
          %zero = constant {values = [0.0]} : tensor<[] x f32>
          %0 = add %x, %zero : tensor<[B,3] x f32>
          %1 = mul %0, %zero : tensor<[B,3] x f32>
          %2 = sub %1, %1 : tensor<[B,3] x f32>
          return %2
        }
        """;
  }
}
