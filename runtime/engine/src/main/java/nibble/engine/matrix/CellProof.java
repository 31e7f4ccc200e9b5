package nibble.engine.matrix;

import java.util.Optional;

/**
 * What a run of a cell's kernels showed.
 *
 * @param cell its target and precision
 * @param fault the kernel that was outside its error bound, or had none; empty where all were within
 */
public record CellProof(String cell, Optional<String> fault) {
  @Override
  public String toString() {
    return cell + fault.map(text -> ": " + text).orElse("");
  }
}
