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
 * Accumulates a matrix product of scaled operands: {@code c + (a o s) (b o t)}, where a scale belongs to a row of a, or
 * a column of b, and a group of the depth. Operands: c (m x n), a (m x k), b (k x n), s (m x groups), t (n x groups);
 * the groups may be more than those of this k.
 *
 * @param group elements of the depth that share a scale
 * @param first the group of the first element of this k
 */
@OpInfo(
    name = "block_scaled_mma", summary = "accumulates a matrix product of scaled operands",
    rounding = "as the target's tensor cores accumulate")
public record BlockScaledMma(int group, int first) implements TileOp {
  @Override
  public ImmutableList<Type> infer(List<Type> operands) {
    expect(operands.size() == 5, "takes five operands");
    TileType c = operand(operands, 0, TileType.class);
    TileType a = operand(operands, 1, TileType.class);
    TileType b = operand(operands, 2, TileType.class);
    TileType s = operand(operands, 3, TileType.class);
    TileType t = operand(operands, 4, TileType.class);
    expect(operands.stream().allMatch(type -> ((TileType) type).rank() == 2), "takes tiles of rank 2");
    boolean fits = a.extents().get(0).equals(c.extents().get(0))
        && b.extents().get(1).equals(c.extents().get(1))
        && a.extents().get(1).equals(b.extents().get(0));
    expect(fits, "of " + a.extents() + " and " + b.extents() + " does not give " + c.extents());
    int last = first + a.extents().get(1) / group;
    boolean scaled = s.extents().get(0).equals(a.extents().get(0))
        && t.extents().get(0).equals(b.extents().get(1))
        && last <= s.extents().get(1) && last <= t.extents().get(1);
    expect(scaled, "has scales of " + s.extents() + " and " + t.extents());
    return ImmutableList.of(c);
  }

  @Override
  public List<TileValue> run(List<TileValue> operands, TileMachine machine, Operation operation) {
    TileValue.Data c = operands.get(0).data();
    double[] a = operands.get(1).data().elements();
    double[] b = operands.get(2).data().elements();
    TileValue.Data s = operands.get(3).data();
    TileValue.Data t = operands.get(4).data();
    int n = c.type().extents().get(1);
    int depth = operands.get(1).data().type().extents().get(1);
    int groupsOfA = s.type().extents().get(1);
    int groupsOfB = t.type().extents().get(1);
    return List.of(TileValue.Data.generate(c.type(), i -> {
      double sum = c.elements()[i];
      for (int k = 0; k < depth; k++) {
        double left = a[i / n * depth + k] * s.elements()[i / n * groupsOfA + first + k / group];
        double right = b[k * n + i % n] * t.elements()[i % n * groupsOfB + first + k / group];
        sum += left * right;
      }
      return sum;
    }));
  }
}
