package nibble.passes.precision;

import nibble.passes.testing.PassContract;

class FoldDequantizeTest extends PassContract {
  @Override
  protected String pass() {
    return "fold-dequantize";
  }

  @Override
  protected String fires() {
    return """
        func @main(%x: tensor<[B,4] x i8, scale<group 2, f32>>, %w: tensor<[4,3] x i8, scale<block(2,3), f32>>) {
          %0 = dequantize %x {to = f16} : tensor<[B,4] x f16>
          %1 = dequantize %w {to = f16} : tensor<[4,3] x f16>
          %2 = matmul %0, %1 {transposeB = false, to = f32} : tensor<[B,3] x f32>
          return %2
        }
        """;
  }

  @Override
  protected String doesNotFire() {
    return """
        func @one_side(%x: tensor<[B,4] x f32>, %w: tensor<[4,3] x i8, scale<axis 1, f32>>) {
          %0 = dequantize %w {to = f32} : tensor<[4,3] x f32>
          %1 = matmul %x, %0 {transposeB = false, to = f32} : tensor<[B,3] x f32>
          return %1
        }
        func @blocks(%x: tensor<[B,4] x i8, scale<group 2, f32>>, %w: tensor<[4,3] x i8, scale<block(3,3), f32>>) {
          %0 = dequantize %x {to = f32} : tensor<[B,4] x f32>
          %1 = dequantize %w {to = f32} : tensor<[4,3] x f32>
          %2 = matmul %0, %1 {transposeB = false, to = f32} : tensor<[B,3] x f32>
          return %2
        }
        """;
  }
}
