package nibble.codegen.lower;

import java.util.List;
import java.util.stream.IntStream;
import nibble.codegen.lower.Lowered.Buffer;
import nibble.codegen.lower.Lowered.Fragment;
import nibble.codegen.lower.Lowered.Shared;
import nibble.codegen.lower.Lowered.Tile;
import nibble.codegen.ptx.Operand;
import nibble.ir.Operation;

/** The operands of an operation of a tile program, as what they are in PTX. */
record LoweredOperands(Operation operation, LoweredValues values) {
  Tile tile(int operand) {
    return (Tile) values.get(operation.operand(operand));
  }

  /** A tile operand that may be missing. */
  Tile optionalTile(int operand) {
    return operand < operation.operands().size() ? tile(operand) : null;
  }

  Operand scalar(int operand) {
    return tile(operand).at(0);
  }

  Buffer buffer() {
    return (Buffer) values.get(operation.operand(0));
  }

  Shared shared(int operand) {
    return (Shared) values.get(operation.operand(operand));
  }

  Fragment fragment(int operand) {
    return (Fragment) values.get(operation.operand(operand));
  }

  /** Every second operand from one on. */
  List<Fragment> fragments(int first) {
    return IntStream.iterate(first, i -> i < operation.operands().size(), i -> i + 2)
        .mapToObj(this::fragment).toList();
  }
}
