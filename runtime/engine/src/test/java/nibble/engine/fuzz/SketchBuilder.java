package nibble.engine.fuzz;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import nibble.ir.BlockBuilder;
import nibble.ir.Function;
import nibble.ir.Location;
import nibble.ir.Module;
import nibble.ir.Op;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.format.Rounding;
import nibble.ir.layout.Granularities.PerAxis;
import nibble.ir.layout.Granularities.PerBlock;
import nibble.ir.layout.Granularities.PerGroup;
import nibble.ir.layout.Granularities.PerTensor;
import nibble.ir.layout.Granularities.PerToken;
import nibble.ir.layout.Granularity;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.op.Abs;
import nibble.ir.op.Add;
import nibble.ir.op.And;
import nibble.ir.op.BroadcastTo;
import nibble.ir.op.Cast;
import nibble.ir.op.Ceil;
import nibble.ir.op.Compare;
import nibble.ir.op.Concat;
import nibble.ir.op.Constant;
import nibble.ir.op.Cos;
import nibble.ir.op.Dequantize;
import nibble.ir.op.Div;
import nibble.ir.op.Erf;
import nibble.ir.op.Exp;
import nibble.ir.op.Floor;
import nibble.ir.op.Gather;
import nibble.ir.op.Gelu;
import nibble.ir.op.Iota;
import nibble.ir.op.LayerNorm;
import nibble.ir.op.Log;
import nibble.ir.op.MatMul;
import nibble.ir.op.Maximum;
import nibble.ir.op.Minimum;
import nibble.ir.op.Mul;
import nibble.ir.op.Neg;
import nibble.ir.op.Not;
import nibble.ir.op.Or;
import nibble.ir.op.Pow;
import nibble.ir.op.Quantize;
import nibble.ir.op.Reciprocal;
import nibble.ir.op.ReduceMax;
import nibble.ir.op.ReduceMean;
import nibble.ir.op.ReduceMin;
import nibble.ir.op.ReduceSum;
import nibble.ir.op.Relu;
import nibble.ir.op.Remainder;
import nibble.ir.op.Reshape;
import nibble.ir.op.RmsNorm;
import nibble.ir.op.Round;
import nibble.ir.op.Rsqrt;
import nibble.ir.op.Select;
import nibble.ir.op.Sigmoid;
import nibble.ir.op.Silu;
import nibble.ir.op.Sin;
import nibble.ir.op.Slice;
import nibble.ir.op.Softmax;
import nibble.ir.op.Sqrt;
import nibble.ir.op.Sub;
import nibble.ir.op.Tanh;
import nibble.ir.op.Transpose;
import nibble.ir.op.Weight;
import nibble.ir.shape.Broadcast;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;
import nibble.ir.shape.SymbolBounds;

/** Makes the module that a sketch stands for. */
final class SketchBuilder {
  private static final Dim B = Dim.symbol("B");
  private static final Dim S = Dim.symbol("S");
  private static final List<Integer> EXTENTS = List.of(4, 1, 8, 3, 16, 33, 64, 17, 32, 65, 128, 130, 100, 384);
  private static final List<NumberFormat> FLOATS = List.of(Formats.F32, Formats.F16, Formats.BF16);
  private static final List<NumberFormat> NARROW =
      List.of(Formats.F32, Formats.F16, Formats.BF16, Formats.I32, Formats.I8, Formats.U8, Formats.I16, Formats.BOOL);
  private static final List<Double> NUMBERS = List.of(1.0, 0.0, -1.0, 2.0, 0.5, 0.1, -3.0, 100.0);
  private static final long MOST_ELEMENTS = 60_000;

  private final Sketch sketch;
  private final Map<String, Long> sizes;
  private final BlockBuilder builder = new BlockBuilder();
  private final List<Value> pool = new ArrayList<>();
  private final List<Value> scaled = new ArrayList<>();
  private int weights;

  private SketchBuilder(Sketch sketch) {
    this.sketch = sketch;
    this.sizes = sketch.sizes();
  }

  static Module build(Sketch sketch) {
    return new SketchBuilder(sketch).module();
  }

  private Module module() {
    Dim width = extent(sketch.width());
    pool.add(builder.argument("n", TensorType.of(Shape.of(B, S), Formats.I32)));
    pool.add(builder.argument("y", TensorType.of(Shape.of(B, width), Formats.F32)));
    pool.add(builder.argument("x", TensorType.of(Shape.of(B, S, width), Formats.F32)));
    for (int i = 0; i < sketch.steps().size(); i++) {
      builder.at(Location.of("sketch.nib", i + 1, 1));
      append(sketch.steps().get(i));
    }
    List<Value> results = new ArrayList<>(List.of(last(0)));
    for (int i = 1; i < sketch.results(); i++) {
      Value result = last(i * i);
      if (!results.contains(result)) {
        results.add(result);
      }
    }
    if (sketch.results() > 2 && !scaled.isEmpty()) {
      results.add(scaled.getLast());
    }
    Function main = new Function("main", builder.build(results), Location.UNKNOWN);
    SymbolBounds rows = sketch.aligned() ? new SymbolBounds("S", 8, 8) : SymbolBounds.of("S");
    return Module.of("sketch", List.of(SymbolBounds.of("B"), rows), List.of(main));
  }

  private Value last(int back) {
    return pool.get(Math.max(0, pool.size() - 1 - back));
  }

  private static Dim extent(int choice) {
    return Dim.of(choose(EXTENTS, choice));
  }

  private static <T> T choose(List<? extends T> list, int choice) {
    return list.get(Math.floorMod(choice, list.size()));
  }

  /** A value that fits; 0 chooses the latest. */
  private Optional<Value> pick(int choice, Predicate<TensorType> fits) {
    List<Value> fitting = pool.stream().filter(value -> fits.test(value.tensorType())).toList();
    return fitting.isEmpty()
        ? Optional.empty()
        : Optional.of(fitting.get(fitting.size() - 1 - Math.floorMod(choice, fitting.size())));
  }

  private static boolean isFloat(TensorType type) {
    return type.format().isFloat();
  }

  private static boolean isNumber(TensorType type) {
    return !type.format().equals(Formats.BOOL);
  }

  private static boolean isInteger(TensorType type) {
    return type.format().isInteger() && isNumber(type);
  }

  /** Appends an operation, if its result is small enough. */
  private void add(Op op, Value... operands) {
    Value result = builder.add(op, operands);
    if (result.tensorType().shape().size().evaluate(sizes) <= MOST_ELEMENTS) {
      pool.add(result);
    }
  }

  private Value weight(TensorType type) {
    return builder.add(new Weight("w" + weights++, type));
  }

  private Value scalar(double value, NumberFormat format) {
    double number = format.isInteger() ? Math.max(format.min(), Math.rint(value)) : value;
    return builder.add(Constant.splat(number, TensorType.scalar(format)));
  }

  private void append(Step step) {
    int a = step.a();
    int b = step.b();
    int c = step.c();
    switch (step.kind()) {
      case UNARY -> pick(a, SketchBuilder::isFloat).ifPresent(x -> unary(x, b));
      case BINARY -> pick(a, SketchBuilder::isFloat).ifPresent(x -> binary(FLOAT_BINARY, x, b, c));
      case REDUCE -> pick(a, type -> isNumber(type) && type.rank() > 0).ifPresent(x -> reduce(x, b, c));
      case PRODUCT -> pick(a, type -> isFloat(type) && type.rank() > 1).ifPresent(x -> product(x, b, c));
      case CAST -> pick(a, type -> true).ifPresent(x -> add(new Cast(choose(NARROW, b + 1)), x));
      case TRANSPOSE -> pick(a, type -> type.rank() > 1).ifPresent(x -> transpose(x, b));
      case RESHAPE -> pick(a, type -> true).ifPresent(x -> reshape(x, b));
      case SLICE -> pick(a, type -> type.rank() > 0).ifPresent(x -> slice(x, b, c));
      case BROADCAST -> pick(a, type -> true).ifPresent(x -> broadcast(x, b));
      case CONCAT -> pick(a, type -> type.rank() > 0).ifPresent(x -> concat(x, b, c));
      case COMPARE -> pick(a, type -> true).ifPresent(x -> compare(x, b, c));
      case SELECT -> pick(a, type -> true).ifPresent(x -> select(x, b, c));
      case LOGIC -> pick(a, type -> type.format().equals(Formats.BOOL)).ifPresent(x -> logic(x, b, c));
      case INTEGER -> pick(a, SketchBuilder::isInteger).ifPresent(x -> integer(x, b, c));
      case GATHER -> pick(a, type -> type.rank() > 0).ifPresent(x -> gather(x, b, c));
      case CONSTANT -> pool.add(builder.add(constant(a, b, c)));
      case IOTA -> pool.add(builder.add(new Iota(choose(List.of(S, B, extent(a)), b))));
      case COMPOSITE -> pick(a, type -> isFloat(type) && type.rank() > 0).ifPresent(x -> composite(x, b));
      case QUANTIZE -> pick(a, type -> isFloat(type) && type.rank() > 0).ifPresent(x -> quantize(x, b, c));
      case QUANTIZED_PRODUCT ->
          pick(a, type -> isFloat(type) && type.rank() > 1).ifPresent(x -> quantizedProduct(x, b, c));
      case BATCH_PRODUCT -> pick(a, type -> isFloat(type) && type.rank() > 1).ifPresent(x -> batchProduct(x, b, c));
    }
  }

  private void unary(Value x, int choice) {
    Op op = choose(List.of(
        new Neg(), new Abs(), new Relu(), new Exp(), new Tanh(), new Erf(), new Round(), new Floor(), new Ceil(),
        new Sin(), new Cos(), new Sqrt(), new Rsqrt(), new Log(), new Reciprocal()), choice);
    boolean positive = op instanceof Sqrt || op instanceof Rsqrt || op instanceof Log || op instanceof Reciprocal;
    add(op, positive ? positive(x) : x);
  }

  /** Moved away from 0, where the functions have poles. */
  private Value positive(Value x) {
    return builder.add(new Add(), builder.add(new Abs(), x), scalar(0.25, x.tensorType().format()));
  }

  private static final List<Op> FLOAT_BINARY = List.of(
      new Add(), new Mul(), new Sub(), new Maximum(), new Minimum(), new Div(), new Pow(), new Remainder());

  private void binary(List<Op> ops, Value x, int b, int c) {
    Op op = choose(ops, c);
    Value other = partner(x, b);
    if (op instanceof Div || op instanceof Remainder) {
      other = isFloat(other.tensorType()) ? positive(other) : builder.add(new Maximum(), other, scalar(1, other.tensorType().format()));
    }
    if (op instanceof Pow) {
      add(op, positive(x), other);
    } else if (c / ops.size() % 2 == 0) {
      add(op, x, other);
    } else {
      add(op, other, x);
    }
  }

  /** Something of the same format that broadcasts with it: a value, a weight, a number. */
  private Value partner(Value x, int choice) {
    TensorType type = x.tensorType();
    List<Value> fitting = pool.stream()
        .filter(value -> value.tensorType().format().equals(type.format())
            && Broadcast.common(value.tensorType().shape(), type.shape()).isPresent())
        .toList();
    int kind = Math.floorMod(choice, fitting.size() + 2);
    if (kind < fitting.size()) {
      return fitting.get(fitting.size() - 1 - kind);
    }
    boolean vector = kind == fitting.size() && type.rank() > 0 && type.shape().last().isConstant() && isFloat(type);
    return vector
        ? weight(TensorType.of(Shape.of(type.shape().last()), type.format()))
        : scalar(type.format().equals(Formats.BOOL) ? choice & 1 : choose(NUMBERS, choice), type.format());
  }

  private void reduce(Value x, int b, int c) {
    int rank = x.tensorType().rank();
    int mask = 1 + Math.floorMod(b, (1 << rank) - 1);
    // The last axis first.
    ImmutableList<Integer> axes = IntStream.range(0, rank)
        .filter(axis -> (mask >> (rank - 1 - axis) & 1) == 1).boxed().collect(ImmutableList.toImmutableList());
    boolean keep = c / 4 % 2 == 0;
    List<Op> ops = List.of(
        new ReduceSum(axes, keep), new ReduceMax(axes, keep), new ReduceMean(axes, keep), new ReduceMin(axes, keep));
    Op op = choose(ops, c);
    add(op instanceof ReduceMean && !isFloat(x.tensorType()) ? ops.getFirst() : op, x);
  }

  private void product(Value x, int b, int c) {
    TensorType type = x.tensorType();
    if (!type.shape().last().isConstant()) {
      return;
    }
    NumberFormat operands = choose(FLOATS, c);
    boolean transposed = c / 3 % 2 == 1;
    Dim inner = type.shape().last();
    Dim outer = extent(b);
    Shape shape = transposed ? Shape.of(outer, inner) : Shape.of(inner, outer);
    Value left = operands.equals(type.format()) ? x : builder.add(new Cast(operands), x);
    NumberFormat to = choose(FLOATS, c / 6);
    add(new MatMul(transposed, to), left, weight(TensorType.of(shape, operands)));
  }

  private void batchProduct(Value x, int b, int c) {
    TensorType type = x.tensorType();
    boolean transposed = c % 2 == 0;
    Optional<Value> right = pick(b, other -> other.format().equals(type.format()) && other.rank() > 1
        && other.shape().dim(transposed ? -1 : -2).equals(type.shape().last())
        && Broadcast.common(other.shape().slice(0, other.rank() - 2), type.shape().slice(0, type.rank() - 2)).isPresent());
    right.ifPresent(value -> add(new MatMul(transposed, choose(FLOATS, c / 2)), x, value));
  }

  private void transpose(Value x, int choice) {
    int rank = x.tensorType().rank();
    List<Integer> axes = new ArrayList<>(IntStream.range(0, rank).boxed().toList());
    int one = rank - 1 - Math.floorMod(choice, rank);
    int other = Math.floorMod(one - 1 - Math.floorMod(choice / rank, rank - 1), rank);
    axes.set(one, other);
    axes.set(other, one);
    add(new Transpose(ImmutableList.copyOf(axes)), x);
  }

  private void reshape(Value x, int choice) {
    Shape shape = x.tensorType().shape();
    int rank = shape.rank();
    List<Dim> dims = new ArrayList<>(shape.dims());
    switch (Math.floorMod(choice, 4)) {
      case 0 -> dims = new ArrayList<>(List.of(shape.size()));
      case 1 -> dims.add(Math.floorMod(choice / 4, rank + 1), Dim.ONE);
      case 2 -> {
        for (int axis = 0; axis < rank; axis++) {
          if (dims.get(axis).isConstant() && dims.get(axis).constant() % 4 == 0) {
            Dim rest = Dim.of(dims.get(axis).constant() / 4);
            dims.set(axis, Dim.of(4));
            dims.add(choice / 4 % 2 == 0 ? axis : axis + 1, rest);
            break;
          }
        }
      }
      default -> {
        if (rank > 1) {
          int axis = Math.floorMod(choice / 4, rank - 1);
          dims.set(axis, dims.get(axis).times(dims.remove(axis + 1)));
        }
      }
    }
    add(new Reshape(Shape.of(dims)), x);
  }

  private void slice(Value x, int b, int c) {
    Shape shape = x.tensorType().shape();
    int axis = shape.rank() - 1 - Math.floorMod(b, shape.rank());
    Dim extent = shape.dim(axis);
    long least = extent.evaluate(sizes);
    long step = 1 + c % 3;
    long from = Math.floorMod(c / 3, (int) least);
    boolean toEnd = c % 2 == 0;
    Dim to = toEnd ? extent : Dim.of(Math.min(least, from + 1 + c / 5));
    add(new Slice(axis, Dim.of(from), to, step), x);
  }

  private void broadcast(Value x, int choice) {
    Shape shape = x.tensorType().shape();
    List<Dim> dims = new ArrayList<>();
    for (Dim dim : shape.dims()) {
      dims.add(dim.is(1) ? choose(List.of(Dim.of(4), B, S, Dim.of(3)), choice) : dim);
    }
    if (dims.equals(shape.dims())) {
      dims.addFirst(choose(List.of(Dim.of(2), B, S), choice));
    }
    add(new BroadcastTo(Shape.of(dims)), x);
  }

  private void concat(Value x, int b, int c) {
    int rank = x.tensorType().rank();
    int axis = rank - 1 - Math.floorMod(b, rank);
    Optional<Value> other = pick(c, type -> type.format().equals(x.tensorType().format()) && type.rank() == rank
        && type.shape().with(axis, Dim.ONE).equals(x.tensorType().shape().with(axis, Dim.ONE)));
    add(new Concat(axis), c % 5 == 4 ? new Value[] {x, other.orElse(x), x} : new Value[] {x, other.orElse(x)});
  }

  private void compare(Value x, int b, int c) {
    Op op = new Compare(choose(List.of(
        Compare.Kind.LT, Compare.Kind.GE, Compare.Kind.EQ, Compare.Kind.NE, Compare.Kind.LE, Compare.Kind.GT), c));
    add(op, x, partner(x, b));
  }

  private void select(Value x, int b, int c) {
    Value other = partner(x, b);
    Shape shape = Broadcast.common(x.tensorType().shape(), other.tensorType().shape()).orElseThrow();
    pick(c, type -> type.format().equals(Formats.BOOL) && Broadcast.common(type.shape(), shape).isPresent())
        .ifPresent(condition -> add(new Select(), condition, x, other));
  }

  private void logic(Value x, int b, int c) {
    Op op = choose(List.of(new Not(), new And(), new Or(), new Maximum(), new Minimum()), c);
    if (op instanceof Not) {
      add(op, x);
    } else {
      add(op, x, partner(x, b));
    }
  }

  private void integer(Value x, int b, int c) {
    List<Op> binary = List.of(
        new Add(), new Mul(), new Sub(), new Maximum(), new Minimum(), new Remainder());
    int ops = binary.size() + 2;
    if (Math.floorMod(c, ops) < binary.size()) {
      binary(binary, x, b, Math.floorMod(c, ops) + binary.size() * (c / ops));
    } else {
      add(choose(List.of(new Neg(), new Abs()), c), x);
    }
  }

  private void gather(Value table, int b, int c) {
    int rank = table.tensorType().rank();
    int axis = Math.floorMod(b, rank);
    Optional<Value> indices = pick(c, type -> type.format().equals(Formats.I32) && type.rank() < 3);
    if (indices.isEmpty()) {
      return;
    }
    // Brought into range: |n| mod extent.
    Dim extent = table.tensorType().shape().dim(axis);
    Value bound = scalar(extent.evaluate(sizes), Formats.I32);
    Value remainder = builder.add(new Remainder(), indices.get(), bound);
    add(new Gather(axis), table, builder.add(new Abs(), remainder));
  }

  private Constant constant(int a, int b, int c) {
    NumberFormat format = choose(List.of(Formats.F32, Formats.I32, Formats.F16, Formats.BF16), c);
    Dim extent = extent(a);
    Shape shape = choose(List.of(Shape.of(extent), Shape.SCALAR, Shape.of(B, S, extent), Shape.of(Dim.ONE, extent)), b);
    boolean full = shape.isConstant() && b / 4 % 2 == 0;
    double number = choose(NUMBERS, c / 4);
    ImmutableList.Builder<Double> values = ImmutableList.builder();
    for (int i = 0; i < (full ? shape.size().constant() : 1); i++) {
      double value = number + i % 7 * 0.5;
      values.add(format.isInteger() ? Math.rint(value) : format.round(value));
    }
    return new Constant(values.build(), TensorType.of(shape, format));
  }

  private void composite(Value x, int choice) {
    TensorType type = x.tensorType();
    boolean rows = type.shape().last().isConstant();
    TensorType parameter = rows ? TensorType.of(Shape.of(type.shape().last()), type.format()) : null;
    switch (Math.floorMod(choice, 7)) {
      case 0 -> add(new Softmax(), x);
      case 1 -> {
        if (rows) {
          add(new LayerNorm(1e-5), x, weight(parameter), weight(parameter));
        }
      }
      case 2 -> {
        if (rows) {
          add(new RmsNorm(1e-5), x, weight(parameter));
        }
      }
      case 3 -> add(new Gelu(Gelu.Kind.ERF), x);
      case 4 -> add(new Gelu(Gelu.Kind.TANH), x);
      case 5 -> add(new Silu(), x);
      default -> add(new Sigmoid(), x);
    }
  }

  private void quantize(Value x, int b, int c) {
    TensorType type = x.tensorType();
    int rank = type.rank();
    List<Granularity> granularities = new ArrayList<>(List.of(
        new PerToken(), new PerTensor(), new PerAxis(rank - 1), new PerAxis(0), new PerGroup(8), new PerGroup(32)));
    if (rank > 1) {
      granularities.addAll(List.of(new PerBlock(1, 32), new PerBlock(4, 16), new PerBlock(3, 5)));
    }
    NumberFormat codes = choose(List.of(Formats.I8, Formats.I16), c / 3);
    NumberFormat scales = choose(List.of(Formats.F32, Formats.F16, Formats.BF16), c);
    TensorType result = TensorType.of(type.shape(), codes).withScale(new ScaleLayout(choose(granularities, b), scales));
    Quantize quantize = new Quantize(Rounding.NEAREST_EVEN, result);
    boolean isStatic = c / 18 % 3 == 1;
    Value quantized = isStatic ? builder.add(quantize, x, givenScales(result.scaleType())) : builder.add(quantize, x);
    scaled.add(quantized);
    add(new Dequantize(choose(FLOATS, c / 6)), quantized);
  }

  private Value givenScales(TensorType type) {
    return type.shape().isConstant()
        ? positive(weight(type)) : builder.add(Constant.splat(0.0625, type));
  }

  private void quantizedProduct(Value x, int b, int c) {
    TensorType type = x.tensorType();
    if (!type.shape().last().isConstant()) {
      return;
    }
    Dim inner = type.shape().last();
    Dim outer = extent(b);
    List<Granularity> left = List.of(new PerToken(), new PerTensor(), new PerGroup(32), new PerGroup(64));
    List<Granularity> right = List.of(new PerAxis(1), new PerTensor(), new PerBlock(32, 32), new PerBlock(64, 1));
    TensorType leftType =
        TensorType.of(type.shape(), Formats.I8).withScale(new ScaleLayout(choose(left, c), Formats.F32));
    TensorType rightType = TensorType.of(Shape.of(inner, outer), Formats.I8)
        .withScale(new ScaleLayout(choose(right, c / 4), Formats.F32));
    Value a = builder.add(new Quantize(Rounding.NEAREST_EVEN, leftType), x);
    Value w = weight(TensorType.of(Shape.of(inner, outer), type.format()));
    Value q = builder.add(new Quantize(Rounding.NEAREST_EVEN, rightType), w);
    add(new MatMul(false, choose(FLOATS, c / 16)), a, q);
  }
}
