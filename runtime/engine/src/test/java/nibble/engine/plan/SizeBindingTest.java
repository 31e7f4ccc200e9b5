package nibble.engine.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Map;
import nibble.engine.testing.ProvenRun;
import nibble.ir.Function;
import nibble.ir.TensorType;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;
import nibble.ir.shape.SymbolBounds;
import org.junit.jupiter.api.Test;

class SizeBindingTest {
  private static final Function FUNCTION = ProvenRun.parse("""
      module @m {
        symbol B
        symbol S
        func @main(%x: tensor<[B,2*S] x f32>, %y: tensor<[S] x f32>) {
          return %x
        }
      }
      """).functions().get("main");

  private static Tensor zeros(long... extents) {
    TensorType type = TensorType.of(Shape.of(extents), Formats.F32);
    return Tensor.generate(type, i -> 0);
  }

  private static SizeBinding bind(Map<String, SymbolBounds> symbols) {
    return SizeBinding.of(FUNCTION, List.of(zeros(3, 8), zeros(4)), symbols);
  }

  @Test
  void sizesComeFromTheShapes() {
    SizeBinding sizes = bind(Map.of());
    assertEquals(ImmutableMap.of("B", 3L, "S", 4L), sizes.values());
    assertEquals(15, sizes.evaluate(Dim.symbol("B").plus(Dim.symbol("S").times(Dim.of(3)))));
    TensorType type = TensorType.of(Shape.of(Dim.symbol("S"), Dim.of(7)), Formats.F16);
    assertEquals("tensor<[4,7] x f16>", sizes.apply(type).toString());
    assertEquals("tensor<[3,8] x f32>",
        sizes.substitution().apply(FUNCTION).parameters().getFirst().type().toString());
  }

  @Test
  void whatKernelsRelyOnMustHold() {
    assertEquals(4, bind(Map.of("S", new SymbolBounds("S", 2, 4))).values().get("S"));
    InputException wrong =
        assertThrows(InputException.class, () -> bind(Map.of("S", new SymbolBounds("S", 8, 8))));
    assertTrue(wrong.getMessage().contains("the size S is 4"), wrong.getMessage());
    assertTrue(wrong.diagnostics().getFirst().hint().orElse("").contains("pad"));
  }

  @Test
  void shapesMustAgree() {
    assertThrows(InputException.class, () -> SizeBinding.of(FUNCTION, List.of(zeros(3, 8), zeros(5)), Map.of()));
    assertThrows(InputException.class, () -> SizeBinding.of(FUNCTION, List.of(zeros(3, 7), zeros(3)), Map.of()));
  }
}
