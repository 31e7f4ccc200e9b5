package nibble.codegen.partition;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Set;
import nibble.ir.Function;
import nibble.ir.Operation;
import nibble.ir.diagnostic.InputException;
import nibble.ir.rewrite.RewriteDriver;
import nibble.ir.shape.SymbolBounds;

/**
 * A function cut into what is computed when weights are loaded and what kernels compute.
 *
 * @param load takes nothing and returns the constants, in the order in which {@code main} takes them behind its inputs
 * @param main consists of {@code kernel} operations, of reshapes of their results, and of choices between these
 * @param quantizers where those behind views of products are computed
 */
public record Partition(Function load, Function main, ImmutableList<QuantizerPlace> quantizers) {
  /**
   * Cuts a function; what is compressed stays so.
   *
   * @throws InputException where an operation has no place in a kernel
   */
  public static Partition of(Function function, ImmutableMap<String, SymbolBounds> symbols) {
    return of(function, symbols, Set.of());
  }

  /**
   * Cuts a function.
   *
   * @param dense names of constants of such a partition that are decompressed when weights are loaded
   * @throws InputException where an operation has no place in a kernel
   */
  public static Partition of(Function function, ImmutableMap<String, SymbolBounds> symbols, Set<String> dense) {
    Function stored =
        new RewriteDriver(new TransposeQuantizedWeight(), new SplitHadamardSigns()).apply(function, symbols);
    LoadTimeSplit split = LoadTimeSplit.of(stored, dense);
    ImmutableList<Operation> joined = ImmutableList.<Operation>builder()
        .addAll(split.load().body().operations()).addAll(split.main().body().operations()).build();
    require(stored, joined, split.main());
    RewriteDriver prepare =
        new RewriteDriver(
            PairLogarithms.of(split.main()), new UnpackSequences(), new WidenSelectedBlocks(),
            new SplitAttentionScheme(), new ListSelectedBlocks(), new DecomposeComposite(),
            new SplitDynamicQuantize(), new SplitAffineQuantize(),
            new SplitScalesOfScales(), new SplitWholeAmax(), new ExpandPower());
    Function prepared = prepare.apply(split.main(), symbols);
    FormKernels.Formed formed = FormKernels.apply(prepared, symbols);
    require(prepared, formed.main().body().operations(), formed.main());
    return new Partition(split.load(), formed.main(), formed.quantizers());
  }

  private static void require(Function before, ImmutableList<Operation> operations, Function after) {
    if (!SameComputation.holds(
        before.body().operations(), before.results(), operations, after.results())) {
      throw new IllegalStateException("the kernels of @" + before.name() + " together are not the function");
    }
  }
}
