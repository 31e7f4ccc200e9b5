package nibble.ir.op;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import nibble.ir.TensorType;
import nibble.ir.bound.ErrorModel;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.format.IntegerFormat;
import nibble.ir.format.NumberFormat;
import nibble.ir.format.Philox;
import nibble.ir.format.Rounding;
import nibble.ir.layout.Granularities;
import nibble.ir.layout.ScaleLayout;

/** Every op by its definition, one element after another: what the ops are compared with. */
final class NaiveOps {
  /**
   * What an op gives.
   *
   * @param values expected elements
   * @param tolerance how far from them another order of the same f64 operations may lead; 0 where there is one order
   *     only
   */
  record Expected(double[] values, double[] tolerance) {
    static Expected exactly(double... values) {
      return new Expected(values, new double[values.length]);
    }
  }

  /** Computes an element from its index. */
  private interface Element {
    double at(int[] index);
  }

  private NaiveOps() {}

  private static Tensor scales(Scales op, List<Tensor> operands, TensorType result) {
    double[] amax = Arrays.stream(operands.getFirst().elements()).map(Math::abs).toArray();
    ScaleLayout layout = new ScaleLayout(
        new Granularities.PerTensor(), result.format(), op.rule(), result.scale(), Optional.empty());
    double largest = op.zero().isPresent() ? op.elements().max() - op.elements().min() : op.elements().symmetricMax();
    double most = largest * op.inner().map(NumberFormat::max).orElse(1.0);
    NumberFormat last = op.inner().orElse(op.elements());
    return operands.size() == 2
        ? NaiveScales.inner(amax, result, layout, most, last, operands.get(1))
        : NaiveScales.of(amax, result, layout, most, last);
  }

  static Expected eval(TensorOp op, List<Tensor> operands, TensorType result) {
    int[] extents = result.shape().extents();
    return switch (op) {
      case UnaryOp unary -> map(extents, index -> unary(unary, operands.getFirst(), index));
      case BinaryOp binary -> map(extents, index -> binary(binary, operands, result, index));
      case ReduceOp reduce -> reduce(reduce, operands.getFirst(), result);
      case MatMul matmul -> matmul(matmul, operands, result);
      case Members members -> Expected.exactly(NaiveExperts.members(operands.getFirst()));
      case GroupedMatMul grouped -> NaiveExperts.product(grouped, operands, result);
      case Amax amax -> Expected.exactly(
          NaiveScales.largest(Indexed.of(onSide(amax, operands.getFirst())), amax.granularity(), result));
      case RangeOp range -> range(range, operands.getFirst(), result);
      case Scales scales -> Expected.exactly(parts(scales(scales, operands, result)));
      case Quantize quantize -> Expected.exactly(
          parts(new NaiveQuantize(quantize, operands.getFirst(), result).quantize(operands)));
      case Hadamard hadamard -> hadamard(hadamard, operands.getFirst());
      case Prune prune -> Expected.exactly(NaivePrune.eval(prune, operands.getFirst()));
      case SoftThreshold shrinking -> softThreshold(shrinking, operands);
      case Dyadic dyadic -> map(extents, index -> dyadic(dyadic, Indexed.of(operands.getFirst()).get(index)));
      case Requantize requantize -> map(extents, index -> requantize(
          requantize, Indexed.of(operands.get(0)).broadcast(index), Indexed.of(operands.get(1)).broadcast(index),
          Indexed.of(operands.get(2)).broadcast(index)));
      case Compress compress -> Expected.exactly(sameParts(operands.getFirst(), result));
      case Decompress decompress -> Expected.exactly(sameParts(operands.getFirst(), result));
      case CompositeOp composite -> NaiveComposites.eval(composite, operands, result);
      case Select select -> map(extents, index -> Indexed.of(operands.get(0)).broadcast(index) != 0
          ? Indexed.of(operands.get(1)).broadcast(index)
          : Indexed.of(operands.get(2)).broadcast(index));
      case Either either -> Expected.exactly(operands.get(Indexed.of(operands.get(0)).get() != 0 ? 1 : 2).elements());
      case Cast cast -> map(extents, index -> cast(cast.to(), Indexed.of(operands.getFirst()).get(index)));
      case Dequantize dequantize -> Expected.exactly(Indexed.values(operands.getFirst()).elements());
      case Constant constant -> map(extents, index -> constant.values()
          .get(constant.values().size() == 1 ? 0 : new Indexed(extents, new double[0]).position(index)));
      case Iota iota -> map(extents, index -> index[0]);
      case Reshape reshape -> Expected.exactly(operands.getFirst().elements());
      case Transpose transpose -> map(extents, index -> {
        int[] source = new int[index.length];
        for (int axis = 0; axis < index.length; axis++) {
          source[transpose.axes().get(axis)] = index[axis];
        }
        return Indexed.of(operands.getFirst()).get(source);
      });
      case BroadcastTo broadcast -> map(extents, index -> Indexed.of(operands.getFirst()).broadcast(index));
      case Slice slice -> map(extents, index -> {
        int[] source = index.clone();
        source[slice.axis()] = (int) (slice.from().constant() + index[slice.axis()] * slice.step());
        return Indexed.of(operands.getFirst()).get(source);
      });
      case Concat concat -> map(extents, index -> concat(concat.axis(), operands, index));
      case Gather gather -> map(extents, index -> gather(gather.axis(), operands, index));
      default -> throw new IllegalArgumentException(op.name());
    };
  }

  private static Tensor onSide(Amax amax, Tensor x) {
    double sign = amax.side().filter(Amax.Side.BELOW::equals).isPresent() ? -1 : 1;
    return amax.side().isEmpty() ? x : Tensor.generate(x.type(), i -> {
      double element = sign * x.elements()[i];
      return element > 0 || Double.isNaN(element) ? element : 0;
    });
  }

  /** By trial of all shifts: the largest with which the multiplier has 31 bits. */
  private static double dyadic(Dyadic op, double factor) {
    BigDecimal limit = BigDecimal.TWO.pow(31);
    boolean isPositive = factor > 0;
    int shift = 62;
    BigDecimal multiplier = BigDecimal.ZERO;
    for (; isPositive && shift >= 1; shift--) {
      multiplier = Double.isInfinite(factor) ? limit : new BigDecimal(factor).multiply(BigDecimal.TWO.pow(shift))
          .setScale(0, RoundingMode.HALF_EVEN);
      if (multiplier.compareTo(limit) < 0) {
        break;
      }
    }
    boolean isTooLarge = shift == 0;
    if (op.part() == Dyadic.Part.SHIFT) {
      return Math.max(1, shift);
    }
    return isTooLarge ? Integer.MAX_VALUE : multiplier.doubleValue();
  }

  private static double requantize(Requantize op, double number, double multiplier, double shift) {
    BigDecimal product = BigDecimal.valueOf(Math.max(number, -Integer.MAX_VALUE))
        .multiply(BigDecimal.valueOf(Math.max(multiplier, 0)))
        .divide(BigDecimal.TWO.pow((int) Math.min(Math.max(shift, 1), 62)))
        .setScale(0, RoundingMode.HALF_UP);
    return product.max(BigDecimal.valueOf(op.to().min())).min(BigDecimal.valueOf(op.to().max())).doubleValue();
  }

  private static Expected map(int[] extents, Element element) {
    return Expected.exactly(Indexed.indices(extents).stream().mapToDouble(element::at).toArray());
  }

  private static double unary(UnaryOp op, Tensor operand, int[] index) {
    DoubleUnaryOperator function = switch (op) {
      case Abs abs -> x -> x <= 0 ? 0 - x : x;
      case Neg neg -> x -> -x;
      case Relu relu -> x -> x > 0 || x != x ? x : 0;
      case Not not -> x -> x == 0 ? 1 : 0;
      case Exp exp -> Math::exp;
      case Log log -> Math::log;
      case Sqrt sqrt -> Math::sqrt;
      case Rsqrt rsqrt -> x -> 1 / Math.sqrt(x);
      case Reciprocal reciprocal -> x -> 1 / x;
      case Tanh tanh -> Math::tanh;
      case Erf erf -> Erf::erf;
      case Erfc erfc -> Erf::erfc;
      case Sin sin -> Math::sin;
      case Cos cos -> Math::cos;
      case Floor floor -> Math::floor;
      case Ceil ceil -> Math::ceil;
      case Round round -> Math::rint;
      default -> throw new IllegalArgumentException(op.name());
    };
    double y = function.applyAsDouble(Indexed.of(operand).get(index));
    NumberFormat format = operand.type().format();
    return format instanceof IntegerFormat integers ? wrap(integers, BigInteger.valueOf((long) y)) : y;
  }

  private static double binary(BinaryOp op, List<Tensor> operands, TensorType result, int[] index) {
    double a = Indexed.of(operands.get(0)).broadcast(index);
    double b = Indexed.of(operands.get(1)).broadcast(index);
    if (operands.getFirst().type().format() instanceof IntegerFormat && op.isArithmetic()) {
      return wrap((IntegerFormat) result.format(), integers(op, exact(a), exact(b)));
    }
    DoubleBinaryOperator function = switch (op) {
      case Add add -> (x, y) -> x + y;
      case Sub sub -> (x, y) -> x - y;
      case Mul mul -> (x, y) -> x * y;
      case Div div -> (x, y) -> x / y;
      case Remainder remainder -> (x, y) -> x % y;
      case Pow pow -> Math::pow;
      case Minimum minimum -> (x, y) -> x != x || y != y ? Double.NaN : x < y ? x : y < x ? y : Math.min(x, y);
      case Maximum maximum -> (x, y) -> x != x || y != y ? Double.NaN : x > y ? x : y > x ? y : Math.max(x, y);
      case And and -> (x, y) -> x != 0 && y != 0 ? 1 : 0;
      case Or or -> (x, y) -> x != 0 || y != 0 ? 1 : 0;
      case Compare compare -> (x, y) -> compare(compare.kind(), x, y) ? 1 : 0;
      default -> throw new IllegalArgumentException(op.name());
    };
    return function.applyAsDouble(a, b);
  }

  private static boolean compare(Compare.Kind kind, double x, double y) {
    boolean ordered = x == x && y == y;
    return switch (kind) {
      case EQ -> ordered && !(x < y) && !(x > y);
      case NE -> !ordered || x < y || x > y;
      case LT -> x < y;
      case LE -> ordered && !(x > y);
      case GT -> x > y;
      case GE -> ordered && !(x < y);
    };
  }

  private static BigInteger integers(BinaryOp op, BigInteger a, BigInteger b) {
    boolean byZero = b.signum() == 0;
    return switch (op) {
      case Add add -> a.add(b);
      case Sub sub -> a.subtract(b);
      case Mul mul -> a.multiply(b);
      case Div div -> byZero ? BigInteger.ONE.negate() : a.divide(b);
      case Remainder remainder -> byZero ? a : a.remainder(b);
      default -> throw new IllegalArgumentException(op.name());
    };
  }

  private static BigInteger exact(double integer) {
    return BigInteger.valueOf((long) integer);
  }

  private static double wrap(IntegerFormat format, BigInteger value) {
    BigInteger modulus = BigInteger.ONE.shiftLeft(format.bits());
    BigInteger low = value.mod(modulus);
    boolean negative = format.signed() && low.testBit(format.bits() - 1);
    return (negative ? low.subtract(modulus) : low).doubleValue();
  }

  private static double cast(NumberFormat to, double x) {
    if (to.equals(Formats.BOOL)) {
      return x != 0 ? 1 : 0;
    }
    if (to.isFloat()) {
      return x;
    }
    double truncated = x < 0 ? Math.ceil(x) : Math.floor(x);
    return x != x ? 0 : Math.min(to.max(), Math.max(to.min(), truncated)) + 0.0;
  }

  private static double concat(int axis, List<Tensor> operands, int[] index) {
    int[] source = index.clone();
    for (Tensor operand : operands) {
      if (source[axis] < operand.extents()[axis]) {
        return Indexed.of(operand).get(source);
      }
      source[axis] -= operand.extents()[axis];
    }
    throw new IndexOutOfBoundsException(Arrays.toString(index));
  }

  private static double gather(int axis, List<Tensor> operands, int[] index) {
    Indexed table = Indexed.of(operands.get(0));
    Indexed indices = Indexed.of(operands.get(1));
    int rank = indices.extents().length;
    int[] source = new int[table.extents().length];
    for (int i = 0; i < source.length; i++) {
      source[i] = i < axis ? index[i] : i > axis ? index[i - 1 + rank] : 0;
    }
    source[axis] = (int) indices.get(Arrays.copyOfRange(index, axis, axis + rank));
    return table.get(source);
  }

  private static Expected reduce(ReduceOp op, Tensor operand, TensorType result) {
    int[] extents = operand.extents();
    Indexed source = Indexed.of(operand);
    List<List<Double>> fibres = new ArrayList<>();
    int size = (int) result.shape().size().constant();
    for (int i = 0; i < size; i++) {
      fibres.add(new ArrayList<>());
    }
    int[] kept = extents.clone();
    op.axes().forEach(axis -> kept[axis] = 1);
    for (int[] index : Indexed.indices(extents)) {
      int[] target = index.clone();
      op.axes().forEach(axis -> target[axis] = 0);
      fibres.get(new Indexed(kept, new double[0]).position(target)).add(source.get(index));
    }
    double[] values = new double[size];
    double[] tolerance = new double[size];
    for (int i = 0; i < size; i++) {
      List<Double> fibre = fibres.get(i);
      values[i] = reduced(op, fibre, operand.type().format());
      double magnitudes = fibre.stream().mapToDouble(Math::abs).sum();
      boolean adds = operand.type().format().isFloat() && (op instanceof ReduceSum || op instanceof ReduceMean);
      double length = op instanceof ReduceMean ? fibre.size() : 1;
      tolerance[i] = adds ? ErrorModel.gamma(2.0 * fibre.size() + 2, 0x1p-53) * magnitudes / length : 0;
    }
    return new Expected(values, tolerance);
  }

  private static double reduced(ReduceOp op, List<Double> fibre, NumberFormat format) {
    return switch (op) {
      case ReduceSum sum when format instanceof IntegerFormat integers ->
          wrap(integers, fibre.stream().map(NaiveOps::exact).reduce(BigInteger.ZERO, BigInteger::add));
      case ReduceSum sum -> sum(fibre);
      case ReduceMean mean -> sum(fibre) / fibre.size();
      case ReduceMax max -> fibre.stream().reduce(
          format.isFloat() ? Double.NEGATIVE_INFINITY : Double.valueOf(format.min()), Math::max);
      case ReduceMin min -> fibre.stream().reduce(
          format.isFloat() ? Double.POSITIVE_INFINITY : Double.valueOf(format.max()), Math::min);
      default -> throw new IllegalArgumentException(op.name());
    };
  }

  private static double sum(List<Double> terms) {
    double sum = 0;
    for (double term : terms) {
      sum += term;
    }
    return sum;
  }

  private static Expected matmul(MatMul op, List<Tensor> operands, TensorType result) {
    Indexed a = Indexed.values(operands.get(0));
    Indexed b = Indexed.values(operands.get(1));
    int rank = result.rank();
    int length = a.extents()[a.extents().length - 1];
    double[] values = new double[(int) result.shape().size().constant()];
    double[] tolerance = new double[values.length];
    int at = 0;
    for (int[] index : Indexed.indices(result.shape().extents())) {
      double magnitudes = 0;
      for (int k = 0; k < length; k++) {
        double product = matrix(a, index, index[rank - 2], k)
            * (op.transposeB() ? matrix(b, index, index[rank - 1], k) : matrix(b, index, k, index[rank - 1]));
        values[at] += product;
        magnitudes += Math.abs(product);
      }
      tolerance[at++] = ErrorModel.gamma(2.0 * length, 0x1p-53) * magnitudes;
    }
    return new Expected(values, tolerance);
  }

  /** The element of the last two axes, broadcast over the leading ones. */
  private static double matrix(Indexed matrix, int[] result, int row, int column) {
    int[] index = new int[matrix.extents().length];
    int missing = result.length - index.length;
    for (int axis = 0; axis < index.length - 2; axis++) {
      index[axis] = matrix.extents()[axis] == 1 ? 0 : result[missing + axis];
    }
    index[index.length - 2] = row;
    index[index.length - 1] = column;
    return matrix.get(index);
  }

  /** All arrays of a tensor, one behind the other. */
  static double[] parts(Tensor tensor) {
    return tensor.parts().values().stream().flatMapToDouble(Arrays::stream).toArray();
  }

  /** The arrays of the same elements and scales under another type. */
  private static double[] sameParts(Tensor operand, TensorType result) {
    return parts(new Tensor(result, operand.elements(), operand.scaleTensor(), operand.zeros(), operand.residual()));
  }

  private static Expected range(RangeOp op, Tensor operand, TensorType result) {
    Indexed x = Indexed.of(operand);
    Indexed grid = new Indexed(result.shape().extents(), new double[(int) result.shape().size().constant()]);
    List<List<Double>> boxes = new ArrayList<>();
    for (int box = 0; box < grid.elements().length; box++) {
      boxes.add(new ArrayList<>());
    }
    for (int[] index : Indexed.indices(x.extents())) {
      boxes.get(grid.position(Indexed.box(op.granularity(), index))).add(Math.abs(x.get(index)));
    }
    return Expected.exactly(boxes.stream().mapToDouble(box -> switch (op) {
      case Percentile percentile -> percentile(percentile.share(), box);
      case MseRange search -> mseRange(search, box);
      default -> throw new IllegalArgumentException(op.name());
    }).toArray());
  }

  /** The least magnitude that is not exceeded by so many. */
  private static double percentile(double share, List<Double> box) {
    if (box.stream().anyMatch(x -> x.isNaN())) {
      return Double.NaN;
    }
    return box.stream().filter(x -> box.stream().filter(y -> y <= x).count() >= share * box.size())
        .min(Double::compare).orElse(0.0);
  }

  private static double mseRange(MseRange search, List<Double> box) {
    double amax = box.stream().reduce(0.0, (a, b) -> a.isNaN() || b.isNaN() ? Double.NaN : Math.max(a, b));
    if (amax == 0 || !Double.isFinite(amax)) {
      return amax;
    }
    double best = amax;
    double least = Double.POSITIVE_INFINITY;
    double most = search.elements().symmetricMax();
    for (int k = search.steps(); k >= 1; k--) {
      double scale = amax * k / search.steps() / most;
      double loss = sum(box.reversed().stream().map(x -> {
        double error = x - Math.min(most, round(search.elements(), x / scale)) * scale;
        return error * error;
      }).toList());
      best = loss < least ? amax * k / search.steps() : best;
      least = Math.min(least, loss);
    }
    return best;
  }

  /** Every row of the matrix times every block. */
  private static Expected hadamard(Hadamard op, Tensor operand) {
    Indexed x = Indexed.of(operand);
    int size = (int) op.size();
    double[] values = new double[operand.size()];
    double[] tolerance = new double[values.length];
    int at = 0;
    for (int[] index : Indexed.indices(x.extents())) {
      int row = index[op.axis()] % size;
      double magnitudes = 0;
      for (int column = 0; column < size; column++) {
        int[] source = index.clone();
        source[op.axis()] += column - row;
        double random = op.seed().isPresent() && Philox.word(op.seed().get(), 0, column, 2) < 0 ? -1 : 1;
        double sign = Integer.bitCount(row & column) % 2 == 0 ? random : -random;
        values[at] += sign * x.get(source) / Math.sqrt(size);
        magnitudes += Math.abs(x.get(source)) / Math.sqrt(size);
      }
      tolerance[at++] = ErrorModel.gamma(2.0 * size + 4, 0x1p-53) * magnitudes + size * Double.MIN_VALUE;
    }
    return new Expected(values, tolerance);
  }

  static double round(NumberFormat format, double value) {
    return format.decode(format.encode(value, Rounding.NEAREST_EVEN));
  }

  /** Each element less the second smallest magnitude of its four, towards 0. */
  private static Expected softThreshold(SoftThreshold op, List<Tensor> operands) {
    Indexed x = Indexed.of(operands.getFirst());
    double factor = operands.size() == 2 ? operands.get(1).elements()[0] : 1;
    return map(operands.getFirst().extents(), index -> {
      double[] magnitudes = new double[4];
      for (int i = 0; i < 4; i++) {
        int[] other = index.clone();
        other[op.axis()] = index[op.axis()] / 4 * 4 + i;
        magnitudes[i] = Math.abs(x.get(other));
      }
      double threshold = Arrays.stream(magnitudes).sorted().skip(1).findFirst().orElseThrow();
      double value = x.get(index);
      return factor * (Math.abs(value) <= threshold ? Math.copySign(0, value)
          : value - Math.copySign(threshold, value));
    });
  }
}
