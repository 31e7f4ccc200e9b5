package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.LinkedHashMultimap;
import com.google.common.collect.SetMultimap;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.op.Add;
import nibble.ir.op.Dequantize;
import nibble.ir.op.Gelu;
import nibble.ir.op.LayerNorm;
import nibble.ir.op.Quantize;
import nibble.ir.op.Relu;
import nibble.ir.op.RmsNorm;
import nibble.ir.op.Sigmoid;
import nibble.ir.op.Silu;
import nibble.ir.op.Tanh;
import nibble.ir.op.TensorOp;
import nibble.ir.op.ViewOp;
import nibble.ir.recipe.PathPattern;
import nibble.ir.rewrite.RewriteDriver;
import nibble.ir.shape.Dim;
import nibble.passes.Decision.Cost;
import nibble.passes.NumericEffect;
import nibble.passes.Pass;
import nibble.passes.PassContext;
import nibble.passes.PassInfo;
import nibble.passes.PassOption;
import nibble.passes.precision.OperandLayout.Fit;

/**
 * Keeps values quantized between operations, by {@link ReadQuantizedOperands}: what is quantized for a product is read
 * as codes by all others as well, so that its numbers are stored no more ("Jetfire", section 4; "COAT", section 5).
 * Stands behind {@code quantize}; {@code cse} afterwards makes one quantizer of all that are alike.
 *
 * <pre>
 * %1 = quantize %x : i8     =&gt;  %1 = quantize %x : i8
 * %2 = dequantize %1            %2 = dequantize %1
 * %3 = matmul %2, %w            %3 = matmul %2, %w
 * %4 = add %x, %3               %4 = add %2, %3
 * </pre>
 *
 * @param at paths of the operations that read; none for all
 * @param layout of values that readers take and no product quantizes
 * @param readers which have values quantized for them
 * @param sums whether sums read codes as well; where not, what is added up between layers keeps its precision, as in
 *     Jetfire and COAT, but its numbers are stored
 */
@PassInfo(
    name = "quant-dataflow",
    summary = "keeps values quantized between operations, so that their numbers are stored no more",
    effect = NumericEffect.Kind.CHANGES_ON_PURPOSE)
public record KeepValuesQuantized(
    @PassOption("paths of the operations that read the values; all, where none is given") ImmutableList<PathPattern> at,
    @PassOption("layout of values that readers take and no product quantizes; they stay as they are where it is not "
        + "given")
    Optional<LayoutSpec> layout,
    @PassOption(value = "which readers have values quantized for them", otherwise = "norms") Readers readers,
    @PassOption(value = "whether sums read codes as well, so that what is added up between layers loses precision",
        otherwise = "true") boolean sums) implements Pass {

  /** Which readers have values quantized for them. */
  public enum Readers {
    /** Norms. */
    NORMS,
    /** Norms and activation functions. */
    NONLINEAR
  }

  @Override
  public Module run(Module module, PassContext context) {
    return module.mapFunctions(function -> {
      ImmutableMap<Value, ImmutableList<Optional<Quantize>>> reads = reads(function, context);
      return reads.isEmpty()
          ? function
          : new RewriteDriver(new ReadQuantizedOperands(reads)).apply(function, module.symbols());
    });
  }

  private ImmutableMap<Value, ImmutableList<Optional<Quantize>>> reads(Function function, PassContext context) {
    Definitions definitions = Definitions.in(function);
    SetMultimap<Value, Operation> uses = LinkedHashMultimap.create();
    function.body().walk(operation -> operation.operands().forEach(operand -> uses.put(operand, operation)));
    Set<Value> results = new LinkedHashSet<>(function.body().results());
    Map<Value, List<Optional<Quantize>>> reads = new LinkedHashMap<>();
    uses.asMap().forEach((value, users) -> {
      if (isActivation(value, definitions)) {
        List<Operation> others = users.stream()
            .filter(user -> isReader(user) && PathPattern.anyMatches(at, user.location().path()))
            .filter(user -> sums || !(user.op() instanceof Add)).toList();
        keep(value, List.copyOf(users), others, results.contains(value), context).ifPresent(quantize ->
            others.forEach(user -> put(reads, user, value, quantize)));
      }
    });
    ImmutableMap.Builder<Value, ImmutableList<Optional<Quantize>>> all = ImmutableMap.builder();
    reads.forEach((result, operands) -> all.put(result, ImmutableList.copyOf(operands)));
    return all.buildOrThrow();
  }

  private static boolean isActivation(Value value, Definitions definitions) {
    return value.type() instanceof TensorType type && type.isPlain() && type.format().isFloat() && type.rank() >= 2
        && new ConstantValues(definitions).weight(value).isEmpty()
        && definitions.of(value).filter(made -> !(made.op() instanceof Dequantize)).isPresent();
  }

  /** Views do not read, and quantizers make codes of their own. */
  private static boolean isReader(Operation user) {
    return user.op() instanceof TensorOp && !(user.op() instanceof ViewOp) && !(user.op() instanceof Quantize)
        && !user.results().isEmpty();
  }

  private static void put(
      Map<Value, List<Optional<Quantize>>> reads, Operation user, Value value, Quantize quantize) {
    List<Optional<Quantize>> operands = reads.computeIfAbsent(
        user.result(), key -> new ArrayList<>(Collections.nCopies(user.operands().size(), Optional.empty())));
    for (int i = 0; i < operands.size(); i++) {
      if (user.operand(i).equals(value)) {
        operands.set(i, Optional.of(quantize));
      }
    }
  }

  /** The codes that readers of a value take; nothing where it stays as it is. */
  private Optional<Quantize> keep(
      Value value, List<Operation> users, List<Operation> others, boolean isResult, PassContext context) {
    if (others.isEmpty()) {
      return Optional.empty();
    }
    Set<Quantize> made = new LinkedHashSet<>();
    users.forEach(user -> {
      if (user.op() instanceof Quantize quantize && user.operands().size() == 1) {
        made.add(quantize);
      }
    });
    if (made.isEmpty() && (layout.isEmpty() || others.stream().noneMatch(this::hasValuesQuantized))) {
      return Optional.empty();
    }
    String what = "value " + value;
    if (isResult) {
      context.skipped(what, others.getFirst().location(), "it is a result of the function, so its numbers are stored");
      return Optional.empty();
    }
    if (users.stream().anyMatch(user -> user.op() instanceof ViewOp)) {
      context.skipped(what, others.getFirst().location(), "a view of it is read as well, so its numbers are stored");
      return Optional.empty();
    }
    if (made.size() > 1) {
      context.skipped(what, others.getFirst().location(),
          "products quantize it in " + made.size() + " ways, and none of these is that of all");
      return Optional.empty();
    }
    Optional<Quantize> quantize = made.stream().findFirst().or(() -> fit(value, others, context));
    quantize.ifPresent(found -> record(value, found, others, !made.isEmpty(), context));
    return quantize;
  }

  private boolean hasValuesQuantized(Operation operation) {
    boolean isNorm = operation.op() instanceof LayerNorm || operation.op() instanceof RmsNorm;
    boolean isFunction = operation.op() instanceof Gelu || operation.op() instanceof Silu
        || operation.op() instanceof Relu || operation.op() instanceof Sigmoid || operation.op() instanceof Tanh;
    return switch (readers) {
      case NORMS -> isNorm;
      case NONLINEAR -> isNorm || isFunction;
    };
  }

  private Optional<Quantize> fit(Value value, List<Operation> others, PassContext context) {
    StoredOperand stored =
        new StoredOperand(value, ImmutableList.of(), Optional.empty(), "value " + value);
    int rank = value.tensorType().rank();
    Fit fit = new OperandLayout(stored, rank - 1, rank - 2).fit(layout.orElseThrow());
    if (fit.quantize().isEmpty()) {
      context.skipped(stored.description(), others.getFirst().location(), fit.obstacle());
    }
    return fit.quantize();
  }

  /** What its readers read; of codes that nothing else asks for what is written as well. */
  private void record(
      Value value, Quantize quantize, List<Operation> others, boolean isShared, PassContext context) {
    Dim before = TensorBytes.of(value.tensorType()).times(Dim.of(others.size()));
    Dim after = TensorBytes.of(quantize.result()).times(Dim.of(others.size() + (isShared ? 0 : 1)));
    context.applied(
        "value " + value + " read as " + quantize.result().format().name() + ", "
            + quantize.result().scale().orElseThrow() + " by "
            + String.join(", ", others.stream().map(user -> user.op().name()).toList()),
        others.getFirst().location(),
        isShared ? "a product quantizes it so"
            : "asked for what " + (readers == Readers.NORMS ? "norms read" : "norms and activation functions read"),
        new Cost(before, after, Optional.empty()));
  }
}
