package nibble.codegen;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import nibble.codegen.cost.StorageChoice;
import nibble.codegen.kernel.KernelProgram;
import nibble.codegen.kernel.KernelProgram.Parameter;
import nibble.codegen.lower.PtxKernel;
import nibble.codegen.ptx.PtxModule;
import nibble.codegen.target.Target;
import nibble.ir.Function;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.shape.Dim;
import nibble.ir.shape.SymbolBounds;

/**
 * A function, compiled: what to compute once from the weights, and which kernels to launch on what.
 *
 * @param target what the kernels are for
 * @param symbols what is known of symbolic sizes
 * @param load takes nothing and returns the constants
 * @param main takes the inputs and then the constants; its operations are kernels, reshapes that share memory, and
 *     choices, which have that of what they take
 * @param inputs number of parameters of {@code main} that are inputs; the others are the constants
 * @param kernels each once, however often it is launched
 * @param launches in order
 * @param dense weights that are stored dense although the function has them compressed, and why
 * @param decisions where kernels do not do what the target does best, or save a launch, and why; these weights among
 *     them
 */
public record Program(
    Target target,
    ImmutableMap<String, SymbolBounds> symbols,
    Function load,
    Function main,
    int inputs,
    ImmutableList<CompiledKernel> kernels,
    ImmutableList<Launch> launches,
    ImmutableList<StorageChoice> dense,
    ImmutableList<KernelDecision> decisions) {

  /**
   * A kernel.
   *
   * @param name of the entry
   * @param source as Tile IR, pipelines not yet expanded
   * @param lowered the same, expanded, as it was turned into PTX
   * @param code as PTX
   * @param grid number of blocks along x, y, z
   */
  public record CompiledKernel(
      String name, KernelProgram source, Function lowered, PtxKernel code, ImmutableList<Dim> grid) {
    /** What each buffer argument holds; behind them come the sizes {@code code().sizes()}. */
    public ImmutableList<Parameter> parameters() {
      return source.parameters();
    }
  }

  /**
   * One launch.
   *
   * @param kernel index into {@code kernels}
   * @param operation the {@code kernel} operation of {@code main} that it computes
   * @param when it is needed: where each of these truth values of {@code main} is as said, in the order in which they
   *     are known; always where there are none
   */
  public record Launch(int kernel, Operation operation, ImmutableMap<Value, Boolean> when) {}

  /** All kernels as one module. */
  public PtxModule module() {
    return PtxModule.of(target, kernels.stream().map(kernel -> kernel.code().kernel()).toList());
  }
}
