package nibble.codegen.kernel;

import com.google.common.collect.ImmutableMap;
import java.util.Optional;
import nibble.codegen.tile.Scalar;
import nibble.ir.Op;
import nibble.ir.op.Abs;
import nibble.ir.op.Add;
import nibble.ir.op.And;
import nibble.ir.op.Ceil;
import nibble.ir.op.Compare;
import nibble.ir.op.Cos;
import nibble.ir.op.Div;
import nibble.ir.op.Erf;
import nibble.ir.op.Erfc;
import nibble.ir.op.Exp;
import nibble.ir.op.Floor;
import nibble.ir.op.Log;
import nibble.ir.op.Maximum;
import nibble.ir.op.Minimum;
import nibble.ir.op.Mul;
import nibble.ir.op.Neg;
import nibble.ir.op.Not;
import nibble.ir.op.Or;
import nibble.ir.op.Pow;
import nibble.ir.op.Reciprocal;
import nibble.ir.op.Remainder;
import nibble.ir.op.Round;
import nibble.ir.op.Rsqrt;
import nibble.ir.op.Select;
import nibble.ir.op.Sin;
import nibble.ir.op.Sqrt;
import nibble.ir.op.Sub;
import nibble.ir.op.Tanh;

/** The tile function that computes a tensor op element by element. */
final class ScalarOf {
  private static final ImmutableMap<Class<? extends Op>, Scalar> TABLE =
      ImmutableMap.<Class<? extends Op>, Scalar>builder()
          .put(Abs.class, Scalar.ABS)
          .put(Add.class, Scalar.ADD)
          .put(And.class, Scalar.AND)
          .put(Ceil.class, Scalar.CEIL)
          .put(Cos.class, Scalar.COS)
          .put(Div.class, Scalar.DIV)
          .put(Erf.class, Scalar.ERF)
          .put(Erfc.class, Scalar.ERFC)
          .put(Exp.class, Scalar.EXP)
          .put(Floor.class, Scalar.FLOOR)
          .put(Log.class, Scalar.LOG)
          .put(Maximum.class, Scalar.MAX)
          .put(Minimum.class, Scalar.MIN)
          .put(Mul.class, Scalar.MUL)
          .put(Neg.class, Scalar.NEG)
          .put(Not.class, Scalar.NOT)
          .put(Or.class, Scalar.OR)
          .put(Pow.class, Scalar.POW)
          .put(Reciprocal.class, Scalar.RECIPROCAL)
          .put(Remainder.class, Scalar.REM)
          .put(Round.class, Scalar.ROUND)
          .put(Rsqrt.class, Scalar.RSQRT)
          .put(Select.class, Scalar.SELECT)
          .put(Sin.class, Scalar.SIN)
          .put(Sqrt.class, Scalar.SQRT)
          .put(Sub.class, Scalar.SUB)
          .put(Tanh.class, Scalar.TANH)
          .buildOrThrow();

  private ScalarOf() {}

  static Optional<Scalar> of(Op op) {
    if (op instanceof Compare compare) {
      return Optional.of(Scalar.valueOf(compare.kind().name()));
    }
    return Optional.ofNullable(TABLE.get(op.getClass()));
  }
}
