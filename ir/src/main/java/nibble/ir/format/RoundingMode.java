package nibble.ir.format;

/** How the elements of a tensor are rounded: all in one direction, or each by a draw of its own. */
public sealed interface RoundingMode permits FixedRounding, StochasticRounding {
  /**
   * How one element is rounded.
   *
   * @param format to which
   * @param element its row-major index in the tensor that is rounded, which no tiling, fusion or device changes
   * @param level 0 for the codes of a tensor, 1 for those of its residual, whose draws must not depend on the former
   */
  Rounding at(NumberFormat format, long element, int level);

  /** {@code nearest_even}, {@code stochastic(7,0)}. */
  String text();
}
