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
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;

/**
 * Adds a step of a matrix product that is summed by itself: {@code c f + (a0 b0 + a1 b1 + ...)}. Operands: c and f (m x
 * n), and pairs of a (m x k) and b (k x n). Each pair is an instruction.
 *
 * @param sums format of the step's own accumulators, f32, f16 or i32; the rest is in f32. In f16 sums are rounded
 *     behind each {@value #ROUNDED} elements of k, also where instructions are not so deep.
 */
@OpInfo(
    name = "step_mma", summary = "accumulates a step of a matrix product that is summed by itself",
    rounding = "the step as the target's tensor cores accumulate, in f16 once for each 32 products; one of f32 behind")
public record StepMma(NumberFormat sums) implements TileOp {
  /** Elements of k behind which sums of f16 are rounded: those of an instruction that multiplies bytes. */
  public static final int ROUNDED = 32;

  private static final int FIRST = 2;

  @Override
  public ImmutableList<Type> infer(List<Type> operands) {
    expect(operands.size() > FIRST && operands.size() % 2 == 0, "takes sums, factors and pairs of operands");
    TileType c = operand(operands, 0, TileType.class);
    TileType f = operand(operands, 1, TileType.class);
    expect(c.rank() == 2 && f.equals(c) && c.format().equals(Formats.F32), "takes sums and factors of f32 alike");
    expect(List.of(Formats.F32, Formats.F16, Formats.I32).contains(sums), "sums in f32, f16 or i32");
    for (int i = FIRST; i < operands.size(); i += 2) {
      TileType a = operand(operands, i, TileType.class);
      TileType b = operand(operands, i + 1, TileType.class);
      boolean fits = a.rank() == 2 && b.rank() == 2 && a.extents().get(0).equals(c.extents().get(0))
          && b.extents().get(1).equals(c.extents().get(1)) && a.extents().get(1).equals(b.extents().get(0));
      expect(fits, "of " + a.extents() + " and " + b.extents() + " does not give " + c.extents());
    }
    return ImmutableList.of(c);
  }

  @Override
  public List<TileValue> run(List<TileValue> operands, TileMachine machine, Operation operation) {
    TileValue.Data c = operands.get(0).data();
    double[] factors = operands.get(1).data().elements();
    int n = c.type().extents().get(1);
    return List.of(TileValue.Data.generate(c.type(), i -> {
      double sum = 0;
      int done = 0;
      for (int pair = FIRST; pair < operands.size(); pair += 2) {
        TileValue.Data a = operands.get(pair).data();
        double[] b = operands.get(pair + 1).data().elements();
        int depth = a.type().extents().get(1);
        for (int k = 0; k < depth; k++) {
          sum += a.elements()[i / n * depth + k] * b[k * n + i % n];
        }
        done += depth;
        boolean isRounded = sums.equals(Formats.F16) && (done % ROUNDED == 0 || pair + 2 == operands.size());
        sum = isRounded ? Formats.F16.round(sum) : sum;
      }
      return c.elements()[i] * factors[i] + sum;
    }));
  }
}
