package nibble.engine.kernel;

import static nibble.engine.kernel.KernelProof.prove;
import static nibble.engine.kernel.KernelProof.sizes;

import org.junit.jupiter.api.Test;

class ProductKernelTest {
  @Test
  void s8() {
    prove("""
        module @m {
          symbol M
          func @f(%a: tensor<[M,384] x i8, scale<token, f32>>, %w: tensor<[384,384] x i8, scale<axis 0, f32>>) {
            %0 = matmul %a, %w {transposeB = true, to = f32} : tensor<[M,384] x f32>
            return %0
          }
        }
        """, sizes("M", 100), "sm_80");
  }
}
