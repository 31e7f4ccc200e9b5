package nibble.passes.graph;

import java.util.List;
import nibble.ir.eval.Mode;
import nibble.ir.rewrite.Rewrite;
import nibble.passes.testing.RewriteContract;

class EvaluateConstantTest extends RewriteContract {
  @Override
  protected Rewrite rewrite() {
    return new EvaluateConstant(8);
  }

  @Override
  protected String fires() {
    return """
        func @splat(%x: tensor<[B,4] x f32>) {
          %a = constant {values = [0.1]} : tensor<[B,4] x f32>
          %b = constant {values = [3.0]} : tensor<[] x f32>
          %0 = div %a, %b : tensor<[B,4] x f32>
          %1 = reshape %0 {shape = [4*B]} : tensor<[4*B] x f32>
          %2 = exp %1 : tensor<[4*B] x f32>
          %3 = reshape %2 {shape = [B,4]} : tensor<[B,4] x f32>
          %4 = compare %3, %a {kind = gt} : tensor<[B,4] x bool>
          %5 = select %4, %x, %3 : tensor<[B,4] x f32>
          return %5, %4
        }
        func @special() {
          %a = constant {values = [0.0, -0.0, Infinity, -Infinity, NaN, 1.0E-320]} : tensor<[6] x f32>
          %b = constant {values = [-0.0]} : tensor<[] x f32>
          %0 = add %a, %b : tensor<[6] x f32>
          %1 = reciprocal %a : tensor<[6] x f32>
          %2 = minimum %a, %b : tensor<[6] x f32>
          %3 = transpose %2 {axes = [0]} : tensor<[6] x f32>
          %4 = cast %a {to = i8} : tensor<[6] x i8>
          return %0, %1, %3, %4
        }
        func @integers() {
          %a = constant {values = [100.0, -100.0, 7.0]} : tensor<[3] x i8>
          %0 = add %a, %a : tensor<[3] x i8>
          %b = constant {values = [2.0]} : tensor<[] x i8>
          %1 = div %0, %b : tensor<[3] x i8>
          return %1
        }
        func @shapes() {
          %a = constant {values = [1.0, 2.0, 3.0, 4.0]} : tensor<[2,2] x f32>
          %i = constant {values = [1.0]} : tensor<[1] x i32>
          %0 = gather %a, %i {axis = 0} : tensor<[1,2] x f32>
          %1 = matmul %a, %a {transposeB = true, to = f32} : tensor<[2,2] x f32>
          %2 = concat %0, %1 {axis = 0} : tensor<[3,2] x f32>
          %3 = reduce_sum %2 {axes = [0], keep = false} : tensor<[2] x f32>
          return %3
        }
        """;
  }

  @Override
  protected String doesNotFire() {
    return """
        func @input(%x: tensor<[B,4] x f32>) {
          %a = constant {values = [0.1]} : tensor<[] x f32>
          %0 = add %x, %a : tensor<[B,4] x f32>
          return %0
        }
        func @weight() {
          %w = weight {key = "w"} : tensor<[2] x f32>
          %0 = exp %w : tensor<[2] x f32>
          return %0
        }
        func @large() {
          %a = constant {values = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]} : tensor<[9] x f32>
          %0 = exp %a : tensor<[9] x f32>
          return %0
        }
        func @grows() {
          %a = constant {values = [1.0, 2.0]} : tensor<[2] x f32>
          %0 = broadcast %a {shape = [5,2]} : tensor<[5,2] x f32>
          return %0
        }
        func @symbolic() {
          %a = constant {values = [1.0]} : tensor<[B] x f32>
          %0 = reduce_sum %a {axes = [0], keep = false} : tensor<[] x f32>
          return %0
        }
        func @outside() {
          %a = constant {values = [1.0, 2.0]} : tensor<[2] x f32>
          %i = constant {values = [2.0]} : tensor<[1] x i32>
          %0 = gather %a, %i {axis = 0} : tensor<[1] x f32>
          return %0
        }
        func @scaled() {
          %a = constant {values = [1.0, 2.0]} : tensor<[2] x f32>
          %0 = quantize %a {rounding = nearest_even} : tensor<[2] x i8, scale<tensor, f32>>
          return %0
        }
        """;
  }

  @Override
  protected List<Mode> modes() {
    return List.of(Mode.EXACT);
  }
}
