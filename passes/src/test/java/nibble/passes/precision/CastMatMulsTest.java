package nibble.passes.precision;

import nibble.passes.testing.PassContract;

class CastMatMulsTest extends PassContract {
  @Override
  protected String pass() {
    return "cast{to=bf16}";
  }

  @Override
  protected String fires() {
    return """
        func @attention(%q: tensor<[B,4] x f32>, %k: tensor<[S,4] x f32>, %v: tensor<[S,4] x f32>) {
          %0 = matmul %q, %k {transposeB = true, to = f32} : tensor<[B,S] x f32>
          %1 = softmax %0 : tensor<[B,S] x f32>
          %2 = matmul %1, %v {transposeB = false, to = f32} : tensor<[B,4] x f32>
          return %2
        }
        func @weight_only(%x: tensor<[B,4] x f32>, %w: tensor<[3,4] x i8, scale<axis 0, f32>>) {
          %0 = dequantize %w {to = f32} : tensor<[3,4] x f32>
          %1 = matmul %x, %0 {transposeB = true, to = f32} : tensor<[B,3] x f32>
          return %1
        }
        """;
  }

  @Override
  protected String doesNotFire() {
    return """
        func @quantized(%x: tensor<[B,4] x i8, scale<token, f32>>, %w: tensor<[3,4] x i8, scale<axis 0, f32>>) {
          %0 = dequantize %x {to = f32} : tensor<[B,4] x f32>
          %1 = dequantize %w {to = f32} : tensor<[3,4] x f32>
          %2 = matmul %0, %1 {transposeB = true, to = f32} : tensor<[B,3] x f32>
          %3 = matmul %x, %w {transposeB = true, to = f32} : tensor<[B,3] x f32>
          return %2, %3
        }
        func @narrow(%x: tensor<[B,4] x f16>, %w: tensor<[4,3] x f16>, %n: tensor<[4,4] x i8>) {
          %0 = matmul %x, %w {transposeB = false, to = f32} : tensor<[B,3] x f32>
          %1 = matmul %n, %n {transposeB = false, to = i32} : tensor<[4,4] x i32>
          return %0, %1
        }
        func @none(%x: tensor<[B,4] x f32>) {
          %0 = exp %x : tensor<[B,4] x f32>
          return %0
        }
        """;
  }
}
