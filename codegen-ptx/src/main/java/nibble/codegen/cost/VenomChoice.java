package nibble.codegen.cost;

import java.util.Comparator;
import java.util.Optional;
import java.util.stream.IntStream;
import nibble.ir.layout.SparseLayouts.VNOfM;

/**
 * Chooses V and M of V:2:M ("Beyond 2:4: exploring V:N:M sparsity for efficient transformer inference on GPUs"): for
 * each V the smallest M whose gain is enough, and of these the layout that leaves most choices. What the paper measures
 * is modelled here.
 */
public final class VenomChoice {
  private static final int LEAST_V = 16;
  private static final int LEAST_M = 5;

  private VenomChoice() {}

  /**
   * The layout for a product.
   *
   * @param most no larger V and M than those of this
   * @param gain how many times as fast as the dense product it shall be, by modelled times
   * @return nothing where no layout that fits the shape is so fast
   */
  public static Optional<VNOfM> of(ProductModel model, ProductShape shape, VNOfM most, double gain) {
    double dense = model.dense(shape).microseconds();
    return IntStream.iterate(LEAST_V, v -> v <= most.v(), v -> 2 * v)
        .filter(v -> shape.columns() % v == 0)
        .mapToObj(v -> IntStream.rangeClosed(LEAST_M, Math.toIntExact(most.m()))
            .filter(m -> shape.depth() % m == 0)
            .mapToObj(m -> new VNOfM(v, 2, m))
            .filter(
                layout -> model.sparse(shape, layout).filter(time -> dense / time.microseconds() >= gain).isPresent())
            .findFirst())
        .flatMap(Optional::stream)
        .max(Comparator.comparingDouble(VenomChoice::diversity));
  }

  /** Choices of a mask for each element, in bits: four of M columns, and two of these in each of V rows. */
  static double diversity(VNOfM layout) {
    double columns = 1;
    for (int i = 0; i < 4; i++) {
      columns *= (layout.m() - i) / (double) (i + 1);
    }
    return (Math.log(columns) + layout.v() * Math.log(6)) / Math.log(2) / (layout.v() * layout.m());
  }
}
