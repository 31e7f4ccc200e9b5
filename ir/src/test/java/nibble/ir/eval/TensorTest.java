package nibble.ir.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import nibble.ir.TensorType;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.layout.Granularities;
import nibble.ir.layout.Granularity;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TensorTest {
  @Test
  void elementsAndScalesHaveTheCountOfTheType() {
    assertEquals("3 elements given for tensor<[2,2] x f32>",
        assertThrows(IllegalArgumentException.class, () -> Tensor.of(type(Formats.F32, 2, 2), 1, 2, 3)).getMessage());
    TensorType scaled = scaled(new Granularities.PerToken(), 2, 2);
    assertThrows(IllegalArgumentException.class, () -> Tensor.of(scaled, 1, 2, 3, 4));
    assertThrows(IllegalArgumentException.class, () -> new Tensor(scaled, new double[4], new double[1]));
    assertEquals(4, new Tensor(scaled, new double[4], new double[2]).size());
    assertThrows(IllegalStateException.class, () -> Tensor.of(type(Formats.F32, 2), 1, 2).item());
  }

  @Test
  void valuesAreCodesTimesTheirScale() {
    // Boxes of 2 x 2 on 3 x 3: what is left at the edges is a box as well.
    TensorType type = scaled(new Granularities.PerBlock(2, 2), 3, 3);
    double[] codes = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    Tensor tensor = new Tensor(type, codes, new double[] {1, 10, 100, 1000});
    assertEquals("[1.0, 2.0, 30.0, 4.0, 5.0, 60.0, 700.0, 800.0, 9000.0]",
        Arrays.toString(tensor.values()));
  }

  @Test
  void scaledTensorsWithoutElements() {
    for (Granularity granularity : List.of(
        new Granularities.PerToken(), new Granularities.PerTensor(), new Granularities.PerAxis(0),
        new Granularities.PerBlock(2, 2), new Granularities.PerGroup(3))) {
      TensorType type = scaled(granularity, 4, 0);
      int scales = (int) type.scaleType().shape().size().constant();
      assertEquals(0, new Tensor(type, new double[0], new double[scales]).values().length);
    }
  }

  @Test
  void sameAsIsBitForBit() {
    Tensor tensor = Tensor.of(type(Formats.F32, 2), Double.NaN, 0.0);
    assertTrue(tensor.sameAs(Tensor.of(type(Formats.F32, 2), Double.NaN, 0.0)));
    assertFalse(tensor.sameAs(Tensor.of(type(Formats.F32, 2), Double.NaN, -0.0)));
    assertFalse(tensor.sameAs(Tensor.of(type(Formats.F16, 2), Double.NaN, 0.0)));
  }

  @Test
  void roundingThatChangesNothingIsTheSameTensor() {
    Tensor half = Tensor.of(type(Formats.BF16, 3), 0.5, -0.0, Double.NaN);
    assertSame(half, half.rounded());
    Tensor wide = Tensor.of(type(Formats.F64, 1), 0.1);
    assertSame(wide, wide.rounded());
    assertEquals(6, Tensor.of(type(Formats.E2M1, 1), Double.NaN).rounded().item());
    assertEquals((double) 0.1f, Tensor.of(type(Formats.F32, 1), 0.1).rounded().item());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4095, 4096, 4097, 100_000})
  void generationMeetsEveryElementOnce(int size) {
    Tensor tensor = Tensor.generate(type(Formats.F64, size), i -> i);
    for (int i = 0; i < size; i++) {
      assertEquals(i, tensor.elements()[i]);
    }
  }

  @Test
  void textShowsTheFirstElements() {
    assertEquals("tensor<[2] x f32> [1.0, 2.0]", Tensor.of(type(Formats.F32, 2), 1, 2).toString());
    assertTrue(Tensor.generate(type(Formats.F32, 9), i -> i).toString().endsWith("7.0]..."));
  }

  private static TensorType type(NumberFormat format, long... extents) {
    return TensorType.of(Shape.of(extents), format);
  }

  private static TensorType scaled(Granularity granularity, long... extents) {
    return type(Formats.I8, extents).withScale(new ScaleLayout(granularity, Formats.F32));
  }
}
