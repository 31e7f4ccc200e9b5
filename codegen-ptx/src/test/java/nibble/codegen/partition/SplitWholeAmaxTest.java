package nibble.codegen.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SplitWholeAmaxTest {
  @Test
  void rowsFirst() {
    assertEquals("""
        %1 = abs %x : tensor<[B,5,48] x f32>
        %2 = reduce_max %1 {axes = [2], keep = true} : tensor<[B,5,1] x f32>
        %3 = reduce_max %2 {axes = [0, 1], keep = true} : tensor<[1,1,1] x f32>
        return %3
        """, Rewritten.of("%x: tensor<[B,5,48] x f32>", """
        %0 = amax %x {granularity = tensor} : tensor<[1,1,1] x f32>
        return %0
        """, new SplitWholeAmax()).meansTheSame().body());
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "%0 = amax %x {granularity = token} : tensor<[B,1] x f32>",
      "%0 = amax %x {granularity = block(1,16)} : tensor<[B,3] x f32>"})
  void othersStay(String amax) {
    String body = amax + "\nreturn %0\n";
    assertEquals(body, Rewritten.of("%x: tensor<[B,48] x f32>", body, new SplitWholeAmax()).body());
  }

  @Test
  void magnitudesHaveNoSigns() {
    assertEquals("""
        %1 = amax %x {granularity = group 16} : tensor<[B,3] x f32>
        %3 = reduce_max %1 {axes = [1], keep = true} : tensor<[B,1] x f32>
        %4 = reduce_max %3 {axes = [0], keep = true} : tensor<[1,1] x f32>
        return %4
        """.replace("%3", "%2").replace("%4", "%3"), Rewritten.of("%x: tensor<[B,48] x f32>", """
        %1 = amax %x {granularity = group 16} : tensor<[B,3] x f32>
        %0 = amax %1 {granularity = tensor} : tensor<[1,1] x f32>
        return %0
        """, new SplitWholeAmax()).meansTheSame().body());
  }

  /** There is nothing to split. */
  @Test
  void vectorsStay() {
    String body = "%0 = amax %x {granularity = tensor} : tensor<[1] x f32>\nreturn %0\n";
    assertEquals(body, Rewritten.of("%x: tensor<[48] x f32>", body, new SplitWholeAmax()).body());
  }
}
