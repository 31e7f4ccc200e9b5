package nibble.ir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import nibble.ir.format.Formats;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;
import org.junit.jupiter.api.Test;

class TensorTypeTest {
  @Test
  void elementsCanBeCounted() {
    Shape most = Shape.of(1L << 25, 1L << 25);
    assertEquals(1L << 50, TensorType.of(most, Formats.F64).shape().size().constant());
    refused(Shape.of(1L << 25, 1L << 25, 2));
    refused(Shape.of(Long.MAX_VALUE));
    refused(Shape.of(0, Long.MAX_VALUE, Long.MAX_VALUE));
  }

  @Test
  void factorsOfSymbolsCount() {
    Dim symbols = Dim.symbol("B").times(Dim.symbol("S"));
    TensorType most = TensorType.of(Shape.of(symbols.times(Dim.of(1L << 50)), symbols), Formats.I8);
    assertEquals("[1125899906842624*B*S,B*S]", most.shape().toString());
    refused(Shape.of(symbols.times(Dim.of(1L << 49)), symbols.plus(Dim.of(2))));
  }

  private static void refused(Shape shape) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> TensorType.of(shape, Formats.F32)).getMessage();
    assertEquals("a tensor of shape " + shape + " has more than 2^50 elements", message);
  }
}
