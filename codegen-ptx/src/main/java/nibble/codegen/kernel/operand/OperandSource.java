package nibble.codegen.kernel.operand;

import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nibble.codegen.index.IndexExpr;
import nibble.codegen.kernel.GlobalMemory;
import nibble.codegen.kernel.Memory;
import nibble.codegen.kernel.Views;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.op.Cast;
import nibble.ir.op.Dequantize;
import nibble.ir.op.ViewOp;
import nibble.ir.shape.SymbolBounds;

/**
 * Where an operand of a product lies in memory.
 *
 * @param memory the tensor that it is made of
 * @param at coordinates of its elements there
 * @param asItIs whether nothing but views stands between: no cast, no dequantization
 */
public record OperandSource(Memory memory, List<IndexExpr> at, boolean asItIs) {
  /** Looks through views, casts and dequantizations; nothing where an operand is computed from more than one tensor. */
  public static Optional<OperandSource> of(
      Value value, List<IndexExpr> at, Map<Value, Memory> arguments, Map<Value, Operation> definitions) {
    return of(value, at, true, arguments, definitions);
  }

  private static Optional<OperandSource> of(
      Value value, List<IndexExpr> at, boolean asItIs, Map<Value, Memory> arguments,
      Map<Value, Operation> definitions) {
    Memory memory = arguments.get(value);
    if (memory != null) {
      return Optional.of(new OperandSource(memory, at, asItIs));
    }
    Operation definition = definitions.get(value);
    return switch (definition.op()) {
      case ViewOp view -> of(
          definition.operand(0),
          Views.operandCoordinates(view, definition.operand(0), value.tensorType(), at), asItIs, arguments,
          definitions);
      case Cast cast -> of(definition.operand(0), at, false, arguments, definitions);
      case Dequantize dequantize -> of(definition.operand(0), at, false, arguments, definitions);
      default -> Optional.empty();
    };
  }

  /** What is known of its address. */
  public OperandLoader.Access access(GlobalMemory analysis, ImmutableMap<String, SymbolBounds> symbols) {
    return new OperandLoader.Access() {
      @Override
      public int vector(String variable, int most) {
        return analysis.vector(memory.type().shape(), at, variable, most);
      }

      @Override
      public Optional<MappedOperand> mapped(String columns, String rows) {
        return MappedOperand.of(memory.elements(), memory.type(), at, columns, rows, symbols);
      }
    };
  }
}
