package nibble.codegen.cost;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import nibble.codegen.target.Target;
import nibble.codegen.work.CountWork;
import nibble.codegen.work.DenseTwin;
import nibble.codegen.work.KernelBytes;
import nibble.codegen.work.ModelledTime;
import nibble.codegen.work.TileWork;
import nibble.codegen.work.WorkModel;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.op.Decompress;
import nibble.ir.op.Kernel;
import nibble.ir.op.ProductOp;
import nibble.ir.shape.SymbolBounds;

/**
 * Decides which compressed weights are decompressed when they are loaded: those of products that are faster by a tenth
 * with the dense weight, by modelled times, such as where no sparse instruction takes the layout and the weight would
 * be decompressed again by each block. Symbolic sizes count as {@value #MANY} each: as many rows.
 *
 * @param target whose part is modelled
 * @param symbols what is known of sizes
 * @param programs makes the tile program of a kernel
 * @param key the same of kernels that have the same program
 */
public record ChooseStorage(
    Target target, ImmutableMap<String, SymbolBounds> symbols, Function<Operation, nibble.ir.Function> programs,
    Function<Operation, String> key) {
  private static final long MANY = 256;

  /**
   * The weights of a function.
   *
   * @param main its kernels
   * @param constants what is computed when weights are loaded
   * @return by their names
   */
  public ImmutableMap<String, StorageChoice> of(nibble.ir.Function main, Set<Value> constants) {
    Map<String, StorageChoice> choices = new LinkedHashMap<>();
    Set<String> kept = new HashSet<>();
    Map<String, Optional<StorageChoice>> known = new HashMap<>();
    for (Operation operation : main.body().operations()) {
      if (operation.op() instanceof Kernel) {
        compressed(operation, constants).ifPresent(weight -> known
            .computeIfAbsent(key.apply(operation), _ -> choice(operation, weight.tensorType()))
            .ifPresentOrElse(
                choice -> choices.putIfAbsent(weight.name(), choice.at(product(operation).location())),
                () -> kept.add(weight.name())));
      }
    }
    // A weight of several products is dense if it is so for all of them.
    return ImmutableMap.copyOf(Maps.filterKeys(choices, name -> !kept.contains(name)));
  }

  /** The compressed constant that a kernel's product multiplies by, if it has one. */
  private static Optional<Value> compressed(Operation kernel, Set<Value> constants) {
    ImmutableList<Value> arguments = kernel.regions().getFirst().arguments();
    List<Operation> operations = kernel.regions().getFirst().operations();
    boolean multiplies = operations.stream().anyMatch(operation -> operation.op() instanceof ProductOp);
    return operations.stream()
        .filter(operation -> multiplies && operation.op() instanceof Decompress)
        .map(operation -> arguments.indexOf(operation.operand(0))).filter(index -> index >= 0)
        .map(kernel::operand).filter(constants::contains).findFirst();
  }

  private Optional<StorageChoice> choice(Operation kernel, TensorType weight) {
    Map<String, Long> sizes = symbols.values().stream().collect(Collectors.toMap(
        SymbolBounds::name,
        bounds -> Math.ceilDiv(Math.max(MANY, bounds.minimum()), bounds.divisor()) * bounds.divisor()));
    TileWork work = CountWork.of(programs.apply(kernel), sizes);
    ModelledTime compressed = time(kernel, work, sizes);
    return DenseTwin.of(kernel)
        .map(twin -> time(twin, CountWork.of(programs.apply(twin), sizes), sizes))
        .filter(dense -> compressed.microseconds() >= SparsityVerdict.LEAST_GAIN * dense.microseconds())
        .map(dense -> new StorageChoice(product(kernel).location(), weight, compressed, dense, work.sparse()));
  }

  private ModelledTime time(Operation kernel, TileWork work, Map<String, Long> sizes) {
    return new WorkModel(target).time(work, KernelBytes.of(kernel, sizes));
  }

  private static Operation product(Operation kernel) {
    return kernel.regions().getFirst().operations().stream()
        .filter(operation -> operation.op() instanceof ProductOp).findFirst().orElseThrow();
  }
}
