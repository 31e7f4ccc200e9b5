package nibble.codegen.matrix;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Iterables;
import nibble.codegen.Backend;
import nibble.codegen.Program;
import nibble.codegen.kernel.product.ProductKernel;
import nibble.codegen.ptx.UnsupportedInstructionException;
import nibble.codegen.target.Target;
import nibble.ir.Module;
import nibble.ir.diagnostic.InputException;
import nibble.ir.text.Parser;
import nibble.ir.verify.Verifier;

/**
 * How products with compressed weights are computed: number formats times sparse layouts times targets. Each cell is a
 * program that is compiled.
 *
 * @param backend compiles
 * @param targets what to compile for
 */
public record SparseMatrix(Backend backend, ImmutableList<Target> targets) {
  /**
   * A cell.
   *
   * @param target of its kernels
   */
  public record Cell(Target target, SparsePrecision precision, Support support) {
    @Override
    public String toString() {
      return target + ", " + precision;
    }
  }

  /** All cells, compiled one after the other as they are asked for. */
  public Iterable<Cell> cells() {
    Iterable<SparsePrecision> precisions = Iterables.concat(SparsePrecision.rows());
    return Iterables.concat(Iterables.transform(targets, target -> Iterables.transform(
        precisions, precision -> new Cell(target, precision, support(precision, target)))));
  }

  /** Compiles a cell. */
  Support support(SparsePrecision precision, Target target) {
    try {
      Module module = Parser.parse(precision.module(), "matrix", backend.registry());
      Verifier.require(module);
      Program program = backend.compile(module, module.functions().values().iterator().next(), target);
      return program.launches().stream()
          .flatMap(launch -> new ProductKernel(target).whyDecompressed(launch.operation(), program.symbols()).stream())
          .findFirst().<Support>map(reason -> new Support.Decompressed(program, reason))
          .orElseGet(() -> new Support.Native(program));
    } catch (InputException | UnsupportedInstructionException e) {
      return new Support.Refused(e.getMessage());
    }
  }
}
