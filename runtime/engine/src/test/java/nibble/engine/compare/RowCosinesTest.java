package nibble.engine.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.shape.Shape;
import org.junit.jupiter.api.Test;

class RowCosinesTest {
  private static final TensorType TYPE = TensorType.of(Shape.of(3, 2), Formats.F32);

  @Test
  void eachRowCountsByItself() {
    Tensor reference = Tensor.of(TYPE, 1, 0, 0, 2, 3, 4);
    Tensor other = Tensor.of(TYPE, 7, 0, 5, 0, 4, 3);
    RowCosines cosines = RowCosines.of(reference, other);
    assertEquals(0, cosines.least());
    assertEquals((1 + 0 + 24.0 / 25) / 3, cosines.mean(), 1e-15);
  }

  @Test
  void rowsOfZerosAreEqualToEachOtherAlone() {
    assertEquals(new RowCosines(1, 1),
        RowCosines.of(Tensor.of(TYPE, 0, 0, 0, 0, 0, 0), Tensor.of(TYPE, 0, 0, 0, 0, 0, 0)));
    assertEquals(0, RowCosines.of(Tensor.of(TYPE, 0, 0, 1, 0, 1, 0), Tensor.of(TYPE, 0, 1, 1, 0, 1, 0)).least());
  }

  @Test
  void whatIsNoNumberIsNoCosine() {
    RowCosines cosines = RowCosines.of(Tensor.of(TYPE, 1, 1, 1, 1, 1, 1), Tensor.of(TYPE, 1, 1, Double.NaN, 1, 1, 1));
    assertTrue(Double.isNaN(cosines.least()) && Double.isNaN(cosines.mean()));
  }
}
