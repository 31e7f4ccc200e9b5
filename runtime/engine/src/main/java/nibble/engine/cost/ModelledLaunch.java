package nibble.engine.cost;

import java.util.Optional;
import nibble.codegen.work.ModelledTime;
import nibble.ir.Location;

/**
 * What a launch would take.
 *
 * @param location where in the model its product or attention comes from, or the kernel where it has none
 * @param weight format and layout of what a product multiplies by, and how; empty where there is no product
 * @param time modelled
 * @param bytes of its operands and results, or what blocks ask of them where that is less
 * @param dense modelled time with a dense weight in the place of a compressed one; empty where none is compressed
 */
public record ModelledLaunch(
    Location location, Optional<String> weight, ModelledTime time, double bytes, Optional<ModelledTime> dense) {
  /** Microseconds with dense weights. */
  double denseMicroseconds() {
    return dense.orElse(time).microseconds();
  }
}
