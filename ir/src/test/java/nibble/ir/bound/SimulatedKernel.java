package nibble.ir.bound;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import nibble.ir.Block;
import nibble.ir.BlockBuilder;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.Tensor.ScaleGrid;
import nibble.ir.format.Formats;
import nibble.ir.op.Add;
import nibble.ir.op.BinaryOp;
import nibble.ir.op.Cast;
import nibble.ir.op.CompositeOp;
import nibble.ir.op.Constant;
import nibble.ir.op.Dequantize;
import nibble.ir.op.Div;
import nibble.ir.op.Hadamard;
import nibble.ir.op.GroupedMatMul;
import nibble.ir.op.MatMul;
import nibble.ir.op.Mul;
import nibble.ir.op.Pow;
import nibble.ir.op.Quantize;
import nibble.ir.op.ReduceMean;
import nibble.ir.op.ReduceOp;
import nibble.ir.op.ReduceSum;
import nibble.ir.op.Remainder;
import nibble.ir.op.Scales;
import nibble.ir.op.Sub;
import nibble.ir.op.TensorOp;
import nibble.ir.op.UnaryOp;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/**
 * Computes a block as a kernel might: in f32, with choices of order, contraction, storage rounding and division drawn
 * at random for each operation, and with functions that are off by as much as {@link F32Model} allows.
 *
 * <p>An operation on f32 values is done in f64 and rounded, which is the correctly rounded f32 operation for sums,
 * products, quotients and square roots.
 */
final class SimulatedKernel {
  private static final F32Model MODEL = new F32Model();

  private final Random random;

  SimulatedKernel(Random random) {
    this.random = random;
  }

  /** The values of all arguments and results of operations. */
  Map<Value, Tensor> run(Block block, List<Tensor> arguments) {
    Map<Value, Tensor> values = new HashMap<>();
    for (int i = 0; i < arguments.size(); i++) {
      values.put(block.arguments().get(i), arguments.get(i));
    }
    for (Operation operation : block.operations()) {
      List<Tensor> operands = operation.operands().stream().map(values::get).toList();
      values.put(operation.result(), stored(compute((TensorOp) operation.op(), operands, operation.result())));
    }
    return values;
  }

  /** Rounded to its format as if stored, or left in f32 for the next operation. */
  private Tensor stored(Tensor tensor) {
    boolean narrow = tensor.type().format().isFloat() && !tensor.type().isScaled();
    return narrow && random.nextInt(3) > 0 ? tensor.rounded() : tensor;
  }

  private Tensor compute(TensorOp op, List<Tensor> operands, Value result) {
    TensorType type = result.tensorType();
    boolean floats = type.format().isFloat() && operands.stream().noneMatch(o -> o.type().format().isInteger());
    return switch (op) {
      case CompositeOp composite -> composite(composite, operands);
      case Constant constant -> random.nextBoolean() && type.format().bits() < Float.SIZE
          ? op.eval(operands, type).rounded()
          : inF32(op.eval(operands, type));
      case UnaryOp unary when floats -> unary(unary, operands.getFirst(), type);
      case BinaryOp binary when floats -> binary(binary, operands, type);
      case ReduceOp reduce when floats -> reduce(reduce, operands.getFirst(), type);
      case MatMul matmul -> matmul(matmul, operands, type);
      case GroupedMatMul grouped -> grouped(grouped, operands, type);
      case Quantize quantize -> new SimulatedQuantizer(random).quantize(quantize, operands, type);
      case Scales scales -> new SimulatedQuantizer(random).scales(scales, operands, type);
      case Hadamard hadamard -> hadamard(hadamard, inF32(operands.getFirst()), type);
      case Dequantize dequantize -> dequantize(operands.getFirst(), type);
      case Cast cast -> cast(cast, operands.getFirst(), type);
      default -> op.eval(operands, type);
    };
  }

  private Tensor composite(CompositeOp op, List<Tensor> operands) {
    BlockBuilder builder = new BlockBuilder();
    List<Value> arguments = operands.stream().map(operand -> builder.argument(operand.type())).toList();
    Value result = op.decompose(builder, arguments);
    return run(builder.build(result), operands).get(result);
  }

  private static Tensor inF32(Tensor tensor) {
    return tensor.type().format().isFloat()
        ? Tensor.generate(tensor.type(), i -> (float) tensor.elements()[i])
        : tensor;
  }

  private static Tensor cast(Cast cast, Tensor operand, TensorType type) {
    Tensor f32 = inF32(operand);
    boolean fromInteger = operand.type().format().isInteger();
    Tensor source = fromInteger && cast.to().isFloat()
        ? Tensor.generate(operand.type(), i -> (float) operand.elements()[i])
        : f32;
    return cast.eval(List.of(source), type);
  }

  private Tensor unary(UnaryOp op, Tensor operand, TensorType type) {
    int bias = random.nextInt(3) - 1;
    double[] y = new double[operand.size()];
    for (int i = 0; i < y.length; i++) {
      double x = operand.elements()[i];
      double exact = op.apply(x);
      y[i] = Double.isInfinite(x) ? exact : perturbed(exact, op.functionError(x, exact, MODEL), bias);
    }
    return Tensor.of(type, y);
  }

  /** The exact value, off by up to the error: always up, always down, or either way. */
  private double perturbed(double exact, double error, int bias) {
    double room = error - Formats.F32.roundingError(Math.abs(exact) + error);
    if (!(room > 0) || !Double.isFinite(exact)) {
      return (float) exact;
    }
    double direction = bias == 0 ? 2 * random.nextDouble() - 1 : bias * (1 - 0x1p-20);
    return (float) (exact + direction * room);
  }

  private Tensor binary(BinaryOp op, List<Tensor> operands, TensorType type) {
    Tensor exact = op.eval(operands, type);
    boolean contracted = random.nextInt(4) == 0;
    int bias = random.nextInt(3) - 1;
    return switch (op) {
      // A product that goes into a fused multiply-add is not rounded.
      case Mul mul when contracted -> exact;
      case Add add -> inF32(exact);
      case Sub sub -> inF32(exact);
      case Mul mul -> inF32(exact);
      case Div div -> mapped(exact, y -> y == 0 ? y : perturbed(y, MODEL.function("div", 1, y), bias));
      case Pow pow -> power(operands, exact, bias);
      case Remainder remainder -> remainder(operands, type);
      default -> exact;
    };
  }

  private static Tensor mapped(Tensor tensor, DoubleUnaryOperator function) {
    // One after another, since the function draws random numbers.
    double[] elements = Arrays.stream(tensor.elements()).map(function).toArray();
    return Tensor.of(tensor.type(), elements);
  }

  private Tensor power(List<Tensor> operands, Tensor exact, int bias) {
    Tensor logarithm = new Mul().eval(
        List.of(mapped(operands.get(0), Math::log), operands.get(1)), exact.type());
    // Broadcast as the result is.
    Tensor exponent = new Add().eval(
        List.of(mapped(operands.get(0), x -> 0), operands.get(1)), exact.type());
    double[] y = new double[exact.size()];
    for (int i = 0; i < y.length; i++) {
      double value = exact.elements()[i];
      boolean negative = Double.isNaN(logarithm.elements()[i]);
      y[i] = negative
          ? Double.NaN
          : perturbed(value, MODEL.function("pow", Math.abs(exponent.elements()[i]), value), bias);
    }
    return Tensor.of(exact.type(), y);
  }

  private Tensor remainder(List<Tensor> operands, TensorType type) {
    Tensor quotient = mapped(new Div().eval(operands, type), y -> perturbed(y, MODEL.function("div", 1, y), 0));
    Tensor whole = mapped(quotient, q -> q < 0 ? Math.ceil(q) : Math.floor(q));
    Tensor product = new Mul().eval(List.of(whole, operands.get(1)), type);
    return inF32(new Sub().eval(List.of(operands.get(0), product), type));
  }

  private Tensor reduce(ReduceOp op, Tensor operand, TensorType type) {
    if (!(op instanceof ReduceSum || op instanceof ReduceMean)) {
      return op.eval(List.of(operand), type);
    }
    SimulatedDot.Order order = order();
    ReduceOp collecting = new Collecting(op.axes(), op.keep(), fibre -> SimulatedDot.sum(fibre, order, random));
    Tensor sums = collecting.eval(List.of(inF32(operand)), type);
    int count = sums.size() == 0 ? 1 : operand.size() / sums.size();
    float reciprocal = 1f / count;
    boolean divides = random.nextInt(3) == 0;
    return op instanceof ReduceSum
        ? sums
        : mapped(sums, sum -> divides ? (float) (sum / count) : (float) (sum * reciprocal));
  }

  private SimulatedDot.Order order() {
    SimulatedDot.Order[] orders = SimulatedDot.Order.values();
    return orders[random.nextInt(orders.length)];
  }

  private Tensor matmul(MatMul op, List<Tensor> operands, TensorType type) {
    return new SimulatedProduct(random, order()).multiply(op, operands, type);
  }

  /** A product of all rows, of which those of members count. */
  private Tensor grouped(GroupedMatMul op, List<Tensor> operands, TensorType type) {
    double[] all = matmul(new MatMul(op.transposeB(), op.to()), operands.subList(0, 2), type).elements();
    Tensor exact = op.eval(operands, type);
    int tokens = exact.extents()[1];
    int n = exact.extents()[2];
    Tensor table = operands.get(2);
    double[] sums = new double[exact.size()];
    for (int expert = 0; expert < exact.extents()[0]; expert++) {
      int first = expert * (tokens + 1);
      for (int place = 1; place <= table.elements()[first]; place++) {
        int row = (expert * tokens + (int) table.elements()[first + place]) * n;
        System.arraycopy(all, row, sums, row, n);
      }
    }
    return Tensor.of(type, sums);
  }

  /** Each level of codes times its scales, with a rounding after each product, and the sum. */
  private Tensor dequantize(Tensor operand, TensorType type) {
    int order = random.nextInt(3);
    double[] sum = new double[operand.size()];
    for (Tensor level : operand.levels()) {
      Tensor scales = level.scaleTensor().orElseThrow();
      ScaleGrid grid = ScaleGrid.of(level.type());
      Optional<ScaleGrid> outerGrid = scales.scaleTensor().map(outer -> ScaleGrid.of(scales.type()));
      for (int i = 0; i < sum.length; i++) {
        int box = grid.indexOf(i);
        double zero = level.zeros().map(zeros -> zeros.elements()[box]).orElse(0.0);
        double code = (float) ((float) level.elements()[i] - (float) zero);
        double inner = scales.elements()[box];
        double outer = outerGrid.map(boxes -> scales.scales()[boxes.indexOf(box)]).orElse(1.0);
        double value = switch (order) {
          case 0 -> (float) ((float) (code * inner) * outer);
          case 1 -> (float) ((float) (code * outer) * inner);
          default -> (float) (code * (float) (inner * outer));
        };
        sum[i] = (float) (sum[i] + value);
      }
    }
    return Tensor.of(type, sum);
  }

  /** Block by block of the Hadamard matrix, with sums in some order. */
  private Tensor hadamard(Hadamard op, Tensor operand, TensorType type) {
    SimulatedDot.Order order = order();
    double factor = (float) (1 / Math.sqrt(op.size()));
    double[] y = new double[operand.size()];
    int size = (int) op.size();
    int stride = Arrays.stream(operand.extents()).skip(op.axis() + 1).reduce(1, (a, b) -> a * b);
    double[] signs = signs(op);
    for (int i = 0; i < y.length; i++) {
      int row = i / stride % size;
      double[] terms = new double[size];
      for (int column = 0; column < size; column++) {
        double sign = Integer.bitCount(row & column) % 2 == 0 ? signs[column] : -signs[column];
        terms[column] = sign * operand.elements()[i + (column - row) * stride];
      }
      y[i] = (float) (SimulatedDot.sum(terms, order, random) * factor);
    }
    return Tensor.of(type, y);
  }

  /** The signs, by what they do to a block of one other element than 0. */
  private static double[] signs(Hadamard op) {
    TensorType type = TensorType.of(Shape.of(Dim.of(op.size())), Formats.F64);
    double[] signs = new double[(int) op.size()];
    for (int i = 0; i < signs.length; i++) {
      double[] unit = new double[signs.length];
      unit[i] = 1;
      signs[i] = Math.signum(
          new Hadamard(0, op.size(), op.seed()).eval(List.of(Tensor.of(type, unit)), type).elements()[0]);
    }
    return signs;
  }
}
