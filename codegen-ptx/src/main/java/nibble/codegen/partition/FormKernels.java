package nibble.codegen.partition;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import nibble.ir.Block;
import nibble.ir.Function;
import nibble.ir.Names;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.diagnostic.Diagnostic;
import nibble.ir.diagnostic.InputException;
import nibble.ir.op.Amax;
import nibble.ir.op.Attention;
import nibble.ir.op.AttentionLse;
import nibble.ir.op.Cast;
import nibble.ir.op.Compare;
import nibble.ir.op.Compress;
import nibble.ir.op.Decompress;
import nibble.ir.op.Dequantize;
import nibble.ir.op.Either;
import nibble.ir.op.For;
import nibble.ir.op.Hadamard;
import nibble.ir.op.Members;
import nibble.ir.op.ProductOp;
import nibble.ir.op.Prune;
import nibble.ir.op.Quantize;
import nibble.ir.op.ReduceOp;
import nibble.ir.op.Reshape;
import nibble.ir.op.Scales;
import nibble.ir.op.TensorOp;
import nibble.ir.op.ViewOp;
import nibble.ir.shape.SymbolBounds;

/**
 * Gives every operation to a kernel. In order of the operations, one joins the latest kernel that computes an operand
 * of it, if it can be computed in the same sweep, and starts a kernel otherwise; so kernels depend on earlier ones
 * only. Views, and elementwise work on inputs alone, belong to no kernel: each kernel that reads them computes them
 * while loading. An {@code either} is where the tensor is that it takes, and a kernel has operations only that are
 * needed at the same time. A quantizer behind views of a product joins it where tiles of the product have what shares a
 * scale.
 *
 * <pre>
 * %1 = matmul %x, %w
 * %2 = add %1, %b
 * %3 = layer_norm's parts of %2
 * ==&gt;
 * %2 = kernel %x, %w, %b {label = "matmul_add"} do (...) { matmul; add; yield }
 * %3 = kernel %2 {label = "reduce_mean_..."} do (...) { ... }
 * </pre>
 */
public final class FormKernels {
  private final Function function;
  private final Map<Value, Operation> definitions = new HashMap<>();
  private final Map<Value, Group> groupOf = new HashMap<>();
  private final Set<Value> floating = new HashSet<>();
  private final Conditions conditions;
  private final List<Group> groups = new ArrayList<>();
  private final ImmutableMap<String, SymbolBounds> symbols;
  private final QuantizerPlaces places;

  private FormKernels(Function function, ImmutableMap<String, SymbolBounds> symbols) {
    this.function = function;
    this.symbols = symbols;
    this.conditions = Conditions.of(function);
    this.places = QuantizerPlaces.of(function);
  }

  /**
   * Kernels.
   *
   * @param main a function of {@code kernel} operations, of reshapes of their results, and of choices between these
   * @param quantizers where those behind views of products are computed
   */
  public record Formed(Function main, ImmutableList<QuantizerPlace> quantizers) {}

  /**
   * Forms kernels.
   *
   * @param symbols what is known of symbolic sizes
   * @throws InputException where an operation has no place in a kernel
   */
  public static Formed apply(Function function, ImmutableMap<String, SymbolBounds> symbols) {
    return new FormKernels(function, symbols).run();
  }

  private Formed run() {
    for (Operation operation : function.body().operations()) {
      if (operation.op() instanceof For || !(operation.op() instanceof TensorOp)) {
        throw new InputException(Diagnostic.error(
            "the backend has no kernel for " + operation.op().name(), operation.location())
            .hint(operation.op() instanceof For
                ? "give the loop constant bounds: specialize the sizes" : "lower it first"));
      }
      definitions.put(operation.result(), operation);
      assign(operation);
    }
    function.body().results().forEach(this::materializeResult);
    return new Formed(emit(), places.known());
  }

  private void assign(Operation operation) {
    Optional<Group> host = places.host(operation, groupOf, conditions);
    if (host.isPresent()) {
      host.get().take(operation);
      groupOf.put(operation.result(), host.get());
      return;
    }
    if (operation.op() instanceof Either) {
      operation.operands().forEach(this::materializeResult);
      return;
    }
    if (isFloating(operation)) {
      floating.add(operation.result());
      return;
    }
    if (operation.op() instanceof Scales && operation.operands().size() == 2) {
      // Inner scales are found by whoever divides by them, and belong to no kernel, as a view does.
      return;
    }
    if (operation.op() instanceof ProductOp || operation.op() instanceof Attention) {
      operation.operands().forEach(this::materialize);
      start(operation);
      return;
    }
    if (operation.op() instanceof Members) {
      start(operation);
      return;
    }
    if (operation.op() instanceof AttentionLse) {
      join(groupOf(operation), operation);
      return;
    }
    if (operation.op() instanceof Decompress) {
      // Whoever reads it reads through it.
      return;
    }
    Group latest = latestGroup(operation);
    if (operation.op() instanceof ViewOp) {
      // A view is no work of its own, unless it renames a reduced value inside its kernel.
      if (operation.op() instanceof Reshape && latest != null && latest.defines(operation.operand(0))) {
        join(latest, operation);
      }
      return;
    }
    boolean throughView = latest != null && readsThroughView(operation, latest);
    if (throughView && operation.op() instanceof Compare) {
      // Whoever chooses by it compares what lies in memory, which costs less than a kernel.
      return;
    }
    if (latest == null || throughView || !join(latest, operation)) {
      start(operation);
    }
  }

  /** The kernel of the attention that has these scores. */
  private Group groupOf(Operation logarithms) {
    return definitions.values().stream().filter(attention -> PairLogarithms.isPair(attention, logarithms))
        .findFirst().map(attention -> groupOf.get(attention.result())).orElseThrow();
  }

  private boolean join(Group group, Operation operation) {
    boolean joined = group.isNeededWith(operation, conditions) && group.accept(operation);
    if (joined) {
      groupOf.put(operation.result(), group);
    }
    return joined;
  }

  private void start(Operation operation) {
    Optional<TileBoxes> tiles = operation.op() instanceof ProductOp
        ? Optional.of(TileBoxes.of(operation, definitions, symbols)) : Optional.empty();
    Group group = new Group(groups.size(), operation, tiles);
    groups.add(group);
    groupOf.put(operation.result(), group);
  }

  /** Work on inputs that is cheap enough to be repeated by each kernel that reads it. */
  private boolean isFloating(Operation operation) {
    boolean cheap = switch (operation.op()) {
      case ProductOp product -> false;
      case Members members -> false;
      case Prune prune -> false;
      case Attention attention -> false;
      case AttentionLse lse -> false;
      case ReduceOp reduce -> false;
      case Amax amax -> false;
      case Quantize quantize -> false;
      case Hadamard hadamard -> false;
      case Compress compress -> false;
      default -> true;
    };
    return cheap && operation.operands().stream().allMatch(this::isFree);
  }

  private boolean isFree(Value value) {
    return !definitions.containsKey(value) || floating.contains(value);
  }

  /** An operand of a matrix product must be in memory, besides what its loader does. */
  private void materialize(Value value) {
    Operation definition = definitions.get(value);
    if (definition == null || groupOf.containsKey(value) || definition.op() instanceof Either) {
      return;
    }
    boolean loader = definition.op() instanceof ViewOp || definition.op() instanceof Cast
        || definition.op() instanceof Dequantize || definition.op() instanceof Decompress;
    if (loader) {
      materialize(definition.operand(0));
    } else if (floating.contains(value)) {
      start(definition);
    }
  }

  /** A result of the function that no kernel computes: an input, or a view that moves elements. */
  private void materializeResult(Value value) {
    Operation definition = definitions.get(value);
    if (definition == null || groupOf.containsKey(value) || definition.op() instanceof Either) {
      return;
    }
    if (definition.op() instanceof Reshape) {
      materializeResult(definition.operand(0));
    } else {
      start(definition);
    }
  }

  private Group latestGroup(Operation operation) {
    Group latest = null;
    for (Value operand : operation.operands()) {
      for (Group group : sources(operand)) {
        latest = latest == null || group.index() > latest.index() ? group : latest;
      }
    }
    if (operation.op() instanceof Amax) {
      // One sweep finds both ends of a range.
      int after = latest == null ? -1 : latest.index();
      return groups.stream().filter(group -> group.index() > after)
          .filter(group -> group.swept().equals(Optional.of(operation.operand(0)))).findFirst().orElse(latest);
    }
    return latest;
  }

  private boolean readsThroughView(Operation operation, Group group) {
    return operation.operands().stream()
        .anyMatch(operand -> !groupOf.containsKey(operand) && sources(operand).contains(group));
  }

  /** The kernels whose results a value is made of while it is loaded. */
  private Set<Group> sources(Value value) {
    Group group = groupOf.get(value);
    if (group != null) {
      return Set.of(group);
    }
    Operation definition = definitions.get(value);
    Set<Group> sources = new HashSet<>();
    if (definition != null) {
      definition.operands().forEach(operand -> sources.addAll(sources(operand)));
    }
    return sources;
  }

  private Function emit() {
    Set<Value> stored = storedValues();
    List<Operation> operations = new ArrayList<>();
    Names names = Names.after(function);
    Set<Value> emitted = new LinkedHashSet<>();
    choices(-1, operations, emitted);
    for (Group group : groups) {
      operations.add(new KernelBody(group, definitions, groupOf, names).build(stored));
      choices(group.index(), operations, emitted);
    }
    function.body().results().forEach(value -> reshapes(value, operations, emitted));
    return function.withBody(new Block(
        function.parameters(), ImmutableList.copyOf(operations), function.body().results()));
  }

  /** The choices between what kernels up to that one compute. */
  private void choices(int last, List<Operation> operations, Set<Value> emitted) {
    for (Operation operation : function.body().operations()) {
      boolean isReady = operation.op() instanceof Either
          && sources(operation.result()).stream().allMatch(group -> group.index() <= last);
      if (isReady) {
        reshapes(operation.result(), operations, emitted);
      }
    }
  }

  /** Values that cross from one kernel to another or leave the function. */
  private Set<Value> storedValues() {
    Set<Value> stored = new LinkedHashSet<>();
    for (Group group : groups) {
      for (Operation operation : group.operations()) {
        operation.operands().forEach(operand -> crossing(operand, group, stored));
      }
    }
    function.body().results().forEach(result -> crossing(result, null, stored));
    return stored;
  }

  private void crossing(Value value, Group reader, Set<Value> stored) {
    Group group = groupOf.get(value);
    if (group != null && (reader == null || group.index() <= reader.index())) {
      if (group != reader) {
        stored.add(value);
      }
    } else if (definitions.containsKey(value)) {
      definitions.get(value).operands().forEach(operand -> crossing(operand, reader, stored));
    }
  }

  private void reshapes(Value value, List<Operation> operations, Set<Value> emitted) {
    Operation definition = definitions.get(value);
    if (definition != null && !groupOf.containsKey(value) && emitted.add(value)) {
      definition.operands().forEach(operand -> reshapes(operand, operations, emitted));
      operations.add(definition);
    }
  }
}
