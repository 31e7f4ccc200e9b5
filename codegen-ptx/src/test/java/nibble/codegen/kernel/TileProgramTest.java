package nibble.codegen.kernel;

import static nibble.codegen.kernel.KernelHarness.check;
import static nibble.codegen.kernel.KernelHarness.sizes;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class TileProgramTest {
  @Test
  void elementwise() {
    assertEquals(List.of("add_gelu"), check("""
        module @m {
          symbol B
          func @f(%x: tensor<[B,7] x f32>, %y: tensor<[7] x f32>, %z: tensor<[B,1] x f32>) {
            %0 = add %x, %y : tensor<[B,7] x f32>
            %1 = mul %0, %z : tensor<[B,7] x f32>
            %2 = gelu %1 {kind = erf} : tensor<[B,7] x f32>
            return %2
          }
        }
        """, sizes("B", 37)).stream().map(label -> "add_gelu").toList());
  }

  @Test
  void layerNormThenQuantize() {
    check("""
        module @m {
          symbol B
          symbol S multiple of 8
          func @f(%x: tensor<[B,S,384] x f32>) {
            %g = weight {key = "g"} : tensor<[384] x f32>
            %b = weight {key = "b"} : tensor<[384] x f32>
            %0 = layer_norm %x, %g, %b {epsilon = 1.0E-5} : tensor<[B,S,384] x f32>
            %1 = quantize %0 {rounding = nearest_even} : tensor<[B,S,384] x i8, scale<token, f32>>
            %2 = dequantize %1 {to = f32} : tensor<[B,S,384] x f32>
            return %0, %2
          }
        }
        """, sizes("B", 2, "S", 8));
  }

  @Test
  void softmaxOfSymbolicRows() {
    check("""
        module @m {
          symbol B
          symbol S multiple of 8
          func @f(%x: tensor<[B,3,S,S] x f32>, %mask: tensor<[B,1,1,S] x f32>) {
            %0 = add %x, %mask : tensor<[B,3,S,S] x f32>
            %1 = softmax %0 : tensor<[B,3,S,S] x f32>
            %2 = cast %1 {to = f16} : tensor<[B,3,S,S] x f16>
            return %2
          }
        }
        """, sizes("B", 2, "S", 200));
  }

  @Test
  void stridedReductionAndNormalisation() {
    check("""
        module @m {
          symbol B
          symbol S
          func @f(%x: tensor<[B,S,48] x f32>, %mask: tensor<[B,S,1] x f32>) {
            %0 = mul %x, %mask : tensor<[B,S,48] x f32>
            %1 = reduce_sum %0 {axes = [1], keep = false} : tensor<[B,48] x f32>
            %2 = reduce_mean %1 {axes = [1], keep = true} : tensor<[B,1] x f32>
            %3 = div %1, %2 : tensor<[B,48] x f32>
            return %3
          }
        }
        """, sizes("B", 3, "S", 19));
  }

  @Test
  void gathersAndViews() {
    check("""
        module @m {
          symbol B
          symbol S
          func @f(%ids: tensor<[B,S] x i32>) {
            %t = weight {key = "t"} : tensor<[7,12] x f32>
            %p = weight {key = "p"} : tensor<[64,12] x f32>
            %i = iota {extent = S} : tensor<[S] x i32>
            %0 = gather %t, %ids {axis = 0} : tensor<[B,S,12] x f32>
            %1 = gather %p, %i {axis = 0} : tensor<[S,12] x f32>
            %2 = add %0, %1 : tensor<[B,S,12] x f32>
            %3 = reshape %2 {shape = [B,S,3,4]} : tensor<[B,S,3,4] x f32>
            %4 = transpose %3 {axes = [0, 2, 1, 3]} : tensor<[B,3,S,4] x f32>
            %5 = slice %4 {axis = 2, from = 1, to = S, step = 2} : tensor<[B,3,ceil((S - 1)/2),4] x f32>
            return %5, %4
          }
        }
        """, sizes("B", 2, "S", 5));
  }

  @Test
  void quantizedProduct() {
    check("""
        module @m {
          symbol B
          symbol S multiple of 8
          func @f(%x: tensor<[B,S,96] x f32>, %r: tensor<[B,S,160] x f32>) {
            %w = weight {key = "w"} : tensor<[96,160] x f32>
            %b = weight {key = "b"} : tensor<[160] x f32>
            %0 = quantize %x {rounding = nearest_even} : tensor<[B,S,96] x i8, scale<token, f32>>
            %1 = quantize %w {rounding = nearest_even} : tensor<[96,160] x i8, scale<axis 1, f32>>
            %2 = matmul %0, %1 {transposeB = false, to = f32} : tensor<[B,S,160] x f32>
            %3 = add %2, %b : tensor<[B,S,160] x f32>
            %4 = gelu %3 {kind = erf} : tensor<[B,S,160] x f32>
            %5 = add %4, %r : tensor<[B,S,160] x f32>
            return %5
          }
        }
        """, sizes("B", 3, "S", 24));
  }

  @Test
  void attentionProducts() {
    check("""
        module @m {
          symbol B
          symbol S multiple of 8
          func @f(%q: tensor<[B,S,64] x f16>, %k: tensor<[B,S,64] x f16>, %v: tensor<[B,S,64] x f16>) {
            %0 = reshape %q {shape = [B,S,2,32]} : tensor<[B,S,2,32] x f16>
            %1 = transpose %0 {axes = [0, 2, 1, 3]} : tensor<[B,2,S,32] x f16>
            %2 = reshape %k {shape = [B,S,2,32]} : tensor<[B,S,2,32] x f16>
            %3 = transpose %2 {axes = [0, 2, 1, 3]} : tensor<[B,2,S,32] x f16>
            %4 = matmul %1, %3 {transposeB = true, to = f32} : tensor<[B,2,S,S] x f32>
            %5 = softmax %4 : tensor<[B,2,S,S] x f32>
            %6 = cast %5 {to = f16} : tensor<[B,2,S,S] x f16>
            %7 = reshape %v {shape = [B,S,2,32]} : tensor<[B,S,2,32] x f16>
            %8 = transpose %7 {axes = [0, 2, 1, 3]} : tensor<[B,2,S,32] x f16>
            %9 = matmul %6, %8 {transposeB = false, to = f32} : tensor<[B,2,S,32] x f32>
            %10 = transpose %9 {axes = [0, 2, 1, 3]} : tensor<[B,S,2,32] x f32>
            %11 = reshape %10 {shape = [B,S,64]} : tensor<[B,S,64] x f32>
            %12 = quantize %11 {rounding = nearest_even} : tensor<[B,S,64] x i8, scale<token, f32>>
            return %12
          }
        }
        """, sizes("B", 2, "S", 40));
  }

  @Test
  void oddExtents() {
    check("""
        module @m {
          func @f(%x: tensor<[5,33] x f32>, %y: tensor<[33,7] x f32>, %a: tensor<[3,1] x f16>, %b: tensor<[1,9] x f16>) {
            %0 = matmul %x, %y {transposeB = false, to = f32} : tensor<[5,7] x f32>
            %1 = matmul %a, %b {transposeB = false, to = f16} : tensor<[3,9] x f16>
            return %0, %1
          }
        }
        """, sizes());
  }

  @Test
  void blockScales() {
    check("""
        module @m {
          symbol M
          func @f(%x: tensor<[M,256] x f32>) {
            %w = weight {key = "w"} : tensor<[256,128] x f32>
            %0 = quantize %x {rounding = nearest_even} : tensor<[M,256] x i8, scale<block(1,128), f32>>
            %1 = quantize %w {rounding = nearest_even} : tensor<[256,128] x i8, scale<block(128,128), f32>>
            %2 = matmul %0, %1 {transposeB = false, to = f32} : tensor<[M,128] x f32>
            %3 = quantize %2 {rounding = nearest_even} : tensor<[M,128] x i8, scale<block(32,32), f32>>
            return %3, %2
          }
        }
        """, sizes("M", 70));
  }

  @Test
  void wholeTensorScale() {
    check("""
        module @m {
          symbol M
          func @f(%x: tensor<[M,100] x f32>) {
            %w = weight {key = "w"} : tensor<[100,50] x f32>
            %0 = quantize %x {rounding = nearest_even} : tensor<[M,100] x i8, scale<tensor, f32>>
            %1 = quantize %w {rounding = nearest_even} : tensor<[100,50] x i8, scale<tensor, f32>>
            %2 = matmul %0, %1 {transposeB = false, to = f32} : tensor<[M,50] x f32>
            return %2
          }
        }
        """, sizes("M", 70));
  }

  @Test
  void weightsAloneAreQuantized() {
    check("""
        module @m {
          symbol M
          func @f(%x: tensor<[M,96] x f16>) {
            %w = weight {key = "w"} : tensor<[96,64] x f32>
            %0 = quantize %w {rounding = nearest_even} : tensor<[96,64] x i8, scale<axis 1, f32>>
            %1 = dequantize %0 {to = f16} : tensor<[96,64] x f16>
            %2 = matmul %x, %1 {transposeB = false, to = f32} : tensor<[M,64] x f32>
            return %2
          }
        }
        """, sizes("M", 20));
  }
}
