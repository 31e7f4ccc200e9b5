package nibble.ir.op;

import java.util.List;
import nibble.ir.TensorType;
import nibble.ir.bound.ErrorModel;
import nibble.ir.eval.Tensor;

/** The ops of experts by their definitions, index by index. */
final class NaiveExperts {
  private NaiveExperts() {}

  /** The entry of a token is how many members come before it, or how many members there are and others before it. */
  static double[] members(Tensor gates) {
    int tokens = gates.extents()[0];
    int experts = gates.extents()[1];
    double[] table = new double[experts * (1 + tokens)];
    for (int expert = 0; expert < experts; expert++) {
      int count = before(gates, expert, tokens, true);
      table[expert * (1 + tokens)] = count;
      for (int token = 0; token < tokens; token++) {
        boolean isMember = Indexed.of(gates).get(token, expert) > 0;
        int place = isMember ? before(gates, expert, token, true) : count + before(gates, expert, token, false);
        table[expert * (1 + tokens) + 1 + place] = token;
      }
    }
    return table;
  }

  private static int before(Tensor gates, int expert, int end, boolean members) {
    int count = 0;
    for (int token = 0; token < end; token++) {
      count += Indexed.of(gates).get(token, expert) > 0 == members ? 1 : 0;
    }
    return count;
  }

  static NaiveOps.Expected product(GroupedMatMul op, List<Tensor> operands, TensorType result) {
    Indexed a = Indexed.values(operands.get(0));
    Indexed b = Indexed.values(operands.get(1));
    Indexed table = Indexed.of(operands.get(2));
    int length = a.extents()[a.extents().length - 1];
    double[] values = new double[(int) result.shape().size().constant()];
    double[] tolerance = new double[values.length];
    int at = 0;
    for (int[] index : Indexed.indices(result.shape().extents())) {
      double magnitudes = 0;
      for (int k = 0; k < length && isMember(table, index[0], index[1]); k++) {
        double left = a.extents().length == 2 ? a.get(index[1], k) : a.get(index[0], index[1], k);
        double product = left * (op.transposeB() ? b.get(index[0], index[2], k) : b.get(index[0], k, index[2]));
        values[at] += product;
        magnitudes += Math.abs(product);
      }
      tolerance[at++] = ErrorModel.gamma(2.0 * length, 0x1p-53) * magnitudes;
    }
    return new NaiveOps.Expected(values, tolerance);
  }

  private static boolean isMember(Indexed table, int expert, int token) {
    for (int place = 1; place <= table.get(expert, 0); place++) {
      if (table.get(expert, place) == token) {
        return true;
      }
    }
    return false;
  }

  static double[] sum(Tensor outputs, Tensor gates, TensorType result) {
    double[] sums = new double[(int) result.shape().size().constant()];
    int at = 0;
    for (int[] index : Indexed.indices(result.shape().extents())) {
      for (int expert = 0; expert < gates.extents()[1]; expert++) {
        double gate = Indexed.of(gates).get(index[0], expert);
        sums[at] += gate > 0 ? gate * Indexed.of(outputs).get(expert, index[0], index[1]) : 0;
      }
      at++;
    }
    return sums;
  }
}
