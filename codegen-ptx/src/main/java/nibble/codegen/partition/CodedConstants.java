package nibble.codegen.partition;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import nibble.ir.Function;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.op.Constant;
import nibble.ir.op.Quantize;
import nibble.ir.op.TensorOp;
import nibble.ir.op.Weight;

/**
 * Codes that are made of weights alone, and all that they are made of on the way: such as what the codes of a weight
 * leave of it, which is quantized in turn. Whatever it is, it ends as codes, so that nothing large stays.
 */
final class CodedConstants {
  private CodedConstants() {}

  static Set<Value> of(Function function) {
    Map<Value, Operation> definitions = new HashMap<>();
    Set<Value> constant = new HashSet<>();
    Deque<Value> open = new ArrayDeque<>();
    for (Operation operation : function.body().operations()) {
      operation.results().forEach(result -> definitions.put(result, operation));
      boolean isConstant = switch (operation.op()) {
        case Weight weight -> true;
        case Constant numbers -> true;
        case TensorOp op -> operation.result().tensorType().shape().isConstant()
            && constant.containsAll(operation.operands());
        default -> false;
      };
      if (isConstant) {
        constant.add(operation.result());
        if (operation.op() instanceof Quantize) {
          open.add(operation.result());
        }
      }
    }
    Set<Value> coded = new HashSet<>();
    while (!open.isEmpty()) {
      Value value = open.pop();
      if (coded.add(value)) {
        open.addAll(definitions.get(value).operands());
      }
    }
    return coded;
  }
}
