package nibble.ir;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import nibble.ir.op.TensorOp;

/** The part of a function that running analysis goes through. */
public final class StraightLine {
  private StraightLine() {}

  /**
   * The tensor ops of a function for those sizes. What other operations define becomes an argument, and every value
   * that is computed a result.
   */
  public static Block of(Function function, Map<String, Long> sizes) {
    Block body = Substitution.of(sizes).apply(function).body();
    List<Value> arguments = new ArrayList<>(body.arguments());
    List<Value> results = new ArrayList<>();
    ImmutableList.Builder<Operation> operations = ImmutableList.builder();
    for (Operation operation : body.operations()) {
      if (operation.op() instanceof TensorOp) {
        operations.add(operation);
        results.addAll(operation.results());
      } else {
        arguments.addAll(operation.results());
      }
    }
    return new Block(ImmutableList.copyOf(arguments), operations.build(), ImmutableList.copyOf(results));
  }
}
