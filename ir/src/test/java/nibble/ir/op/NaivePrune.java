package nibble.ir.op;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import nibble.ir.eval.Tensor;

/** The definition of pruning, element by element: of N:M without pairs, and of V:N:M with blocks of one row. */
final class NaivePrune {
  private NaivePrune() {}

  static double[] eval(Prune op, Tensor operand) {
    Indexed x = Indexed.of(operand);
    List<Long> numbers = op.layout().numbers();
    int size = numbers.getLast().intValue();
    boolean hasFour = numbers.size() == 3;
    long most = hasFour ? numbers.get(1) : numbers.getFirst();
    if (hasFour && (numbers.getFirst() != 1 || size != 4) || most == 4) {
      throw new IllegalArgumentException(op.layout().text());
    }
    double[] values = new double[operand.size()];
    int at = 0;
    for (int[] index : Indexed.indices(x.extents())) {
      int place = index[op.axis()] % size;
      List<Integer> order = new ArrayList<>();
      double[] group = new double[size];
      for (int i = 0; i < size; i++) {
        int[] source = index.clone();
        source[op.axis()] += i - place;
        group[i] = Math.abs(x.get(source));
        order.add(i);
      }
      order.sort(Comparator.<Integer>comparingDouble(i -> group[i]).thenComparingInt(i -> i).reversed());
      values[at++] = order.subList(0, (int) most).contains(place) ? x.get(index) : 0;
    }
    return values;
  }
}
