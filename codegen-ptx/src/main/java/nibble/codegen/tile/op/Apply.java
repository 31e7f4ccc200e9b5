package nibble.codegen.tile.op;

import com.google.common.collect.ImmutableList;
import java.util.List;
import nibble.codegen.tile.Scalar;
import nibble.codegen.tile.TileMachine;
import nibble.codegen.tile.TileOp;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.TileValue;
import nibble.ir.OpInfo;
import nibble.ir.Operation;
import nibble.ir.Type;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;

/**
 * A function of each element. Operands are tiles of one layout, or scalars.
 *
 * @param function which function
 */
@OpInfo(name = "apply", summary = "a function of each element", rounding = "one rounding, or the function's own error")
public record Apply(Scalar function) implements TileOp {
  @Override
  public ImmutableList<Type> infer(List<Type> operands) {
    expect(operands.size() == function.arity(), "of " + function + " takes " + function.arity() + " operands");
    TileType shape = operand(operands, 0, TileType.class);
    for (int i = 1; i < operands.size(); i++) {
      TileType other = operand(operands, i, TileType.class);
      shape = shape.isScalar() ? other : shape;
      expect(other.isScalar() || other.layout().equals(shape.layout()), "takes tiles of one layout");
    }
    int first = function == Scalar.SELECT ? 1 : 0;
    NumberFormat format = operand(operands, first, TileType.class).format();
    for (int i = first + 1; i < operands.size(); i++) {
      expect(operand(operands, i, TileType.class).format().equals(format), "takes operands of one format: " + operands);
    }
    return ImmutableList.of(shape.withFormat(function.isComparison() ? Formats.BOOL : format));
  }

  @Override
  public List<TileValue> run(List<TileValue> operands, TileMachine machine, Operation operation) {
    TileType type = (TileType) operation.result().type();
    TileValue.Data a = operands.get(0).data();
    TileValue.Data b = operands.get(Math.min(1, operands.size() - 1)).data();
    TileValue.Data c = operands.getLast().data();
    boolean integer = a.type().format().isInteger() && type.format().isInteger();
    return List.of(TileValue.Data.generate(type, i -> {
      double value = function.apply(a.at(i), b.at(i), c.at(i));
      return integer ? (double) (long) value : value;
    }));
  }
}
