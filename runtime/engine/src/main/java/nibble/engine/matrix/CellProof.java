package nibble.engine.matrix;

import java.util.Optional;
import nibble.codegen.matrix.KernelFamily;
import nibble.codegen.matrix.Precision;
import nibble.codegen.target.Target;

/**
 * What a run of a cell's kernels showed.
 *
 * @param fault the kernel that was outside its error bound, or had none; empty where all were within
 */
public record CellProof(Target target, KernelFamily family, Precision precision, Optional<String> fault) {
  @Override
  public String toString() {
    return target + ", " + family.keyword() + ", " + precision + fault.map(text -> ": " + text).orElse("");
  }
}
