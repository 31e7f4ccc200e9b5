package nibble.codegen.tile.op;

import com.google.common.collect.ImmutableList;
import java.util.List;
import nibble.codegen.layout.Dimension;
import nibble.codegen.tile.SharedType;
import nibble.codegen.tile.TileMachine;
import nibble.codegen.tile.TileOp;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.TileValue;
import nibble.ir.OpInfo;
import nibble.ir.Operation;
import nibble.ir.Type;
import nibble.ir.format.NumberFormat;

/**
 * Starts to accumulate the product of two tiles where they lie: {@code c + a b}, over the whole depth of a stage. The
 * right one is in shared memory, the left one there or in registers. Nothing else may touch the accumulators, such
 * registers and the stage until {@link WaitWarpgroupMma}. Operands: c (m x n), a, b, stage; memory of one stage alone
 * has the same for all. Warps work in groups of four ({@code wgmma}, PTX ISA 9.7.15), and the tiles are swizzled as its
 * descriptors have it.
 *
 * @param depthOfA the axis of a that is the depth; the other one is m
 * @param depthOfB the axis of b that is the depth; the other one is n
 */
@OpInfo(
    name = "warpgroup_mma", summary = "starts a matrix product of tiles where they lie",
    rounding = "as the target's tensor cores accumulate")
public record WarpgroupMma(int depthOfA, int depthOfB) implements TileOp {
  @Override
  public boolean isPure() {
    return false;
  }

  @Override
  public ImmutableList<Type> infer(List<Type> operands) {
    expect(operands.size() == 4, "takes four operands");
    TileType c = operand(operands, 0, TileType.class);
    Type a = operands.get(1);
    SharedType b = operand(operands, 2, SharedType.class);
    expect(operand(operands, 3, TileType.class).isScalar(), "takes a scalar stage");
    expect(c.rank() == 2, "takes a tile of rank 2");
    boolean fits = extent(a, 1 - depthOfA) == c.extents().get(0)
        && extent(b, 1 - depthOfB) == c.extents().get(1)
        && extent(a, depthOfA) == extent(b, depthOfB);
    expect(fits, "of " + a + " and " + b + " does not give " + c.extents());
    expect(depthOfA == 1 || a instanceof SharedType, "takes registers that are not transposed");
    expect(format(a).storageBits() == b.format().storageBits(), "takes two tiles of elements of one width");
    return ImmutableList.of(c);
  }

  private static NumberFormat format(Type operand) {
    return operand instanceof TileType tile ? tile.format() : ((SharedType) operand).format();
  }

  private static int extent(Type operand, int axis) {
    return operand instanceof TileType tile ? tile.extents().get(axis) : extent((SharedType) operand, axis);
  }

  private static int extent(SharedType type, int axis) {
    return type.layout().layout().outputSize(Dimension.tensor(axis));
  }

  @Override
  public List<TileValue> run(List<TileValue> operands, TileMachine machine, Operation operation) {
    TileValue.Data c = operands.get(0).data();
    int stage = operands.get(3).data().scalar();
    Type left = operation.operand(1).type();
    TileValue.Shared right = operands.get(2).shared();
    double[] a = left instanceof TileType ? operands.get(1).data().elements() : at(operands.get(1).shared(), stage);
    double[] b = at(right, stage);
    int n = c.type().extents().get(1);
    int depth = extent(left, depthOfA);
    int stepA = depthOfA == 1 ? 1 : extent(left, 1);
    int stepB = depthOfB == 1 ? 1 : extent(right.type(), 1);
    int rowOfA = depthOfA == 1 ? depth : 1;
    int columnOfB = depthOfB == 1 ? depth : 1;
    return List.of(TileValue.Data.generate(c.type(), i -> {
      double sum = c.elements()[i];
      for (int k = 0; k < depth; k++) {
        sum += a[i / n * rowOfA + k * stepA] * b[i % n * columnOfB + k * stepB];
      }
      return sum;
    }));
  }

  private static double[] at(TileValue.Shared shared, int stage) {
    return shared.stages()[shared.stages().length == 1 ? 0 : stage];
  }
}
