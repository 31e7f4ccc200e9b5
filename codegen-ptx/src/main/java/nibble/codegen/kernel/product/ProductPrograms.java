package nibble.codegen.kernel.product;

import com.google.common.collect.ImmutableMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import nibble.codegen.kernel.KernelProgram;
import nibble.codegen.target.Target;
import nibble.codegen.tile.ExpandPipeline;
import nibble.codegen.work.CountWork;
import nibble.codegen.work.KernelBytes;
import nibble.codegen.work.ModelledTime;
import nibble.codegen.work.WorkModel;
import nibble.ir.Operation;
import nibble.ir.shape.SymbolBounds;

/**
 * The programs that a kernel around a product could have.
 *
 * @param sparse where sparse instructions multiply its compressed operand as it is stored
 * @param other where others do; a compressed operand is decompressed on its way
 */
public record ProductPrograms(Optional<KernelProgram> sparse, Supplier<KernelProgram> other) {
  /**
   * The faster one by modelled times, the sparse one of two that are equal. Of a kernel whose sizes are not known it is
   * the sparse one where there is one: with many rows that is the faster one.
   */
  KernelProgram chosen(Operation kernel, ImmutableMap<String, SymbolBounds> symbols, Target target) {
    if (sparse.isEmpty()) {
      return other.get();
    }
    boolean known = Stream.concat(kernel.operands().stream(), kernel.results().stream())
        .allMatch(value -> value.tensorType().shape().isConstant());
    return known && time(other.get(), kernel, symbols, target) < time(sparse.get(), kernel, symbols, target)
        ? other.get() : sparse.get();
  }

  /** Why the sparse program is not taken, if it is not. */
  Optional<String> whyOther(
      SparseChoice choice, Operation kernel, ImmutableMap<String, SymbolBounds> symbols, Target target) {
    if (sparse.isEmpty()) {
      return Optional.of(
          choice.obstacle().orElse("its tiles have no place in shared memory as instructions need them"));
    }
    return chosen(kernel, symbols, target).equals(sparse.get())
        ? Optional.empty() : Optional.of("it is faster decompressed, by modelled times");
  }

  private static double time(
      KernelProgram program, Operation kernel, ImmutableMap<String, SymbolBounds> symbols, Target target) {
    return time(program, kernel, symbols, Map.of(), target).microseconds();
  }

  /** The modelled time of a program of a kernel. */
  public static ModelledTime time(
      KernelProgram program, Operation kernel, ImmutableMap<String, SymbolBounds> symbols, Map<String, Long> sizes,
      Target target) {
    return new WorkModel(target).time(
        CountWork.of(ExpandPipeline.of(program.program(), symbols), sizes), KernelBytes.of(kernel, sizes));
  }
}
