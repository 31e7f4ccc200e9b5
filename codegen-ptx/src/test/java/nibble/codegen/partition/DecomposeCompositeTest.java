package nibble.codegen.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class DecomposeCompositeTest {
  @Test
  void softmax() {
    assertEquals("""
        %1 = reduce_max %x {axes = [1], keep = true} : tensor<[B,1] x f32>
        %2 = sub %x, %1 : tensor<[B,7] x f32>
        %3 = exp %2 : tensor<[B,7] x f32>
        %4 = reduce_sum %3 {axes = [1], keep = true} : tensor<[B,1] x f32>
        %5 = div %3, %4 : tensor<[B,7] x f32>
        return %5
        """, Rewritten.of("%x: tensor<[B,7] x f32>", """
        %0 = softmax %x : tensor<[B,7] x f32>
        return %0
        """, new DecomposeComposite()).body());
  }

  /** Half the argument times the complementary error function: no 1 is added, so nothing cancels. */
  @Test
  void gelu() {
    assertEquals("""
        %1 = constant {values = [0.5]} : tensor<[] x f32>
        %2 = mul %x, %1 : tensor<[B,7] x f32>
        %3 = constant {values = [-0.7071067811865476]} : tensor<[] x f32>
        %4 = mul %x, %3 : tensor<[B,7] x f32>
        %5 = erfc %4 : tensor<[B,7] x f32>
        %6 = mul %2, %5 : tensor<[B,7] x f32>
        return %6
        """, Rewritten.of("%x: tensor<[B,7] x f32>", """
        %0 = gelu %x {kind = erf} : tensor<[B,7] x f32>
        return %0
        """, new DecomposeComposite()).body());
  }
}
