package nibble.passes;

import java.util.Optional;
import nibble.ir.format.NumberFormat;
import nibble.ir.layout.SparseLayout;
import nibble.ir.layout.SparseLayouts.VNOfM;

/** Says whether sparse weights pay, by <em>modelled</em> times. */
public interface SparsityCosts {
  /**
   * What a sparse weight is worth.
   *
   * @param dense modelled time of the product with a dense weight, for people
   * @param sparse the same with the sparse one
   * @param device what it is modelled on, for people
   * @param obstacle why the sparse weight does not pay, if it does not
   */
  record Estimate(String dense, String sparse, String device, Optional<String> obstacle) {
    /** {@code modelled 5.1 us (L2) sparse, 9.8 us (tensor cores) dense on A100}. */
    public String text() {
      return "modelled " + sparse + " sparse, " + dense + " dense on " + device;
    }
  }

  /**
   * Asks the model.
   *
   * @param rows of the activation
   * @param columns output channels
   * @param depth what is summed over
   * @param format in which operands are multiplied
   * @param target what it is for; the one that the user compiles for where there is none
   */
  Estimate of(
      long rows, long columns, long depth, NumberFormat format, SparseLayout layout, Optional<String> target);

  /**
   * V and M of V:2:M for a product, so that it is fast enough.
   *
   * @param most no larger V and M than those of this
   * @param gain how many times as fast as the dense product it shall be
   * @param target as above
   * @return nothing where none is so fast
   */
  Optional<SparseLayout> choose(
      long rows, long columns, long depth, NumberFormat format, VNOfM most, double gain, Optional<String> target);

  /** Whether the user wants sparse weights whatever they are worth. */
  boolean isForced();
}
