package nibble.codegen;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Iterables;
import com.google.common.collect.Maps;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import nibble.codegen.Program.CompiledKernel;
import nibble.codegen.cost.ChooseStorage;
import nibble.codegen.cost.StorageChoice;
import nibble.codegen.kernel.KernelGenerator;
import nibble.codegen.kernel.KernelProgram;
import nibble.codegen.kernel.UnsupportedAccess;
import nibble.codegen.kernel.attention.AttentionKernel;
import nibble.codegen.kernel.product.ProductKernel;
import nibble.codegen.kernel.selection.MembersKernel;
import nibble.codegen.kernel.selection.PruneKernel;
import nibble.codegen.kernel.sweep.SweepKernel;
import nibble.codegen.lower.LowerProgram;
import nibble.codegen.lower.PtxKernel;
import nibble.codegen.partition.Conditions;
import nibble.codegen.partition.Partition;
import nibble.codegen.ptx.Kernel;
import nibble.codegen.ptx.pass.PtxPasses;
import nibble.codegen.target.Target;
import nibble.codegen.tile.ExpandPipeline;
import nibble.codegen.tile.op.Launch;
import nibble.ir.Function;
import nibble.ir.Location;
import nibble.ir.Module;
import nibble.ir.Operation;
import nibble.ir.Registry;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.diagnostic.Diagnostic;
import nibble.ir.diagnostic.InputException;
import nibble.ir.op.Attention;
import nibble.ir.op.Members;
import nibble.ir.op.ProductOp;
import nibble.ir.shape.SymbolBounds;

/**
 * Compiles functions of Tensor IR to kernels for a target.
 *
 * @param registry knows the attributes of all ops
 * @param generators of plugins, asked before the built-in ones
 */
public record Backend(Registry registry, ImmutableList<KernelGenerator> generators) {
  /** The generators that come with Nibble, for a target. */
  public static ImmutableList<KernelGenerator> builtIn(Target target) {
    return ImmutableList.of(
        new AttentionKernel(target), new MembersKernel(), new PruneKernel(), new ProductKernel(target),
        new SweepKernel());
  }

  /** The built-in generators alone. */
  public Backend() {
    this(Registry.core(), ImmutableList.of());
  }

  /**
   * Compiles a function.
   *
   * @throws InputException where an operation can't be lowered, with its place in the source
   */
  public Program compile(Module module, Function function, Target target) {
    Partition asIs = Partition.of(function, module.symbols());
    ImmutableMap<String, StorageChoice> dense = dense(asIs, function.parameters().size(), module.symbols(), target);
    Partition partition =
        dense.isEmpty() ? asIs : Partition.of(function, module.symbols(), dense.keySet());
    List<CompiledKernel> kernels = new ArrayList<>();
    List<Program.Launch> launches = new ArrayList<>();
    Map<String, Integer> known = new HashMap<>();
    Set<String> names = new HashSet<>();
    Conditions conditions = Conditions.of(partition.main());
    Set<Value> ready = new HashSet<>(partition.main().parameters());
    for (Operation operation : partition.main().body().operations()) {
      if (operation.op() instanceof nibble.ir.op.Kernel kernel) {
        String key = CanonicalKernel.key(operation, registry);
        Integer index = known.get(key);
        if (index == null) {
          index = kernels.size();
          known.put(key, index);
          kernels.add(compile(operation, fresh(kernel.label(), names), module.symbols(), target));
        }
        launches.add(new Program.Launch(index, operation, ImmutableMap.copyOf(
            Maps.filterKeys(conditions.of(operation), ready::contains))));
      }
      ready.addAll(operation.results());
    }
    return new Program(
        target, module.symbols(), partition.load(), partition.main(), function.parameters().size(),
        ImmutableList.copyOf(kernels), ImmutableList.copyOf(launches), dense.values().asList(),
        new ExplainKernels(target, registry, module.symbols()).of(partition, dense.values()));
  }

  /**
   * Says where kernels of a function do not do what a target does best, or save a launch, and why; compiles none.
   *
   * @throws InputException where an operation has no place in a kernel
   */
  public ImmutableList<KernelDecision> decisions(Module module, Function function, Target target) {
    Partition asIs = Partition.of(function, module.symbols());
    ImmutableMap<String, StorageChoice> dense = dense(asIs, function.parameters().size(), module.symbols(), target);
    Partition partition = dense.isEmpty() ? asIs : Partition.of(function, module.symbols(), dense.keySet());
    return new ExplainKernels(target, registry, module.symbols()).of(partition, dense.values());
  }

  /** The compressed weights that are better stored dense. */
  private ImmutableMap<String, StorageChoice> dense(
      Partition partition, int inputs, ImmutableMap<String, SymbolBounds> symbols, Target target) {
    List<Value> parameters = partition.main().parameters();
    return new ChooseStorage(
        target, symbols, kernel -> tileProgram(kernel, symbols, target),
        kernel -> CanonicalKernel.key(kernel, registry))
        .of(partition.main(), ImmutableSet.copyOf(parameters.subList(inputs, parameters.size())));
  }

  private static String fresh(String label, Set<String> names) {
    String name = label;
    for (int i = 2; !names.add(name); i++) {
      name = label + "_" + i;
    }
    return name;
  }

  private CompiledKernel compile(
      Operation kernel, String name, ImmutableMap<String, SymbolBounds> symbols, Target target) {
    KernelProgram source = generate(kernel, symbols, target);
    Function lowered = ExpandPipeline.of(source.program(), symbols);
    PtxKernel code = LowerProgram.lower(lowered, name);
    Kernel optimized = PtxPasses.optimize(code.kernel());
    Launch launch = (Launch) lowered.body().operations().getFirst().op();
    return new CompiledKernel(
        name, source, lowered,
        new PtxKernel(optimized, code.sizes(), code.maps(), code.threads(), code.sharedBytes()), launch.grid());
  }

  /**
   * The tile program of a kernel, as it would be turned into PTX.
   *
   * @throws InputException where there is none
   */
  public Function tileProgram(Operation kernel, ImmutableMap<String, SymbolBounds> symbols, Target target) {
    return ExpandPipeline.of(generate(kernel, symbols, target).program(), symbols);
  }

  private KernelProgram generate(Operation kernel, ImmutableMap<String, SymbolBounds> symbols, Target target) {
    requireElements(kernel);
    for (KernelGenerator generator : Iterables.concat(generators, builtIn(target))) {
      try {
        Optional<KernelProgram> program = generator.generate(kernel, symbols);
        if (program.isPresent()) {
          return program.get();
        }
      } catch (UnsupportedAccess e) {
        throw new InputException(Diagnostic.error(e.getMessage(), place(kernel)));
      }
    }
    throw new InputException(Diagnostic.error("no kernel generator takes this", kernel.location()));
  }

  /** Where the attention stands that a kernel computes, of whatever else is in it; else where the kernel does. */
  private static Location place(Operation kernel) {
    return kernel.regions().getFirst().operations().stream()
        .filter(operation -> operation.op() instanceof Attention).map(Operation::location).findFirst()
        .orElse(kernel.location());
  }

  /** Guards and grids of products and of boxes count on tensors that have elements, as sizes promise; others do not. */
  private static void requireElements(Operation kernel) {
    List<TensorType> types = Stream.concat(kernel.operands().stream(), kernel.results().stream())
        .map(Value::tensorType).toList();
    boolean counts = types.stream().anyMatch(TensorType::isScaled)
        || kernel.regions().getFirst().operations().stream().anyMatch(
            operation -> operation.op() instanceof ProductOp || operation.op() instanceof Members
                || operation.op() instanceof Attention);
    types.stream().filter(type -> counts && type.shape().size().is(0)).findFirst().ifPresent(type -> {
      throw new InputException(
          Diagnostic.error("no kernel takes or gives " + type + ", which has no elements", kernel.location())
              .hint("leave it out, or interpret the model"));
    });
  }
}
