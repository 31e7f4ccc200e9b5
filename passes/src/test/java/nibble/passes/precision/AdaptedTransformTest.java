package nibble.passes.precision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.shape.Shape;
import org.junit.jupiter.api.Test;

class AdaptedTransformTest {
  private static final int SIZE = 8;
  private static final int ROWS = 240;

  private static double[] random(int count, long seed) {
    return new Random(seed).doubles(count, -1, 1).toArray();
  }

  private static Tensor tensor(double[] values, int columns) {
    return Tensor.of(TensorType.of(Shape.of(values.length / columns, columns), Formats.F32), values);
  }

  /** Columns of unlike magnitude that have to do with each other. */
  private static double[] activation(long seed) {
    return multiplied(random(ROWS * SIZE, seed), new SquareMatrix(SIZE, random(SIZE * SIZE, 5)).times(
        new SquareMatrix(SIZE, random(SIZE * SIZE, 6))));
  }

  private static double[] multiplied(double[] rows, SquareMatrix matrix) {
    double[] product = new double[rows.length];
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < SIZE; j++) {
        product[i] += rows[i / SIZE * SIZE + j] * matrix.elements()[j * SIZE + i % SIZE];
      }
    }
    return product;
  }

  private static void assertClose(SquareMatrix expected, SquareMatrix actual, double tolerance) {
    for (int i = 0; i < expected.elements().length; i++) {
      assertEquals(expected.elements()[i], actual.elements()[i], tolerance);
    }
  }

  private static final SquareMatrix IDENTITY = new SquareMatrix(SIZE, new double[SIZE * SIZE]).damped(1);

  @Test
  void matricesAreFactoredAndInverted() {
    SquareMatrix a = new SquareMatrix(SIZE, random(SIZE * SIZE, 1));
    SquareMatrix definite = a.conjugate(IDENTITY).damped(0.1);
    SquareMatrix lower = definite.cholesky();
    assertClose(definite, lower.times(lower.transpose()), 1e-12);
    assertClose(IDENTITY, a.times(a.inverse()), 1e-10);
    assertThrows(IllegalArgumentException.class, () -> new SquareMatrix(2, new double[] {1, 2, 2, 4}).inverse());
    assertThrows(IllegalArgumentException.class, () -> new SquareMatrix(2, new double[] {1, 2, 2, 1}).cholesky());
    SingularValues found = SingularValues.of(a);
    assertClose(IDENTITY, found.left().times(found.left().transpose()), 1e-12);
    // V^T A has orthogonal rows, whose norms are the values.
    SquareMatrix rows = found.left().transpose().times(a);
    double[] squares = Arrays.stream(found.values()).map(value -> value * value).toArray();
    assertClose(IDENTITY.scaledColumns(squares), rows.times(rows.transpose()), 1e-10);
  }

  /** No other matrix has a lower product of the traces, and this one's is the square of the sum of singular values. */
  @Test
  void theClosedFormIsTheBest() {
    double[] x = activation(1);
    double[] w = random(SIZE * 5, 2);
    AdaptedTransform found = new AdaptedTransform.Search(SIZE, 1e-9, 0, 1)
        .of(tensor(x, SIZE), List.of(tensor(w, 5)), List.of(0));
    SquareMatrix c = new SquareMatrix(SIZE, PostQuantizationIntegral.of(tensor(x, SIZE)).gram());
    double[] columns = new double[SIZE * SIZE];
    for (int i = 0; i < w.length; i++) {
      columns[i / 5 * SIZE + i % 5] = w[i];
    }
    SquareMatrix g = new SquareMatrix(SIZE, columns).conjugate(IDENTITY);
    SquareMatrix matrix = new SquareMatrix(SIZE, found.matrices());
    double least = noise(matrix, c, g);
    double sum = Arrays.stream(SingularValues.of(
        c.damped(1e-9).cholesky().transpose().times(g.damped(1e-9).cholesky())).values()).sum();
    // Damping adds the root of its share for channels of the weight that are none.
    assertTrue(least >= sum * sum * 0.99 && least <= sum * sum * 1.05, least + " is not the square of " + sum);
    for (int seed = 10; seed < 60; seed++) {
      double[] other = random(SIZE * SIZE, seed);
      double size = seed % 2 == 0 ? 0.05 : 1;
      for (int i = 0; i < other.length; i++) {
        other[i] = other[i] * size + (size == 1 ? 0 : matrix.elements()[i]);
      }
      assertTrue(noise(new SquareMatrix(SIZE, other), c, g) > 0.99 * least, "seed " + seed);
    }
    assertEquals(Math.sqrt(least / (c.trace() * g.trace())), found.noise(), 1e-6);
    assertClose(IDENTITY, matrix.times(new SquareMatrix(SIZE, found.inverses())), 1e-9);
    for (double element : found.matrices()) {
      assertEquals(element, Formats.F16.round(element));
    }
  }

  private static double noise(SquareMatrix matrix, SquareMatrix c, SquareMatrix g) {
    return matrix.transpose().conjugate(c).trace() * matrix.inverse().conjugate(g).trace();
  }

  /** Differences of what it is the gradient of. */
  @Test
  void gradientsAreSlopes() {
    double[] x = activation(3);
    SquareMatrix g = new SquareMatrix(SIZE, random(SIZE * SIZE, 4)).conjugate(IDENTITY).damped(0.1);
    TransformDescent descent = TransformDescent.of(tensor(x, SIZE), 0, 6, g);
    SquareMatrix matrix = new SquareMatrix(SIZE, random(SIZE * SIZE, 7)).damped(0).times(IDENTITY);
    double[] gradient = descent.gradient(matrix, descent.learned(), 8);
    for (int i = 0; i < gradient.length; i += 5) {
      double step = 1e-6;
      double[] above = matrix.elements().clone();
      double[] below = matrix.elements().clone();
      above[i] += step;
      below[i] -= step;
      double slope = (loss(descent, new SquareMatrix(SIZE, above)) - loss(descent, new SquareMatrix(SIZE, below)))
          / (2 * step);
      assertEquals(slope, gradient[i], 1e-4 * Math.max(1, Math.abs(slope)));
    }
  }

  private static double loss(TransformDescent descent, SquareMatrix matrix) {
    double sum = 0;
    for (double[] box : descent.learned()) {
      double powers = Arrays.stream(multiplied(box, matrix)).map(z -> Math.pow(Math.abs(z), 8)).sum();
      sum += Math.pow(powers, 2.0 / 8);
    }
    return Math.log(sum) + Math.log(matrix.inverse().conjugate(descent.g()).trace());
  }

  /** What is taken loses no more on the boxes apart than the start; and with many boxes much less. */
  @Test
  void descentLowersWhatBoxesLose() {
    double[] x = activation(8);
    // Outliers along one direction, which norms don't show.
    for (int i = 0; i < x.length; i += 40 * SIZE) {
      for (int j = 0; j < SIZE; j++) {
        x[i + j] += 6 * (j % 3 - 1);
      }
    }
    SquareMatrix g = new SquareMatrix(SIZE, random(SIZE * SIZE, 9)).conjugate(IDENTITY).damped(0.1);
    TransformDescent descent = TransformDescent.of(tensor(x, SIZE), 0, 10, g);
    assertEquals(24, descent.learned().size() + descent.apart().size());
    assertEquals(6, descent.apart().size());
    TransformDescent.Result found = descent.from(IDENTITY, 60);
    assertTrue(found.steps() > 0);
    assertTrue(descent.noise(found.matrix()) < 0.5 * descent.noise(IDENTITY));
    TransformDescent few = TransformDescent.of(tensor(Arrays.copyOf(x, 30 * SIZE), SIZE), 0, 10, g);
    assertEquals(0, few.from(IDENTITY, 60).steps());
  }

  /** Boxes end with the last axis but one. */
  @Test
  void boxesEndWithASequence() {
    Tensor x = Tensor.of(TensorType.of(Shape.of(2, 5, SIZE), Formats.F32), random(10 * SIZE, 1));
    TransformDescent descent = TransformDescent.of(x, 0, 3, IDENTITY);
    assertEquals(List.of(3, 2, 3), descent.learned().stream().map(box -> box.length / SIZE).toList());
    assertEquals(List.of(2), descent.apart().stream().map(box -> box.length / SIZE).toList());
  }
}
