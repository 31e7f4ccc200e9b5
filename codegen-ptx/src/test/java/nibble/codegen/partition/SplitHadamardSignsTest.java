package nibble.codegen.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import nibble.ir.eval.Mode;
import org.junit.jupiter.api.Test;

class SplitHadamardSignsTest {
  @Test
  void multipliesBySignsOfEachBlock() {
    Rewritten rewritten = Rewritten.of("%x: tensor<[B,8] x f32>, %w: tensor<[8,3] x f32>", """
        %0 = hadamard %x {axis = 1, size = 4, seed = 7} : tensor<[B,8] x f32>
        %1 = hadamard %w {axis = 0, size = 8, seed = 7} : tensor<[8,3] x f32>
        return %0, %1
        """, new SplitHadamardSigns());
    assertTrue(rewritten.body().contains(": tensor<[8,1] x f32>"), rewritten::body);
    assertTrue(!rewritten.body().contains("seed"), rewritten::body);
    rewritten.meansTheSame(Mode.EXACT);
    rewritten.meansTheSame(Mode.FAITHFUL);
  }

  @Test
  void rotationsWithoutSignsStay() {
    String body = """
        %0 = hadamard %x {axis = 1, size = 4} : tensor<[B,8] x f32>
        return %0
        """;
    assertEquals(body, Rewritten.of("%x: tensor<[B,8] x f32>", body, new SplitHadamardSigns()).body());
  }
}
