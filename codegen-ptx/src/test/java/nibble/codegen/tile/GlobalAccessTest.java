package nibble.codegen.tile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** The interpreter holds accesses to what they promise. */
class GlobalAccessTest {
  private static String fault(String body) {
    return assertThrows(IllegalStateException.class, () -> TileText.run(
        TileText.program("%x: buffer<f32>, %y: buffer<f32>", """
            %i = tile_iota {axis = 0} : $i32:8
            %1 = fill {value = 1.0} : $i32
            %2 = fill {value = 2.0} : $i32
            """ + body), Map.of(), new double[16], new double[16])).getMessage();
  }

  @Test
  void groupsAreContiguous() {
    assertTrue(fault("""
        %j = apply %i, %2 {function = mul} : $i32:8
        %a = load %x, %j {contiguous = 2} : $f32:8
        """).contains("a group of 2 elements is not contiguous"));
  }

  @Test
  void groupsAreAligned() {
    assertTrue(fault("""
        %j = apply %i, %1 {function = add} : $i32:8
        %a = load %x, %j {contiguous = 4} : $f32:8
        """).contains("not contiguous and aligned"));
    assertTrue(fault("""
        %z = advance %x, %2 : buffer<f32>
        %a = load %z, %i {contiguous = 4} : $f32:8
        """).contains("not contiguous and aligned"));
  }

  @Test
  void groupsHaveOneMask() {
    assertTrue(fault("""
        %m = apply %i, %1 {function = lt} : $bool:8
        %a = load %x, %i, %m {contiguous = 2} : $f32:8
        """).contains("masked in part"));
  }

  @Test
  void nothingIsTouchedOutside() {
    assertEquals("element 16 is outside a buffer of 16 elements", fault("""
        %n = fill {value = 9.0} : $i32
        %j = apply %i, %n {function = add} : $i32:8
        %a = load %x, %j {contiguous = 1} : $f32:8
        """));
    assertEquals("element -1 is outside a buffer of 16 elements", fault("""
        %a = fill {value = 9.0} : $f32:8
        %j = apply %i, %1 {function = sub} : $i32:8
        store %y, %j, %a {contiguous = 1}
        """));
  }
}
