package nibble.ir.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.format.FixedRounding;
import nibble.ir.format.Formats;
import nibble.ir.layout.Granularities;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.layout.ScaleRules;
import nibble.ir.shape.Shape;
import org.junit.jupiter.api.Test;

/** The quantizer of TurboDiffusion's linear layers: blocks of 128 by 128 under amax / 128. */
class TurboQuantizerTest {
  private static Tensor quantized(int rows, int columns, double... elements) {
    ScaleLayout layout = new ScaleLayout(
        new Granularities.PerBlock(128, 128), Formats.F32, ScaleRules.FULL, Optional.empty(), Optional.empty());
    TensorType plain = TensorType.of(Shape.of(rows, columns), Formats.F32);
    TensorType type = plain.plain(Formats.I8).withScale(layout);
    return new Quantize(FixedRounding.NEAREST_EVEN, type).eval(List.of(Tensor.of(plain, elements).rounded()), type);
  }

  /** The golden row of W8-128. */
  @Test
  void goldenRow() {
    Tensor codes = quantized(1, 8, 0.3, -1.27, 0.635, 2.54, -0.01, 0, 1.905, -2.5);
    assertArrayEquals(new double[] {15, -64, 32, 127, -1, 0, 96, -126}, codes.elements());
    assertEquals((float) 2.54 / 128, codes.values()[3] / 127, 1e-9);
  }

  /** T61: the largest becomes 127 and its opposite -128; zeros stay zeros. */
  @Test
  void t61Ends() {
    assertArrayEquals(new double[] {127, -128}, quantized(1, 2, 0.7, -0.7).elements());
    assertArrayEquals(new double[3], quantized(1, 3, 0, 0, 0).values());
  }

  /** T62, T64: the product of codes is that of what they stand for, and near that of the numbers. */
  @Test
  void t64Linear() {
    int size = 256;
    Random random = new Random(1);
    double[] x = random.doubles(size * size, -1, 1).map(i -> random.nextGaussian()).toArray();
    double[] w = random.doubles(size * size, -1, 1).map(i -> random.nextGaussian()).toArray();
    TensorType plain = TensorType.of(Shape.of(size, size), Formats.F32);
    MatMul product = new MatMul(true, Formats.F32);
    List<Tensor> codes = List.of(quantized(size, size, x), quantized(size, size, w));
    double[] actual = product.eval(codes, plain).elements();
    double[] values = product.eval(codes.stream().map(tensor -> Tensor.of(plain, tensor.values())).toList(), plain).elements();
    assertArrayEquals(values, actual, 1e-9);
    double[] exact = product.eval(List.of(Tensor.of(plain, x), Tensor.of(plain, w)), plain).elements();
    double dot = 0;
    double norms = 0;
    double other = 0;
    for (int i = 0; i < exact.length; i++) {
      dot += exact[i] * actual[i];
      norms += exact[i] * exact[i];
      other += actual[i] * actual[i];
    }
    double cosine = dot / Math.sqrt(norms * other);
    assertTrue(cosine >= 0.999, cosine + "");
  }
}
