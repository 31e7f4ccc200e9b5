package nibble.passes.graph;

import com.google.common.collect.ImmutableList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import nibble.ir.Block;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Op;
import nibble.ir.Operation;
import nibble.ir.Type;
import nibble.ir.Value;
import nibble.ir.op.Kernel;
import nibble.passes.NumericEffect;
import nibble.passes.Pass;
import nibble.passes.PassContext;
import nibble.passes.PassInfo;

/**
 * Computes equal things once: the same op on the same operands. The first operation stays, with its location.
 *
 * <pre>
 * %1 = exp %x        =&gt;  %1 = exp %x
 * %2 = exp %x            %3 = add %1, %1
 * %3 = add %1, %2
 * </pre>
 */
@PassInfo(
    name = "cse",
    summary = "computes equal operations once",
    effect = NumericEffect.Kind.EXACT)
public record EliminateCommonSubexpressions() implements Pass {
  @Override
  public Module run(Module module, PassContext context) {
    return module.mapFunctions(EliminateCommonSubexpressions::apply);
  }

  private static Function apply(Function function) {
    Block body = new Scope(new HashMap<>(), new HashMap<>()).block(function.body());
    return body == function.body() ? function : function.withBody(body);
  }

  /** What makes two operations equal. */
  private record Key(Op op, ImmutableList<Value> operands, ImmutableList<Type> types) {}

  /**
   * A block and those around it.
   *
   * @param known results of the operations that were seen
   * @param replaced values that are computed earlier under another name
   */
  private record Scope(Map<Key, ImmutableList<Value>> known, Map<Value, Value> replaced) {
    Block block(Block block) {
      ImmutableList.Builder<Operation> kept = ImmutableList.builder();
      boolean changed = false;
      for (Operation before : block.operations()) {
        Operation operation = substituted(before);
        changed |= operation != before;
        ImmutableList<Value> first = operation.op().isPure() && operation.regions().isEmpty()
            ? known.putIfAbsent(key(operation), operation.results())
            : null;
        if (first == null) {
          kept.add(operation);
          continue;
        }
        changed = true;
        for (int i = 0; i < first.size(); i++) {
          replaced.put(operation.results().get(i), first.get(i));
        }
      }
      ImmutableList<Value> results = substituted(block.results());
      return changed || !results.equals(block.results()) ? new Block(block.arguments(), kept.build(), results) : block;
    }

    private static Key key(Operation operation) {
      ImmutableList<Type> types =
          operation.results().stream().map(Value::type).collect(ImmutableList.toImmutableList());
      return new Key(operation.op(), operation.operands(), types);
    }

    private Operation substituted(Operation operation) {
      ImmutableList<Value> operands = substituted(operation.operands());
      List<Block> regions = operation.regions().stream().map(region -> inner(operation).block(region)).toList();
      if (operands.equals(operation.operands()) && regions.equals(operation.regions())) {
        return operation;
      }
      return operation.withOperands(operands).withRegions(regions);
    }

    /** A nested block sees what is known around it, unless it is isolated; what it learns is gone with it. */
    private Scope inner(Operation operation) {
      return operation.op() instanceof Kernel
          ? new Scope(new HashMap<>(), new HashMap<>())
          : new Scope(new HashMap<>(known), new HashMap<>(replaced));
    }

    private ImmutableList<Value> substituted(ImmutableList<Value> values) {
      return values.stream()
          .map(value -> replaced.getOrDefault(value, value))
          .collect(ImmutableList.toImmutableList());
    }
  }
}
