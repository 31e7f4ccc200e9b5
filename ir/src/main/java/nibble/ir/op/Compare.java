package nibble.ir.op;

import java.util.List;
import nibble.ir.OpInfo;
import nibble.ir.TensorType;
import nibble.ir.format.Formats;

/**
 * A comparison of two elements; comparisons with NaN are false, but {@code ne} is true.
 *
 * @param kind which comparison
 */
@OpInfo(name = "compare", summary = "truth value of a comparison of two elements")
public record Compare(Kind kind) implements BinaryOp {
  /** The six comparisons. */
  public enum Kind {
    EQ,
    NE,
    LT,
    LE,
    GT,
    GE;

    /** Whether the comparison holds. */
    public boolean holds(double a, double b) {
      return switch (this) {
        case EQ -> a == b;
        case NE -> a != b;
        case LT -> a < b;
        case LE -> a <= b;
        case GT -> a > b;
        case GE -> a >= b;
      };
    }
  }

  @Override
  public TensorType infer(List<TensorType> operands) {
    return BinaryOp.super.infer(operands).plain(Formats.BOOL);
  }

  @Override
  public double apply(double a, double b) {
    return kind.holds(a, b) ? 1 : 0;
  }

  @Override
  public boolean isArithmetic() {
    return false;
  }

  @Override
  public double spread(double a, double errorA, double b, double errorB) {
    // The outcome may differ only where the intervals of the two sides meet.
    double off = errorA + errorB;
    return off > 0 && !(Math.abs(a - b) > Math.nextUp(off)) ? 1 : 0;
  }

}
