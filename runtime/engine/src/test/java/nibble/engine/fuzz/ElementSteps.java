package nibble.engine.fuzz;

import static nibble.engine.fuzz.SketchPool.choose;
import static nibble.engine.fuzz.SketchPool.isFloat;

import java.util.List;
import nibble.ir.Op;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.op.Abs;
import nibble.ir.op.Add;
import nibble.ir.op.And;
import nibble.ir.op.Ceil;
import nibble.ir.op.Compare;
import nibble.ir.op.Cos;
import nibble.ir.op.Div;
import nibble.ir.op.Erf;
import nibble.ir.op.Exp;
import nibble.ir.op.Floor;
import nibble.ir.op.Gelu;
import nibble.ir.op.LayerNorm;
import nibble.ir.op.Log;
import nibble.ir.op.Maximum;
import nibble.ir.op.Minimum;
import nibble.ir.op.Mul;
import nibble.ir.op.Neg;
import nibble.ir.op.Not;
import nibble.ir.op.Or;
import nibble.ir.op.Pow;
import nibble.ir.op.Reciprocal;
import nibble.ir.op.Relu;
import nibble.ir.op.Remainder;
import nibble.ir.op.RmsNorm;
import nibble.ir.op.Round;
import nibble.ir.op.Rsqrt;
import nibble.ir.op.Select;
import nibble.ir.op.Sigmoid;
import nibble.ir.op.Silu;
import nibble.ir.op.Sin;
import nibble.ir.op.Softmax;
import nibble.ir.op.Sqrt;
import nibble.ir.op.Sub;
import nibble.ir.op.Tanh;
import nibble.ir.shape.Broadcast;
import nibble.ir.shape.Shape;

/**
 * Steps that compute element by element.
 *
 * @param pool the values so far
 */
record ElementSteps(SketchPool pool) {
  static final List<Op> FLOAT_BINARY = List.of(
      new Add(), new Mul(), new Sub(), new Maximum(), new Minimum(), new Div(), new Pow(), new Remainder());

  void unary(Value x, int choice) {
    Op op = choose(List.of(
        new Neg(), new Abs(), new Relu(), new Exp(), new Tanh(), new Erf(), new Round(), new Floor(), new Ceil(),
        new Sin(), new Cos(), new Sqrt(), new Rsqrt(), new Log(), new Reciprocal()), choice);
    boolean positive = op instanceof Sqrt || op instanceof Rsqrt || op instanceof Log || op instanceof Reciprocal;
    pool.add(op, positive ? pool.positive(x) : x);
  }

  void binary(List<Op> ops, Value x, int b, int c) {
    Op op = choose(ops, c);
    Value other = pool.partner(x, b);
    if (op instanceof Div || op instanceof Remainder) {
      NumberFormat format = other.tensorType().format();
      other = format.isFloat()
          ? pool.positive(other) : pool.builder().add(new Maximum(), other, pool.scalar(1, format));
    }
    if (op instanceof Pow) {
      pool.add(op, pool.positive(x), other);
    } else if (c / ops.size() % 2 == 0) {
      pool.add(op, x, other);
    } else {
      pool.add(op, other, x);
    }
  }

  void compare(Value x, int b, int c) {
    Op op = new Compare(choose(List.of(
        Compare.Kind.LT, Compare.Kind.GE, Compare.Kind.EQ, Compare.Kind.NE, Compare.Kind.LE, Compare.Kind.GT), c));
    pool.add(op, x, pool.partner(x, b));
  }

  void select(Value x, int b, int c) {
    Value other = pool.partner(x, b);
    Shape shape = Broadcast.common(x.tensorType().shape(), other.tensorType().shape()).orElseThrow();
    pool.pick(c, type -> type.format().equals(Formats.BOOL) && Broadcast.common(type.shape(), shape).isPresent())
        .ifPresent(condition -> pool.add(new Select(), condition, x, other));
  }

  void logic(Value x, int b, int c) {
    Op op = choose(List.of(new Not(), new And(), new Or(), new Maximum(), new Minimum()), c);
    if (op instanceof Not) {
      pool.add(op, x);
    } else {
      pool.add(op, x, pool.partner(x, b));
    }
  }

  void integer(Value x, int b, int c) {
    List<Op> binary = List.of(
        new Add(), new Mul(), new Sub(), new Maximum(), new Minimum(), new Remainder());
    int ops = binary.size() + 2;
    if (Math.floorMod(c, ops) < binary.size()) {
      binary(binary, x, b, Math.floorMod(c, ops) + binary.size() * (c / ops));
    } else {
      pool.add(choose(List.of(new Neg(), new Abs()), c), x);
    }
  }

  void composite(Value x, int choice) {
    TensorType type = x.tensorType();
    boolean rows = type.shape().last().isConstant();
    TensorType parameter = rows ? TensorType.of(Shape.of(type.shape().last()), type.format()) : null;
    switch (Math.floorMod(choice, 7)) {
      case 0 -> pool.add(new Softmax(), x);
      case 1 -> {
        if (rows) {
          pool.add(new LayerNorm(1e-5), x, pool.weight(parameter), pool.weight(parameter));
        }
      }
      case 2 -> {
        if (rows) {
          pool.add(new RmsNorm(1e-5), x, pool.weight(parameter));
        }
      }
      case 3 -> pool.add(new Gelu(Gelu.Kind.ERF), x);
      case 4 -> pool.add(new Gelu(Gelu.Kind.TANH), x);
      case 5 -> pool.add(new Silu(), x);
      default -> pool.add(new Sigmoid(), x);
    }
  }
}
