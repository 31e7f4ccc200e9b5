package nibble.codegen.tile;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import nibble.ir.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HoistInvariantsTest {
  private static final String PARAMETERS = "%x: buffer<f32>, %y: buffer<f32>";

  @Test
  void whatDoesNotChangeMovesOut() {
    Function program = TileText.program(PARAMETERS, """
        %i = tile_iota {axis = 0} : $i32:8
        %n = size {extent = S} : $i32
        %zero = fill {value = 0.0} : $f32:8
        %one = fill {value = 1.0} : $i32
        %m = apply %n, %one {function = lt} : $bool
        %r = loop %n, %zero {step = 1} do (%k: $i32, %c: $f32:8) {
          %two = fill {value = 2.0} : $i32
          %j = apply %i, %two {function = add} : $i32:8
          %o = apply %j, %k {function = add} : $i32:8
          %a = load %x, %j {contiguous = 1} : $f32:8
          guard %m do () {
            %three = fill {value = 3.0} : $i32
            %p = apply %j, %three {function = mul} : $i32:8
            store %y, %p, %a {contiguous = 1}
            yield
          }
          %d = apply %c, %a {function = add} : $f32:8
          yield %d
        } : $f32:8
        """);
    assertEquals("""
        launch {grid = [1, 1, 1], warps = 1}
        %i = tile_iota {axis = 0}
        %n = size {extent = S}
        %zero = fill {value = 0.0}
        %one = fill {value = 1.0}
        %m = apply %n, %one {function = lt}
        %two = fill {value = 2.0}
        %j = apply %i, %two {function = add}
        %three = fill {value = 3.0}
        %p = apply %j, %three {function = mul}
        %r = loop %n, %zero {step = 1} do (%k, %c) {
          %o = apply %j, %k {function = add}
          %a = load %x, %j {contiguous = 1}
          guard %m do () {
            store %y, %p, %a {contiguous = 1}
            yield
          }
          %d = apply %c, %a {function = add}
          yield %d
        }
        """, TileText.body(HoistInvariants.apply(program)));
  }

  /** Tiles that guards of a loop need stay in these where the loop has more than 128 registers of a thread. */
  @ParameterizedTest
  @CsvSource({"8, true", "256, false"})
  void tilesStayInGuardsOfFullLoops(int size, boolean moves) {
    Function program = TileText.program(PARAMETERS, """
        %%n = size {extent = S} : $i32
        %%one = fill {value = 1.0} : $i32
        %%m = apply %%n, %%one {function = lt} : $bool
        %%zero = fill {value = 0} : $i32:%1$d
        %%r = loop %%n, %%zero {step = 1} do (%%k: $i32, %%c: $i32:%1$d) {
          %%d = guard %%m, %%c do (%%e: $i32:%1$d) {
            %%i = tile_iota {axis = 0} : $i32:%1$d
            %%f = apply %%e, %%i {function = add} : $i32:%1$d
            yield %%f
          } : $i32:%1$d
          yield %%d
        } : $i32:%1$d
        """.formatted(size));
    String text = TileText.body(HoistInvariants.apply(program));
    assertEquals(moves, text.indexOf("tile_iota") < text.indexOf("loop"), text);
  }

  /** A load that is out of bounds where its guard does not hold must stay behind it. */
  @Test
  void loadsStayBehindTheirGuards() {
    Function program = TileText.program(PARAMETERS, """
        %i = tile_iota {axis = 0} : $i32:8
        %n = size {extent = S} : $i32
        %one = fill {value = 1.0} : $i32
        %m = apply %one, %n {function = lt} : $bool
        guard %m do () {
          %a = load %x, %i {contiguous = 1} : $f32:8
          store %y, %i, %a {contiguous = 1}
          yield
        }
        """);
    double[] y = new double[8];
    TileText.run(HoistInvariants.apply(program), Map.of("S", 1L), new double[1], y);
    assertArrayEquals(new double[8], y);
  }
}
