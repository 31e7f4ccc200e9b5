package nibble.codegen.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;

import nibble.ir.eval.Mode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SplitScalesOfScalesTest {
  @Test
  void outerScalesComeFirst() {
    assertEquals("""
        %1 = amax %x {granularity = tensor} : tensor<[1,1] x f32>
        %2 = scales %1 {elements = e2m1, rule = nearest, inner = ue4m3} : tensor<[1,1] x f32>
        %3 = scales %x, %2 {elements = e2m1, rule = nearest} : tensor<[B,24] x ue4m3, scale<tensor, f32>>
        return %3
        """, Rewritten.of("%x: tensor<[B,24] x f32>", """
        %0 = scales %x {elements = e2m1, rule = nearest} : tensor<[B,24] x ue4m3, scale<tensor, f32>>
        return %0
        """, new SplitScalesOfScales()).meansTheSame(Mode.FAITHFUL).body());
  }

  @ParameterizedTest
  @ValueSource(strings = {"nearest} : tensor<[B,24] x f32>", "up} : tensor<[B,24] x ue8m0>"})
  void oneLevelStays(String scales) {
    String body = "%0 = scales %x {elements = e2m1, rule = " + scales + "\nreturn %0\n";
    assertEquals(body, Rewritten.of("%x: tensor<[B,24] x f32>", body, new SplitScalesOfScales()).body());
  }
}
