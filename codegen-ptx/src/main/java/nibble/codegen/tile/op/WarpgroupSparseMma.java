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
import nibble.ir.layout.GroupPattern;
import nibble.ir.layout.MetadataTile;

/**
 * {@link WarpgroupMma} of which the left operand is compressed: {@code c + decompress(a, e) b} ({@code wgmma.sp}, PTX
 * ISA 9.7.15). Operands: c (m x n), a (m x stored elements of the depth, as it lies), b, stage, and e, the words of
 * metadata of all steps of the depth (tiles of rows x 32 words for each step).
 *
 * @param pattern of the groups of a
 * @param metadata how their codes lie in words
 * @param depthOfB the axis of b that is the depth; the other one is n
 */
@OpInfo(
    name = "warpgroup_sparse_mma",
    summary = "starts a matrix product of a compressed tile and another in shared memory",
    rounding = "as the target's tensor cores accumulate")
public record WarpgroupSparseMma(GroupPattern pattern, MetadataTile metadata, int depthOfB) implements TileOp {
  @Override
  public boolean isPure() {
    return false;
  }

  @Override
  public ImmutableList<Type> infer(List<Type> operands) {
    expect(operands.size() == 5, "takes five operands");
    TileType c = operand(operands, 0, TileType.class);
    SharedType a = operand(operands, 1, SharedType.class);
    SharedType b = operand(operands, 2, SharedType.class);
    TileType e = operand(operands, 4, TileType.class);
    expect(operand(operands, 3, TileType.class).isScalar(), "takes a scalar stage");
    expect(c.rank() == 2 && e.rank() == 2, "takes tiles of rank 2");
    int depth = extent(b, depthOfB);
    boolean fits = extent(a, 0) == c.extents().get(0) && extent(b, 1 - depthOfB) == c.extents().get(1)
        && extent(a, 1) * pattern.size() == depth * pattern.kept();
    expect(fits, "of " + a + " and " + b + " does not give " + c.extents());
    boolean hasCodes = e.extents().get(0) * metadata.rows() == c.extents().get(0)
        && e.extents().get(1) * metadata.groups() * pattern.size() == depth * MetadataTile.WORDS;
    expect(hasCodes, "has words of " + e.extents());
    expect(a.format().storageBits() == b.format().storageBits(), "takes two tiles of elements of one width");
    return ImmutableList.of(c);
  }

  private static int extent(SharedType type, int axis) {
    return type.layout().layout().outputSize(Dimension.tensor(axis));
  }

  @Override
  public List<TileValue> run(List<TileValue> operands, TileMachine machine, Operation operation) {
    TileValue.Data c = operands.get(0).data();
    int stage = operands.get(3).data().scalar();
    TileValue.Shared left = operands.get(1).shared();
    TileValue.Shared right = operands.get(2).shared();
    double[] a = left.stages()[stage];
    double[] b = right.stages()[stage];
    TileValue.Data e = operands.get(4).data();
    int n = c.type().extents().get(1);
    int stored = extent(left.type(), 1);
    int stepB = depthOfB == 1 ? 1 : n;
    int columnOfB = depthOfB == 1 ? extent(right.type(), 1) : 1;
    return List.of(TileValue.Data.generate(c.type(), i -> {
      double sum = c.elements()[i];
      for (int at = 0; at < stored; at++) {
        int group = at / pattern.kept();
        int k = group * pattern.size() + pattern.position(code(e, i / n, group), at % pattern.kept());
        sum += a[i / n * stored + at] * b[i % n * columnOfB + k * stepB];
      }
      return sum;
    }));
  }

  private int code(TileValue.Data words, int row, int group) {
    int first = row / metadata.rows() * words.type().extents().get(1) + group / metadata.groups() * MetadataTile.WORDS;
    int word = (int) words.elements()[first + metadata.word(row % metadata.rows(), group % metadata.groups())];
    return word >>> metadata.bit(row % metadata.rows(), group % metadata.groups()) & 0xF;
  }
}
