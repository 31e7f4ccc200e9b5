package nibble.codegen.work;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import nibble.ir.Block;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.op.Decompress;

/**
 * The same kernel with dense operands in the place of compressed ones:
 *
 * <pre>
 * kernel %x, %s { %w = decompress %s; matmul %x, %w }   ==&gt;   kernel %x, %w { matmul %x, %w }
 * </pre>
 */
public final class DenseTwin {
  private DenseTwin() {}

  /** The kernel with dense operands; nothing where none is compressed. */
  public static Optional<Operation> of(Operation kernel) {
    Block region = kernel.regions().getFirst();
    Set<Value> compressed = region.operations().stream()
        .filter(operation -> operation.op() instanceof Decompress)
        .map(operation -> operation.operand(0)).filter(region.arguments()::contains)
        .collect(ImmutableSet.toImmutableSet());
    if (compressed.isEmpty()) {
      return Optional.empty();
    }
    List<Value> operands = new ArrayList<>();
    List<Value> arguments = new ArrayList<>();
    Map<Value, Value> dense = new HashMap<>();
    for (int i = 0; i < region.arguments().size(); i++) {
      Value argument = region.arguments().get(i);
      boolean isDense = !compressed.contains(argument);
      arguments.add(isDense ? argument : denseOf(argument));
      operands.add(isDense ? kernel.operand(i) : denseOf(kernel.operand(i)));
      dense.put(argument, arguments.getLast());
    }
    List<Operation> kept = new ArrayList<>();
    for (Operation operation : region.operations()) {
      if (operation.op() instanceof Decompress && compressed.contains(operation.operand(0))) {
        dense.put(operation.result(), dense.get(operation.operand(0)));
      } else {
        kept.add(operation.withOperands(
            operation.operands().stream().map(value -> dense.getOrDefault(value, value)).toList()));
      }
    }
    Block body = new Block(ImmutableList.copyOf(arguments), ImmutableList.copyOf(kept), region.results());
    return Optional.of(kernel.withOperands(operands).withRegions(List.of(body)));
  }

  private static Value denseOf(Value value) {
    return new Value(value.name(), value.tensorType().dense());
  }
}
