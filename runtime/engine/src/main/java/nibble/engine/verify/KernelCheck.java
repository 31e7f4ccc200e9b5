package nibble.engine.verify;

import com.google.common.collect.ImmutableList;
import nibble.engine.device.Dim3;
import nibble.ir.Location;

/**
 * The proof of one launch.
 *
 * @param index number of the launch
 * @param kernel name of the kernel
 * @param ops the ops that it computes
 * @param location where in the model it comes from
 * @param grid blocks
 * @param block threads of a block
 * @param sharedBytes shared memory of a block
 * @param results one for each result
 */
public record KernelCheck(
    int index,
    String kernel,
    ImmutableList<String> ops,
    Location location,
    Dim3 grid,
    Dim3 block,
    int sharedBytes,
    ImmutableList<ElementCheck> results) {

  public boolean isProven() {
    return results.stream().allMatch(result -> result.fault().isEmpty());
  }

  /** The result that takes up most of its bound. */
  public ElementCheck worst() {
    return results.stream()
        .max((a, b) -> Double.compare(a.tightness(), b.tightness()))
        .orElseThrow(() -> new IllegalStateException(kernel + " has no results"));
  }
}
