package nibble.ir.rewrite;

import com.google.common.collect.ImmutableMap;
import java.util.Optional;
import nibble.ir.BlockBuilder;
import nibble.ir.Op;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.shape.SymbolBounds;

/** What a rewrite may ask and do. */
public interface RewriteContext {
  /** The operation that defines a value; nothing for arguments. */
  Optional<Operation> definition(Value value);

  /** How many operands and block results are this value, as of the start of the sweep. */
  int useCount(Value value);

  /** What stands for a value of the function as it was before this sweep: another one, where a rewrite replaced it. */
  Value current(Value value);

  /** Appends operations before the one at hand. */
  BlockBuilder builder();

  /** Bounds of the symbolic sizes. */
  ImmutableMap<String, SymbolBounds> symbols();

  /** The definition of a value, where it is that op. */
  default <T extends Op> Optional<Match<T>> match(Value value, Class<T> op) {
    return definition(value)
        .filter(operation -> op.isInstance(operation.op()))
        .map(operation -> new Match<>(op.cast(operation.op()), operation));
  }

  /** A definition and its op. */
  record Match<T extends Op>(T op, Operation operation) {
    public Value operand(int index) {
      return operation.operand(index);
    }
  }
}
