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
import nibble.ir.layout.GroupPattern;
import nibble.ir.layout.MetadataTile;

/**
 * Accumulates a matrix product of which the left operand is compressed: {@code c + decompress(a, e) b}. Operands: c
 * (m x n), a (m x stored elements), b (k x n), e (tiles of rows x 32 words for each step of the depth, of which this is
 * one), and perhaps scales of a (m x groups) and of b (n x groups), which start with those of the first step.
 *
 * @param pattern of the groups of a
 * @param metadata how their codes lie in words
 * @param step which of those of e
 * @param group elements of the depth that share a scale; 0 where there are none
 */
@OpInfo(
    name = "sparse_mma", summary = "accumulates a matrix product of a compressed operand",
    rounding = "as the target's tensor cores accumulate")
public record SparseMma(GroupPattern pattern, MetadataTile metadata, int step, int group) implements TileOp {
  @Override
  public ImmutableList<Type> infer(List<Type> operands) {
    expect(operands.size() == (group == 0 ? 4 : 6), "takes four operands, or six with scales");
    TileType c = operand(operands, 0, TileType.class);
    TileType a = operand(operands, 1, TileType.class);
    TileType b = operand(operands, 2, TileType.class);
    TileType e = operand(operands, 3, TileType.class);
    expect(operands.stream().allMatch(type -> ((TileType) type).rank() == 2), "takes tiles of rank 2");
    boolean fits = a.extents().get(0).equals(c.extents().get(0))
        && b.extents().get(1).equals(c.extents().get(1))
        && a.extents().get(1) * pattern.size() == b.extents().get(0) * pattern.kept();
    expect(fits, "of " + a.extents() + " and " + b.extents() + " does not give " + c.extents());
    boolean hasCodes = e.extents().get(0) * metadata.rows() == a.extents().get(0)
        && e.extents().get(1) >= (step + 1) * MetadataTile.WORDS
        && b.extents().get(0) == metadata.groups() * pattern.size();
    expect(hasCodes, "has words of " + e.extents());
    if (group > 0) {
      int groups = (step + 1) * b.extents().get(0) / group;
      TileType s = operand(operands, 4, TileType.class);
      TileType t = operand(operands, 5, TileType.class);
      boolean scaled = s.extents().get(0).equals(a.extents().get(0)) && t.extents().get(0).equals(b.extents().get(1))
          && groups <= s.extents().get(1) && groups <= t.extents().get(1);
      expect(scaled, "has scales of " + s.extents() + " and " + t.extents());
    }
    return ImmutableList.of(c);
  }

  @Override
  public List<TileValue> run(List<TileValue> operands, TileMachine machine, Operation operation) {
    TileValue.Data c = operands.get(0).data();
    double[] a = operands.get(1).data().elements();
    double[] b = operands.get(2).data().elements();
    double[] words = operands.get(3).data().elements();
    int wordsOfRow = operands.get(3).data().type().extents().get(1);
    int n = c.type().extents().get(1);
    int depth = operands.get(2).data().type().extents().get(0);
    int stored = operands.get(1).data().type().extents().get(1);
    return List.of(TileValue.Data.generate(c.type(), i -> {
      double sum = c.elements()[i];
      int row = i / n;
      for (int at = 0; at < stored; at++) {
        int place = at / pattern.kept();
        int inTile = row % metadata.rows();
        int first = row / metadata.rows() * wordsOfRow + step * MetadataTile.WORDS;
        int word = (int) words[first + metadata.word(inTile, place)];
        int code = word >>> metadata.bit(inTile, place) & 0xF;
        int k = place * pattern.size() + pattern.position(code, at % pattern.kept());
        double product = a[row * stored + at] * b[k * n + i % n];
        sum += group == 0
            ? product
            : product * scale(operands.get(4).data(), row, depth, k) * scale(operands.get(5).data(), i % n, depth, k);
      }
      return sum;
    }));
  }

  /** The scale of a row, or column, at a place of this step's depth. */
  private double scale(TileValue.Data scales, int row, int depth, int k) {
    return scales.elements()[row * scales.type().extents().get(1) + (step * depth + k) / group];
  }
}
