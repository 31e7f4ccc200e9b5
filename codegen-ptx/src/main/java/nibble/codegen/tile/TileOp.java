package nibble.codegen.tile;

import com.google.common.collect.ImmutableList;
import java.util.List;
import nibble.ir.Block;
import nibble.ir.Op;
import nibble.ir.Operation;
import nibble.ir.Type;
import nibble.ir.TypeRuleException;

/** An op of Tile IR. */
public interface TileOp extends Op {
  /** Runs the op for one block of threads. */
  List<TileValue> run(List<TileValue> operands, TileMachine machine, Operation operation);

  /** The type rule, without regions. */
  ImmutableList<Type> infer(List<Type> operands);

  @Override
  default ImmutableList<Type> resultTypes(List<Type> operands, List<Block> regions) {
    return infer(operands);
  }

  default void expect(boolean condition, String message) {
    if (!condition) {
      throw new TypeRuleException(name() + " " + message);
    }
  }

  /** The operand's type, of that class. */
  default <T extends Type> T operand(List<Type> operands, int index, Class<T> type) {
    expect(index < operands.size(), "takes more than " + operands.size() + " operands");
    expect(type.isInstance(operands.get(index)),
        "takes a " + type.getSimpleName() + " as operand " + index + ", not " + operands.get(index));
    return type.cast(operands.get(index));
  }
}
