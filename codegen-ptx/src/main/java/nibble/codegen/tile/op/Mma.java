package nibble.codegen.tile.op;

import com.google.common.collect.ImmutableList;
import java.util.List;
import nibble.codegen.tile.TileMachine;
import nibble.codegen.tile.TileOp;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.TileValue;
import nibble.ir.OpInfo;
import nibble.ir.Operation;
import nibble.ir.Type;

/**
 * Accumulates a matrix product: {@code c + a b}. Operands: c (m x n), a (m x k), b (k x n). On tensor cores where the
 * formats have an instruction, with fused multiply-adds of f32 otherwise.
 */
@OpInfo(name = "mma", summary = "accumulates a matrix product", rounding = "as the target's tensor cores accumulate")
public record Mma() implements TileOp {
  @Override
  public ImmutableList<Type> infer(List<Type> operands) {
    expect(operands.size() == 3, "takes three operands");
    TileType c = operand(operands, 0, TileType.class);
    TileType a = operand(operands, 1, TileType.class);
    TileType b = operand(operands, 2, TileType.class);
    expect(c.rank() == 2 && a.rank() == 2 && b.rank() == 2, "takes tiles of rank 2");
    boolean fits = a.extents().get(0).equals(c.extents().get(0))
        && b.extents().get(1).equals(c.extents().get(1))
        && a.extents().get(1).equals(b.extents().get(0));
    expect(fits, "of " + a.extents() + " and " + b.extents() + " does not give " + c.extents());
    return ImmutableList.of(c);
  }

  @Override
  public List<TileValue> run(List<TileValue> operands, TileMachine machine, Operation operation) {
    TileValue.Data c = operands.get(0).data();
    double[] a = operands.get(1).data().elements();
    double[] b = operands.get(2).data().elements();
    int n = c.type().extents().get(1);
    int depth = operands.get(1).data().type().extents().get(1);
    return List.of(TileValue.Data.generate(c.type(), i -> {
      double sum = c.elements()[i];
      for (int k = 0; k < depth; k++) {
        sum += a[i / n * depth + k] * b[k * n + i % n];
      }
      return sum;
    }));
  }
}
