package nibble.ir.op;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.List;
import nibble.ir.OpInfo;
import nibble.ir.TensorType;
import nibble.ir.TypeRuleException;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.ErrorModel;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.MatrixProduct;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/**
 * For each expert, the matrix product of the rows of its members; rows of others are zeros. Operands: tokens
 * {@code [T,K]}, the same for all experts, or {@code [E,T,K]}; a matrix for each expert, {@code [E,K,N]}; the table
 * that {@link Members} gives, {@code [E,1+T]}. The result is {@code [E,T,N]}. A table whose entries behind the first
 * are no permutation of the tokens is an error of the program's input.
 *
 * @param transposeB whether the matrices are stored as {@code [E,N,K]}
 * @param to format of the result
 */
@OpInfo(
    name = "grouped_matmul",
    summary = "matrix product with a matrix for each expert, of the rows of its members; others are zeros",
    rounding = "as matmul")
public record GroupedMatMul(boolean transposeB, NumberFormat to) implements ProductOp {
  @Override
  public TensorType infer(List<TensorType> operands) {
    expectOperands(operands, 3);
    Shape a = operands.get(0).shape();
    Shape b = operands.get(1).shape();
    TensorType table = operands.get(2);
    boolean fits = b.rank() == 3 && (a.rank() == 2 || a.rank() == 3 && a.dim(0).equals(b.dim(0)));
    if (!fits) {
      throw new TypeRuleException("grouped_matmul takes tokens [T,K] or [E,T,K] and matrices of E experts, not " + a
          + " and " + b);
    }
    Shape expected = Shape.of(b.dim(0), a.dim(-2).plus(Dim.ONE));
    if (!table.equals(TensorType.of(expected, Formats.I32))) {
      throw new TypeRuleException("the third operand of grouped_matmul is the table of members "
          + TensorType.of(expected, Formats.I32) + ", not " + table, "members %gates gives it");
    }
    return dense().infer(operands.subList(0, 2));
  }

  /** The product of all rows. */
  private MatMul dense() {
    return new MatMul(transposeB, to);
  }

  /**
   * The members of an expert.
   *
   * @throws InputException where the table is none that {@link Members} may give
   */
  private static int[] members(Tensor table, int expert) {
    int width = table.extents()[1];
    double[] row = Arrays.copyOfRange(table.elements(), expert * width, (expert + 1) * width);
    boolean[] seen = new boolean[width - 1];
    for (int place = 1; place < width; place++) {
      int token = (int) row[place];
      if (token < 0 || token >= seen.length || seen[token]) {
        throw new InputException("the table of members names token " + token + " at place " + place + " of expert "
            + expert + ", which is no permutation of " + seen.length + " tokens");
      }
      seen[token] = true;
    }
    if (row[0] < 0 || row[0] > seen.length) {
      throw new InputException("expert " + expert + " has " + (long) row[0] + " members of " + seen.length + " tokens");
    }
    return Arrays.stream(row, 1, 1 + (int) row[0]).mapToInt(token -> (int) token).toArray();
  }

  @Override
  public Tensor eval(List<Tensor> operands, TensorType result) {
    double[] left = operands.get(0).values();
    double[] right = operands.get(1).values();
    int[] extents = result.shape().extents();
    int tokens = extents[1];
    int n = extents[2];
    int k = Math.toIntExact(operands.get(0).type().shape().last().constant());
    int ofExpert = operands.get(0).type().rank() == 3 ? tokens * k : 0;
    double[] product = new double[tokens * n * extents[0]];
    for (int expert = 0; expert < extents[0]; expert++) {
      int[] members = members(operands.get(2), expert);
      double[] rows = new double[members.length * k];
      for (int i = 0; i < members.length; i++) {
        System.arraycopy(left, expert * ofExpert + members[i] * k, rows, i * k, k);
      }
      double[] matrix = transposeB ? MatrixProduct.transpose(right, expert * k * n, n, k)
          : Arrays.copyOfRange(right, expert * k * n, (expert + 1) * k * n);
      double[] sums = new double[members.length * n];
      MatrixProduct.multiply(rows, 0, matrix, 0, sums, 0, members.length, k, n);
      for (int i = 0; i < members.length; i++) {
        System.arraycopy(sums, i * n, product, (expert * tokens + members[i]) * n, n);
      }
    }
    return to.isInteger() ? Tensor.generate(result, i -> to.decode((long) product[i])) : Tensor.of(result, product);
  }

  /** That of the product of all rows, for members; kernels store zeros for others. */
  @Override
  public double[] error(List<Approximate> operands, Tensor result, ErrorModel model) {
    double[] error = new double[result.size()];
    if (!operands.get(2).isExact()) {
      // Another member is another row.
      Arrays.fill(error, Double.POSITIVE_INFINITY);
      return error;
    }
    double[] dense = dense().error(ImmutableList.copyOf(operands.subList(0, 2)), result, model);
    int tokens = result.extents()[1];
    int n = result.extents()[2];
    for (int expert = 0; expert < result.extents()[0]; expert++) {
      for (int token : members(operands.get(2).exact(), expert)) {
        int row = (expert * tokens + token) * n;
        System.arraycopy(dense, row, error, row, n);
      }
    }
    return error;
  }
}
