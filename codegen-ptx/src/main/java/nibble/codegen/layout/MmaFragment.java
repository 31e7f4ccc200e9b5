package nibble.codegen.layout;

import static com.google.common.base.Preconditions.checkArgument;
import static nibble.codegen.layout.Dimension.LANE;
import static nibble.codegen.layout.Dimension.REGISTER;
import static nibble.codegen.layout.LinearLayout.identity;

/**
 * The fragments of {@code mma.sync}, {@code (register, lane) -> (dim0, dim1)}, for elements of any width. With
 * {@code g = lane >> 2}, {@code t = lane & 3} and {@code E} elements in a register (32 bits, or one f64), one rule
 * gives them all (PTX ISA 9.7.14.5.3 to 9.7.14.5.13):
 *
 * <pre>
 * A, m x k: register r, element e   row g + 8 * (r & 1)      column E*t + e + 4*E*(r >> 1)
 * B, k x n: register r, element e   row E*t + e + 4*E*r      column g
 * C, m x n: register i              row g + 8 * (i >> 1)     column 2*t + (i & 1)
 * </pre>
 *
 * <p>Input {@code register} counts elements, {@code r * E + e}. The accumulator's layout is the same for 32-bit and,
 * two in a register, for 16-bit elements. A of a sparse {@code mma.sp} is the fragment of half of its k.
 */
public final class MmaFragment {
  private static final String ROW = Dimension.tensor(0);
  private static final String COLUMN = Dimension.tensor(1);

  private MmaFragment() {}

  /**
   * Operand A.
   *
   * @param m 16, or 8 for the small shapes
   * @param k the instruction's k; at least four registers' worth of elements
   * @param elementBits bits of an element as stored in a register: 1, 4, 8, 16, 32 or 64
   */
  public static LinearLayout a(int m, int k, int elementBits) {
    int perRegister = perRegister(elementBits);
    checkArgument(m == 8 || m == 16, "A of %s rows", m);
    checkArgument(k % (4 * perRegister) == 0, "A of %s columns of %s bits", k, elementBits);
    return identity(REGISTER, perRegister, COLUMN)
        .times(identity(LANE, 4, COLUMN))
        .times(identity(LANE, 8, ROW))
        .times(identity(REGISTER, m / 8, ROW))
        .times(identity(REGISTER, k / (4 * perRegister), COLUMN))
        .reorderOutputs(Dimension.tensors(2));
  }

  /** Operand B, of 8 columns; parameters as for {@link #a}. */
  public static LinearLayout b(int k, int elementBits) {
    int perRegister = perRegister(elementBits);
    checkArgument(k % (4 * perRegister) == 0, "B of %s rows of %s bits", k, elementBits);
    return identity(REGISTER, perRegister, ROW)
        .times(identity(LANE, 4, ROW))
        .times(identity(LANE, 8, COLUMN))
        .times(identity(REGISTER, k / (4 * perRegister), ROW));
  }

  /** The accumulators C and D, m x 8, of 32-bit or 16-bit elements. */
  public static LinearLayout accumulator(int m) {
    checkArgument(m == 8 || m == 16, "accumulator of %s rows", m);
    return identity(REGISTER, 2, COLUMN)
        .times(identity(LANE, 4, COLUMN))
        .times(identity(LANE, 8, ROW))
        .times(identity(REGISTER, m / 8, ROW))
        .reorderOutputs(Dimension.tensors(2));
  }

  private static int perRegister(int elementBits) {
    checkArgument(Integer.bitCount(elementBits) == 1 && elementBits <= 64, "elements of %s bits", elementBits);
    return Math.max(1, 32 / elementBits);
  }
}
