package nibble.ir.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HadamardTest {
  private static Tensor random(int rows, int columns, long seed) {
    TensorType type = TensorType.of(Shape.of(rows, columns), Formats.F32);
    return Tensor.of(type, new Random(seed).doubles((long) rows * columns).map(x -> x - 0.5).toArray());
  }

  private static Tensor transform(Tensor x, int axis, long size, Optional<Long> seed) {
    return new Hadamard(axis, size, seed).eval(List.of(x), x.type());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024})
  void twiceIsNothing(long size) {
    Tensor x = random(2, 1024, size);
    Tensor twice = transform(transform(x, 1, size, Optional.empty()), 1, size, Optional.empty());
    assertArrayEquals(x.elements(), twice.elements(), 1e-12);
    Tensor columns = random(1024, 2, size);
    Tensor again = transform(transform(columns, 0, size, Optional.empty()), 0, size, Optional.empty());
    assertArrayEquals(columns.elements(), again.elements(), 1e-12);
  }

  @Test
  void aSingleElementIsSpreadEvenly() {
    Tensor x = random(1, 32, 1).withElements(Arrays.copyOf(new double[] {0, 0, 0, 1}, 32));
    for (double y : transform(x, 1, 32, Optional.empty()).elements()) {
      assertEquals(Math.sqrt(1 / 32.0), Math.abs(y), 1e-15);
    }
  }

  /** Along the inner axis of both operands it cancels, with the same signs. */
  @Test
  void productsAreTheSame() {
    Tensor x = random(5, 64, 2);
    Tensor w = random(7, 64, 3);
    MatMul product = new MatMul(true, Formats.F32);
    TensorType result = product.infer(List.of(x.type(), w.type()));
    double[] plain = product.eval(List.of(x, w), result).elements();
    for (Optional<Long> seed : List.of(Optional.<Long>empty(), Optional.of(5L))) {
      List<Tensor> rotated = List.of(transform(x, 1, 16, seed), transform(w, 1, 16, seed));
      assertArrayEquals(plain, product.eval(rotated, result).elements(), 1e-12);
    }
    List<Tensor> others = List.of(transform(x, 1, 16, Optional.of(5L)), transform(w, 1, 16, Optional.of(6L)));
    double[] wrong = product.eval(others, result).elements();
    assertTrue(Math.abs(wrong[0] - plain[0]) > 1e-3);
  }

  /** About as many signs of each kind, the same in all blocks. */
  @Test
  void signsAreRandom() {
    Tensor ones = random(2, 1024, 1).withElements(Arrays.stream(new double[2048]).map(x -> 1).toArray());
    double[] y = transform(ones, 1, 512, Optional.of(9L)).elements();
    // The first element of a block is the sum of its signs.
    double sum = y[0] * Math.sqrt(512);
    assertTrue(Math.abs(sum) < 4 * Math.sqrt(512));
    assertArrayEquals(Arrays.copyOf(y, 512), Arrays.copyOfRange(y, 512, 1024));
  }

  @Test
  void sizesArePowersOfTwo() {
    assertThrows(IllegalArgumentException.class, () -> new Hadamard(0, 12, Optional.empty()));
    assertThrows(IllegalArgumentException.class, () -> new Hadamard(0, 0, Optional.empty()));
    assertThrows(IllegalArgumentException.class, () -> new Hadamard(0, 8, Optional.of(-1L)));
  }
}
