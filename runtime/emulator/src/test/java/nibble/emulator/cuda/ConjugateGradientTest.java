package nibble.emulator.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import nibble.emulator.Allocation;
import org.junit.jupiter.params.ParameterizedTest;

/** The whole program {@code conjugate_gradient.cu}, on the equation of a grid's potential. */
class ConjugateGradientTest {
  private static final int SIDE = 20;
  private static final int N = SIDE * SIDE;
  private static final int BLOCK = 128;

  /** The matrix row by row: 4 on the diagonal and a little more at random, -1 for each neighbour in the grid. */
  private record Matrix(int[] starts, int[] columns, double[] values) {
    static Matrix random(long seed) {
      Random random = new Random(seed);
      int[] starts = new int[N + 1];
      List<Integer> columns = new ArrayList<>();
      List<Double> values = new ArrayList<>();
      for (int row = 0; row < N; row++) {
        for (int offset : new int[] {-SIDE, -1, 0, 1, SIDE}) {
          int column = row + offset;
          boolean isAround = Math.abs(offset) == 1 && column / SIDE != row / SIDE;
          if (column >= 0 && column < N && !isAround) {
            columns.add(column);
            values.add(offset == 0 ? 4 + random.nextDouble() / 8 : -1.0);
          }
        }
        starts[row + 1] = columns.size();
      }
      return new Matrix(
          starts, columns.stream().mapToInt(Integer::intValue).toArray(),
          values.stream().mapToDouble(Double::doubleValue).toArray());
    }

    double[] times(double[] x) {
      double[] y = new double[N];
      for (int row = 0; row < N; row++) {
        for (int i = starts[row]; i < starts[row + 1]; i++) {
          y[row] += values[i] * x[columns[i]];
        }
      }
      return y;
    }
  }

  private static Allocation dot(DeviceProgram program, Allocation x, Allocation y) {
    Allocation sum = program.zeros(8, "sum");
    program.launch("dot", 3, BLOCK, x, y, sum, N);
    return sum;
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource("conjugate_gradient")
  void solves(CudaPtx ptx) {
    Matrix matrix = Matrix.random(1);
    double[] wanted = new Random(2).doubles(N, -1, 1).toArray();
    double[] b = matrix.times(wanted);
    int blocks = (N + BLOCK - 1) / BLOCK;
    try (DeviceProgram program = new DeviceProgram(ptx)) {
      Allocation starts = program.ints("starts", matrix.starts);
      Allocation columns = program.ints("columns", matrix.columns);
      Allocation values = program.doubles("values", matrix.values);
      Allocation x = program.zeros(8 * N, "x");
      Allocation r = program.doubles("r", b);
      Allocation p = program.doubles("p", b);
      Allocation q = program.zeros(8 * N, "q");
      Allocation rr = dot(program, r, r);
      double first = DeviceProgram.doubles(rr)[0];
      int steps = 0;
      while (DeviceProgram.doubles(rr)[0] > 1e-22 * first && steps < N) {
        program.launch("multiply", (N * 32 + BLOCK - 1) / BLOCK, BLOCK, starts, columns, values, p, q, N);
        Allocation pq = dot(program, p, q);
        program.launch("advance", blocks, BLOCK, x, r, p, q, rr, pq, N);
        Allocation next = dot(program, r, r);
        program.launch("turn", blocks, BLOCK, p, r, next, rr, N);
        rr = next;
        steps++;
      }
      assertTrue(steps > 20 && steps < 150, "steps: " + steps);
      double[] found = DeviceProgram.doubles(x);
      for (int i = 0; i < N; i++) {
        assertEquals(wanted[i], found[i], 1e-9);
      }
    }
  }
}
