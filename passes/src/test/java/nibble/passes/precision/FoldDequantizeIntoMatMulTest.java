package nibble.passes.precision;

import java.util.List;
import nibble.ir.eval.Mode;
import nibble.ir.rewrite.Rewrite;
import nibble.passes.testing.RewriteContract;

class FoldDequantizeIntoMatMulTest extends RewriteContract {
  @Override
  protected Rewrite rewrite() {
    return new FoldDequantizeIntoMatMul();
  }

  @Override
  protected String fires() {
    return """
        func @token_channel(
            %a: tensor<[B,4] x i8, scale<token, f32>>, %b: tensor<[3,4] x i8, scale<axis 0, f32>>) {
          %0 = dequantize %a {to = f32} : tensor<[B,4] x f32>
          %1 = dequantize %b {to = f32} : tensor<[3,4] x f32>
          %2 = matmul %0, %1 {transposeB = true, to = f32} : tensor<[B,3] x f32>
          return %2
        }
        func @blocks(
            %a: tensor<[B,4] x e4m3, scale<block(1,2), f32>>, %b: tensor<[4,3] x e4m3, scale<block(2,1), f32>>) {
          %0 = dequantize %a {to = f32} : tensor<[B,4] x f32>
          %1 = dequantize %b {to = f32} : tensor<[4,3] x f32>
          %2 = matmul %0, %1 {transposeB = false, to = f32} : tensor<[B,3] x f32>
          return %2
        }
        func @whole_and_group(
            %a: tensor<[B,5] x i8, scale<tensor, f32>>, %b: tensor<[3,5] x i4, scale<group 2, f16>>) {
          %0 = dequantize %a {to = f16} : tensor<[B,5] x f16>
          %1 = dequantize %b {to = f16} : tensor<[3,5] x f16>
          %2 = matmul %0, %1 {transposeB = true, to = f32} : tensor<[B,3] x f32>
          return %2, %0
        }
        func @larger_than_k(
            %a: tensor<[B,4] x i8, scale<group 128, f32>>, %b: tensor<[3,4] x i8, scale<group 64, f32>>) {
          %0 = dequantize %a {to = f32} : tensor<[B,4] x f32>
          %1 = dequantize %b {to = f32} : tensor<[3,4] x f32>
          %2 = matmul %0, %1 {transposeB = true, to = f32} : tensor<[B,3] x f32>
          return %2
        }
        """;
  }

  @Override
  protected String doesNotFire() {
    return """
        func @one_side(%x: tensor<[B,4] x f32>, %b: tensor<[3,4] x i8, scale<axis 0, f32>>) {
          %0 = dequantize %b {to = f32} : tensor<[3,4] x f32>
          %1 = matmul %x, %0 {transposeB = true, to = f32} : tensor<[B,3] x f32>
          return %1
        }
        func @along_k(
            %a: tensor<[B,4] x i8, scale<token, f32>>, %b: tensor<[3,4] x i8, scale<axis 1, f32>>) {
          %0 = dequantize %a {to = f32} : tensor<[B,4] x f32>
          %1 = dequantize %b {to = f32} : tensor<[3,4] x f32>
          %2 = matmul %0, %1 {transposeB = true, to = f32} : tensor<[B,3] x f32>
          return %2
        }
        func @different_blocks(
            %a: tensor<[B,4] x i8, scale<group 2, f32>>, %b: tensor<[3,4] x i8, scale<group 3, f32>>) {
          %0 = dequantize %a {to = f32} : tensor<[B,4] x f32>
          %1 = dequantize %b {to = f32} : tensor<[3,4] x f32>
          %2 = matmul %0, %1 {transposeB = true, to = f32} : tensor<[B,3] x f32>
          return %2
        }
        """;
  }

  @Override
  protected List<Mode> modes() {
    return List.of(Mode.EXACT);
  }
}
