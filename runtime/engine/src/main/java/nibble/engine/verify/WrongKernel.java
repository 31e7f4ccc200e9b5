package nibble.engine.verify;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import nibble.ir.Location;
import nibble.ir.Operation;
import nibble.ir.eval.Tensor;

/**
 * The first launch that is not proven.
 *
 * @param check what is wrong
 * @param operation the {@code kernel} operation, at the sizes of the run
 * @param operands what the kernel read
 * @param firstOp the first of its operations that is wrong by itself, once that was looked for and found
 */
public record WrongKernel(
    KernelCheck check, Operation operation, ImmutableList<Tensor> operands, Optional<WrongOp> firstOp) {
  /**
   * An operation of a kernel that goes wrong.
   *
   * @param op its name
   * @param location where in the model it comes from
   * @param fault its first element outside its bound, where the kernel computes no more than that
   */
  public record WrongOp(String op, Location location, ElementCheck.Fault fault) {}

  /** The first element that is outside its bound, or has none. */
  public ElementCheck.Fault fault() {
    return check.results().stream().flatMap(result -> result.fault().stream()).findFirst().orElseThrow();
  }

  /** Where in the model the fault is: of the operation that is wrong, or of the whole kernel. */
  public Location location() {
    return firstOp.map(WrongOp::location).orElse(check.location());
  }

  WrongKernel with(Optional<WrongOp> found) {
    return new WrongKernel(check, operation, operands, found);
  }
}
