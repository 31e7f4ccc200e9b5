package sample.training;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Matrix products in f32. Each element is a chain of fused multiply-adds in ascending order of the inner index, so the
 * results are the same whatever the width of the machine's vectors.
 */
public final class Gemm {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final int ROWS = 4;

  private Gemm() {}

  /**
   * A row-major matrix that lies in an array.
   *
   * @param offset of its first element
   * @param stride from one row to the next
   */
  public record Matrix(float[] data, int offset, int stride) {
    public static Matrix of(float[] data, int columns) {
      return new Matrix(data, 0, columns);
    }
  }

  /** {@code C = A B}, or {@code C += A B} where {@code add}; A is m x k, B is k x n. */
  public static void multiply(Matrix a, Matrix b, Matrix c, int m, int k, int n, boolean add) {
    int row = 0;
    for (; row + ROWS <= m; row += ROWS) {
      int column = 0;
      for (; column + 2 * LANES <= n; column += 2 * LANES) {
        fourRows(a, b, c, row, column, k, add);
      }
      rest(a, b, c, row, row + ROWS, column, k, n, add);
    }
    rest(a, b, c, row, m, 0, k, n, add);
  }

  private static void fourRows(Matrix a, Matrix b, Matrix c, int row, int column, int k, boolean add) {
    float[] x = a.data;
    float[] y = b.data;
    float[] z = c.data;
    int z0 = c.offset + row * c.stride + column;
    int z1 = z0 + c.stride;
    int z2 = z1 + c.stride;
    int z3 = z2 + c.stride;
    FloatVector s00 = start(z, z0, add);
    FloatVector s01 = start(z, z0 + LANES, add);
    FloatVector s10 = start(z, z1, add);
    FloatVector s11 = start(z, z1 + LANES, add);
    FloatVector s20 = start(z, z2, add);
    FloatVector s21 = start(z, z2 + LANES, add);
    FloatVector s30 = start(z, z3, add);
    FloatVector s31 = start(z, z3 + LANES, add);
    int x0 = a.offset + row * a.stride;
    int x1 = x0 + a.stride;
    int x2 = x1 + a.stride;
    int x3 = x2 + a.stride;
    int at = b.offset + column;
    for (int i = 0; i < k; i++) {
      FloatVector left = FloatVector.fromArray(SPECIES, y, at);
      FloatVector right = FloatVector.fromArray(SPECIES, y, at + LANES);
      FloatVector v0 = FloatVector.broadcast(SPECIES, x[x0 + i]);
      s00 = v0.fma(left, s00);
      s01 = v0.fma(right, s01);
      FloatVector v1 = FloatVector.broadcast(SPECIES, x[x1 + i]);
      s10 = v1.fma(left, s10);
      s11 = v1.fma(right, s11);
      FloatVector v2 = FloatVector.broadcast(SPECIES, x[x2 + i]);
      s20 = v2.fma(left, s20);
      s21 = v2.fma(right, s21);
      FloatVector v3 = FloatVector.broadcast(SPECIES, x[x3 + i]);
      s30 = v3.fma(left, s30);
      s31 = v3.fma(right, s31);
      at += b.stride;
    }
    s00.intoArray(z, z0);
    s01.intoArray(z, z0 + LANES);
    s10.intoArray(z, z1);
    s11.intoArray(z, z1 + LANES);
    s20.intoArray(z, z2);
    s21.intoArray(z, z2 + LANES);
    s30.intoArray(z, z3);
    s31.intoArray(z, z3 + LANES);
  }

  private static FloatVector start(float[] z, int at, boolean add) {
    return add ? FloatVector.fromArray(SPECIES, z, at) : FloatVector.zero(SPECIES);
  }

  /** The columns from {@code column} on of these rows. */
  private static void rest(
      Matrix a, Matrix b, Matrix c, int fromRow, int toRow, int column, int k, int n, boolean add) {
    for (int row = fromRow; row < toRow; row++) {
      int x = a.offset + row * a.stride;
      int j = column;
      for (; j + LANES <= n; j += LANES) {
        int z = c.offset + row * c.stride + j;
        FloatVector sum = start(c.data, z, add);
        for (int i = 0; i < k; i++) {
          sum = FloatVector.broadcast(SPECIES, a.data[x + i])
              .fma(FloatVector.fromArray(SPECIES, b.data, b.offset + i * b.stride + j), sum);
        }
        sum.intoArray(c.data, z);
      }
      for (; j < n; j++) {
        int z = c.offset + row * c.stride + j;
        float sum = add ? c.data[z] : 0;
        for (int i = 0; i < k; i++) {
          sum = Math.fma(a.data[x + i], b.data[b.offset + i * b.stride + j], sum);
        }
        c.data[z] = sum;
      }
    }
  }

  /** Writes the transpose of an m x n matrix to {@code to}, which becomes n x m. */
  public static void transpose(Matrix from, float[] to, int m, int n) {
    for (int row = 0; row < m; row++) {
      int at = from.offset + row * from.stride;
      for (int column = 0; column < n; column++) {
        to[column * m + row] = from.data[at + column];
      }
    }
  }
}
