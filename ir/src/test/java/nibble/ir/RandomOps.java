package nibble.ir;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import nibble.ir.format.FixedRounding;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.format.RoundingMode;
import nibble.ir.format.StochasticRounding;
import nibble.ir.layout.Granularities.PerAxis;
import nibble.ir.layout.Granularity;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.layout.ScaleRules;
import nibble.ir.layout.SparseLayout;
import nibble.ir.layout.SparseLayouts;
import nibble.ir.op.Abs;
import nibble.ir.op.Add;
import nibble.ir.op.Amax;
import nibble.ir.op.And;
import nibble.ir.op.Attention;
import nibble.ir.op.AttentionLse;
import nibble.ir.op.BroadcastTo;
import nibble.ir.op.Cast;
import nibble.ir.op.Ceil;
import nibble.ir.op.Compare;
import nibble.ir.op.Compress;
import nibble.ir.op.Concat;
import nibble.ir.op.Constant;
import nibble.ir.op.Cos;
import nibble.ir.op.Decompress;
import nibble.ir.op.Dequantize;
import nibble.ir.op.Div;
import nibble.ir.op.Dyadic;
import nibble.ir.op.Either;
import nibble.ir.op.Erf;
import nibble.ir.op.Erfc;
import nibble.ir.op.Exp;
import nibble.ir.op.Floor;
import nibble.ir.op.For;
import nibble.ir.op.GatedSum;
import nibble.ir.op.Gather;
import nibble.ir.op.Gelu;
import nibble.ir.op.GroupedMatMul;
import nibble.ir.op.Hadamard;
import nibble.ir.op.Iota;
import nibble.ir.op.Kernel;
import nibble.ir.op.LayerNorm;
import nibble.ir.op.Log;
import nibble.ir.op.MatMul;
import nibble.ir.op.Maximum;
import nibble.ir.op.Members;
import nibble.ir.op.Minimum;
import nibble.ir.op.MseRange;
import nibble.ir.op.Mul;
import nibble.ir.op.Neg;
import nibble.ir.op.Not;
import nibble.ir.op.Or;
import nibble.ir.op.Percentile;
import nibble.ir.op.Pow;
import nibble.ir.op.Prune;
import nibble.ir.op.Quantize;
import nibble.ir.op.Reciprocal;
import nibble.ir.op.ReduceMax;
import nibble.ir.op.ReduceMean;
import nibble.ir.op.ReduceMin;
import nibble.ir.op.ReduceSum;
import nibble.ir.op.Relu;
import nibble.ir.op.Remainder;
import nibble.ir.op.Requantize;
import nibble.ir.op.Reshape;
import nibble.ir.op.RmsNorm;
import nibble.ir.op.Round;
import nibble.ir.op.Rsqrt;
import nibble.ir.op.Scales;
import nibble.ir.op.Select;
import nibble.ir.op.Sigmoid;
import nibble.ir.op.Silu;
import nibble.ir.op.Sin;
import nibble.ir.op.Slice;
import nibble.ir.op.SoftThreshold;
import nibble.ir.op.Softmax;
import nibble.ir.op.Sqrt;
import nibble.ir.op.Sub;
import nibble.ir.op.Tanh;
import nibble.ir.op.Transpose;
import nibble.ir.op.Weight;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/** How to append a well-typed operation of each built-in op to a random block. */
final class RandomOps {
  private static final ImmutableMap<Class<? extends Op>, Consumer<RandomBlock>> MAKERS = makers();

  private RandomOps() {}

  /** The ops that it makes. */
  static ImmutableList<Class<? extends Op>> ops() {
    return MAKERS.keySet().asList();
  }

  static void one(RandomBlock block, Class<? extends Op> op) {
    MAKERS.get(op).accept(block);
  }

  static void any(RandomBlock block) {
    block.types().<Consumer<RandomBlock>>pick(MAKERS.values().asList()).accept(block);
  }

  private static ImmutableMap<Class<? extends Op>, Consumer<RandomBlock>> makers() {
    ImmutableMap.Builder<Class<? extends Op>, Consumer<RandomBlock>> makers = ImmutableMap.builder();
    List<Supplier<Op>> functions = List.of(
        Exp::new, Log::new, Sqrt::new, Rsqrt::new, Reciprocal::new, Tanh::new, Erf::new, Erfc::new, Sin::new, Cos::new,
        Floor::new, Ceil::new, Round::new, Sigmoid::new, Silu::new);
    functions.forEach(op -> makers.put(op.get().getClass(), block -> block.add(op.get(), block.anyFloat(0))));
    List<Supplier<Op>> ofNumbers = List.of(Abs::new, Neg::new, Relu::new);
    ofNumbers.forEach(op -> makers.put(op.get().getClass(), block -> block.add(op.get(), block.anyNumber(0))));
    List<Supplier<Op>> arithmetic = List.of(Add::new, Sub::new, Mul::new, Div::new, Remainder::new);
    arithmetic.forEach(op -> makers.put(op.get().getClass(), block -> binary(block, op.get(), block.anyNumber(0))));
    List<Supplier<Op>> ofAnything = List.of(Minimum::new, Maximum::new);
    ofAnything.forEach(op ->
        makers.put(op.get().getClass(), block -> binary(block, op.get(), block.anyPlain(format -> true, 0))));
    List<Supplier<Op>> ofTruth = List.of(And::new, Or::new);
    ofTruth.forEach(op -> makers.put(op.get().getClass(), block -> binary(block, op.get(), truth(block))));
    return makers
        .put(Pow.class, block -> binary(block, new Pow(), block.anyFloat(0)))
        .put(Not.class, block -> block.add(new Not(), truth(block)))
        .put(Compare.class, block -> binary(
            block, new Compare(block.types().pick(List.of(Compare.Kind.values()))), block.anyPlain(format -> true, 0)))
        .put(Gelu.class, block -> block.add(
            new Gelu(block.types().pick(List.of(Gelu.Kind.values()))), block.anyFloat(0)))
        .put(Cast.class, block -> block.add(new Cast(block.types().format()), block.anyPlain(format -> true, 0)))
        .put(Select.class, RandomOps::select)
        .put(Either.class, RandomOps::either)
        .put(ReduceSum.class, block -> reduce(block, block.anyNumber(1), ReduceSum::new))
        .put(ReduceMean.class, block -> reduce(block, block.anyFloat(1), ReduceMean::new))
        .put(ReduceMax.class, block -> reduce(block, block.anyPlain(format -> true, 1), ReduceMax::new))
        .put(ReduceMin.class, block -> reduce(block, block.anyPlain(format -> true, 1), ReduceMin::new))
        .put(Softmax.class, block -> block.add(new Softmax(), block.anyFloat(1)))
        .put(LayerNorm.class, RandomOps::layerNorm)
        .put(RmsNorm.class, RandomOps::rmsNorm)
        .put(Reshape.class, RandomOps::reshape)
        .put(Transpose.class, RandomOps::transpose)
        .put(BroadcastTo.class, RandomOps::broadcast)
        .put(Slice.class, RandomOps::slice)
        .put(Concat.class, RandomOps::concat)
        .put(Gather.class, RandomOps::gather)
        .put(MatMul.class, RandomOps::matmul)
        .put(Attention.class, RandomAttention::append)
        .put(AttentionLse.class, RandomAttention::appendLogarithms)
        .put(Members.class, RandomExperts::members)
        .put(GroupedMatMul.class, RandomExperts::grouped)
        .put(GatedSum.class, RandomExperts::sum)
        .put(Amax.class, block -> range(block, boxes -> new Amax(boxes, block.types().chance(0.5)
            ? Optional.of(block.types().pick(List.of(Amax.Side.values()))) : Optional.empty())))
        .put(Percentile.class, block -> range(
            block, boxes -> new Percentile(boxes, block.types().pick(List.of(0.5, 0.9, 1.0)))))
        .put(MseRange.class, block -> range(
            block, boxes -> new MseRange(boxes, block.types().pick(List.of(Formats.I4, Formats.E2M1)), 5)))
        .put(Scales.class, RandomOps::scales)
        .put(Hadamard.class, RandomOps::hadamard)
        .put(Prune.class, RandomOps::prune)
        .put(SoftThreshold.class, RandomOps::softThreshold)
        .put(Dyadic.class, block -> block.add(
            new Dyadic(block.types().pick(List.of(Dyadic.Part.values()))), block.anyFloat(0)))
        .put(Requantize.class, RandomOps::requantize)
        .put(Compress.class, RandomOps::compress)
        .put(Decompress.class, block -> block.add(new Decompress(), block.any(type -> type.sparse().isPresent())))
        .put(Quantize.class, block -> quantized(block, block.types().scaled(block.anyFloat(0).tensorType().shape())))
        .put(Dequantize.class, block -> block.add(
            new Dequantize(block.types().floatFormat()), block.any(type -> type.isScaled())))
        .put(Weight.class, block -> block.add(new Weight("w", TensorType.of(Shape.of(2, 3), block.types().format()))))
        .put(Constant.class, block -> block.add(
            Constant.splat(block.random().nextInt(2), block.types().plain())))
        .put(Iota.class, block -> block.add(new Iota(block.types().extent())))
        .put(For.class, RandomOps::loop)
        .put(Kernel.class, RandomOps::kernel)
        .buildOrThrow();
  }

  private static Value truth(RandomBlock block) {
    return block.anyPlain(Formats.BOOL::equals, 0);
  }

  private static void binary(RandomBlock block, Op op, Value left) {
    Value right = block.of(left.tensorType().withShape(block.types().broadcastable(left.tensorType().shape())));
    boolean swapped = block.types().chance(0.5);
    block.add(op, swapped ? right : left, swapped ? left : right);
  }

  private static void select(RandomBlock block) {
    TensorType type = block.anyPlain(format -> true, 0).tensorType();
    Shape shape = type.shape();
    block.add(
        new Select(),
        block.of(TensorType.of(block.types().broadcastable(shape), Formats.BOOL)),
        block.of(type),
        block.of(type.withShape(block.types().broadcastable(shape))));
  }

  private static void either(RandomBlock block) {
    TensorType type = block.anyPlain(format -> true, 0).tensorType();
    block.add(new Either(), block.of(TensorType.scalar(Formats.BOOL)), block.of(type), block.of(type));
  }

  /** Makes a reduction of axes. */
  private interface Reduction {
    Op of(ImmutableList<Integer> axes, boolean keep);
  }

  private static void reduce(RandomBlock block, Value x, Reduction reduction) {
    List<Integer> axes = axes(x);
    Collections.shuffle(axes, block.random());
    int count = 1 + block.random().nextInt(axes.size());
    block.add(reduction.of(ImmutableList.copyOf(axes.subList(0, count)), block.types().chance(0.5)), x);
  }

  private static List<Integer> axes(Value x) {
    return new ArrayList<>(IntStream.range(0, x.tensorType().rank()).boxed().toList());
  }

  private static void layerNorm(RandomBlock block) {
    Value x = block.anyFloat(1);
    TensorType parameter = x.tensorType().withShape(Shape.of(x.tensorType().shape().last()));
    LayerNorm norm = new LayerNorm(block.types().pick(List.of(1e-5, 1e-12, 0.0)));
    block.add(norm, x, block.of(parameter), block.of(parameter));
  }

  private static void rmsNorm(RandomBlock block) {
    Value x = block.anyFloat(1);
    block.add(
        new RmsNorm(1e-6), x, block.of(x.tensorType().withShape(Shape.of(x.tensorType().shape().last()))));
  }

  private static void reshape(RandomBlock block) {
    Value x = block.anyPlain(format -> true, 0);
    Shape shape = x.tensorType().shape();
    List<Dim> dims = new ArrayList<>(shape.dims());
    if (dims.size() >= 2 && block.types().chance(0.6)) {
      int at = block.random().nextInt(dims.size() - 1);
      dims.set(at, dims.get(at).times(dims.remove(at + 1)));
    } else {
      dims.add(block.random().nextInt(dims.size() + 1), Dim.ONE);
    }
    block.add(new Reshape(Shape.of(dims)), x);
  }

  private static void transpose(RandomBlock block) {
    Value x = block.anyPlain(format -> true, 0);
    List<Integer> axes = axes(x);
    Collections.shuffle(axes, block.random());
    block.add(new Transpose(ImmutableList.copyOf(axes)), x);
  }

  private static void broadcast(RandomBlock block) {
    Shape shape = block.types().shape();
    block.add(
        new BroadcastTo(shape), block.of(TensorType.of(block.types().broadcastable(shape), block.types().format())));
  }

  private static void slice(RandomBlock block) {
    Value x = block.anyPlain(format -> true, 1);
    int axis = block.random().nextInt(x.tensorType().rank());
    Dim extent = x.tensorType().shape().dim(axis);
    boolean whole = !extent.isConstant();
    long length = whole ? 1 : extent.constant();
    long from = block.random().nextInt((int) length + (whole ? 0 : 1));
    boolean toEnd = whole || block.types().chance(0.5);
    Dim to = toEnd ? extent : Dim.of(from + block.random().nextInt((int) (length - from) + 1));
    block.add(new Slice(axis, Dim.of(from), to, 1 + block.random().nextInt(3)), x);
  }

  private static void concat(RandomBlock block) {
    Value x = block.anyPlain(format -> true, 1);
    TensorType type = x.tensorType();
    int axis = block.random().nextInt(type.rank());
    Value[] parts = new Value[1 + block.random().nextInt(3)];
    parts[0] = x;
    for (int i = 1; i < parts.length; i++) {
      Shape shape = type.shape().with(axis, block.types().extent());
      parts[i] = block.of(type.withShape(RandomTypes.isSmall(shape) ? shape : type.shape()));
    }
    block.add(new Concat(axis), parts);
  }

  private static void gather(RandomBlock block) {
    Value table = block.any(type -> type.isPlain() && type.rank() >= 1 && !type.shape().dims().contains(Dim.ZERO));
    int axis = block.random().nextInt(table.tensorType().rank());
    NumberFormat integers = block.types().pick(List.of(Formats.I32, Formats.I64, Formats.U8));
    TensorType type = TensorType.of(block.types().shape(block.random().nextInt(3)), integers);
    block.add(new Gather(axis), table, block.indices(table.tensorType().shape().dim(axis), type));
  }

  private static void matmul(RandomBlock block) {
    boolean transposed = block.types().chance(0.5);
    Shape batch = block.types().shape(block.random().nextInt(2));
    Dim inner = block.types().extent();
    Dim columns = block.types().extent();
    Shape left = batch.append(block.types().extent(), inner);
    Shape right = transposed ? Shape.of(columns, inner) : Shape.of(inner, columns);
    if (block.types().chance(0.5)) {
      right = block.types().broadcastable(batch).append(right.dim(0), right.dim(1));
    }
    boolean scaled = block.types().chance(0.4);
    NumberFormat format = block.types().pick(List.of(Formats.F32, Formats.F16, Formats.BF16, Formats.I8));
    Value a = block.of(scaled ? block.types().scaled(left) : TensorType.of(left, format));
    Value b = block.of(scaled ? block.types().scaled(right) : TensorType.of(right, format));
    boolean integers = !scaled && format.isInteger();
    block.add(
        new MatMul(transposed, integers ? Formats.I32 : block.types().floatFormat()), a, b);
  }

  private static void range(RandomBlock block, Function<Granularity, Op> op) {
    Value x = block.anyFloat(0);
    block.add(op.apply(block.types().granularity(x.tensorType().shape())), x);
  }

  private static void scales(RandomBlock block) {
    Value range = block.anyFloat(0);
    boolean twoLevels = block.types().chance(0.4);
    NumberFormat format = block.types().pick(twoLevels
        ? List.of(Formats.UE4M3, Formats.F16)
        : List.of(Formats.F32, Formats.F16, Formats.UE8M0, Formats.UE4M3));
    TensorType type = range.tensorType().plain(format);
    scales(block, twoLevels ? type.withScale(block.types().outerLayout(type.shape())) : type);
  }

  /** Scales of that type, from some range. */
  static Value scales(RandomBlock block, TensorType type) {
    NumberFormat codes = block.types().pick(List.of(Formats.I8, Formats.E2M1, Formats.E4M3));
    Value range = block.of(TensorType.of(type.shape(), block.types().floatFormat()));
    Scales op = new Scales(codes, block.types().rule(codes), type);
    if (type.isScaled() && block.types().chance(0.5)) {
      return block.add(op, range, scales(block, type.scaleType()));
    }
    if (codes.isInteger() && !type.isScaled() && op.rule() != ScaleRules.FULL && block.types().chance(0.3)) {
      return block.add(new Scales(codes, op.rule(), Optional.empty(), Optional.of(Formats.U8), type), range);
    }
    boolean isOuter = !type.isScaled() && block.types().chance(0.2);
    return block.add(isOuter
        ? new Scales(codes, op.rule(), Optional.of(Formats.UE4M3), Optional.empty(), type)
        : op, range);
  }

  private static void requantize(RandomBlock block) {
    TensorType type = block.anyPlain(Formats.I32::equals, 0).tensorType();
    TensorType factors = type.withShape(block.types().broadcastable(type.shape()));
    NumberFormat to = block.types().pick(List.of(Formats.I8, Formats.U8, Formats.I16, Formats.I4));
    block.add(new Requantize(to), block.of(type), block.of(factors), block.of(factors));
  }

  private static void hadamard(RandomBlock block) {
    Value x = block.anyFloat(0);
    Shape shape = x.tensorType().shape();
    List<Integer> axes = IntStream.range(0, shape.rank()).boxed()
        .filter(axis -> shape.dim(axis).dividedBy(Dim.of(4)).isPresent()).toList();
    if (axes.isEmpty()) {
      x = block.of(x.tensorType().withShape(Shape.of(8)));
      axes = List.of(0);
    }
    Optional<Long> seed = block.types().chance(0.5) ? Optional.of(7L) : Optional.empty();
    long size = block.types().pick(List.of(1L, 2L, 4L));
    block.add(new Hadamard(block.types().pick(axes), size, seed), x);
  }

  /** A value and an axis of it whose extent is a multiple of four. */
  private record Fours(Value value, int axis) {
    static Fours of(RandomBlock block) {
      Value x = block.anyFloat(0);
      Shape shape = x.tensorType().shape();
      List<Integer> axes = IntStream.range(0, shape.rank()).boxed()
          .filter(axis -> shape.dim(axis).dividedBy(Dim.of(4)).isPresent()).toList();
      return axes.isEmpty()
          ? new Fours(block.of(x.tensorType().withShape(Shape.of(2, 8, 2))), 1)
          : new Fours(x, block.types().pick(axes));
    }
  }

  private static void softThreshold(RandomBlock block) {
    Fours x = Fours.of(block);
    SoftThreshold op = new SoftThreshold(x.axis);
    if (block.types().chance(0.5)) {
      block.add(op, x.value, block.of(TensorType.scalar(Formats.F32)));
    } else {
      block.add(op, x.value);
    }
  }

  private static void prune(RandomBlock block) {
    Fours x = Fours.of(block);
    SparseLayout layout = block.types().pick(List.<SparseLayout>of(
        new SparseLayouts.NOfM(2, 4), new SparseLayouts.NOfM(1, 2), new SparseLayouts.NOfM(3, 4),
        new SparseLayouts.VNOfM(1, 2, 4), new SparseLayouts.VNOfM(1, 1, 4)));
    block.add(new Prune(x.axis, layout), x.value);
  }

  /** Of a pruned tensor, or of its codes. */
  private static void compress(RandomBlock block) {
    TensorType type = TensorType.of(
        block.types().pick(List.of(Shape.of(8), Shape.of(3, 4), Shape.of(2, 1, 12))), block.types().floatFormat());
    SparseLayout layout = block.types().pick(List.<SparseLayout>of(
        new SparseLayouts.NOfM(2, 4), new SparseLayouts.NOfM(1, 2), new SparseLayouts.VNOfM(1, 2, 4)));
    Value pruned = block.add(new Prune(type.rank() - 1, layout), block.of(type));
    TensorType codes = type.plain(Formats.I8).withScale(new ScaleLayout(new PerAxis(0), Formats.F32));
    block.add(new Compress(layout), block.types().chance(0.5) ? pruned : block.add(Quantize.nearest(codes), pruned));
  }

  /** A value of that scaled type, by quantization. */
  static Value quantized(RandomBlock block, TensorType type) {
    RoundingMode rounding = block.types().chance(0.3)
        ? new StochasticRounding(7, block.random().nextInt(3))
        : block.types().pick(List.of(FixedRounding.values()));
    Optional<Double> fallback = type.residual().map(codes -> block.types().pick(List.of(0.0, 1.0, 2.5)));
    Quantize quantize = new Quantize(rounding, fallback, type.dense());
    Value x = block.of(TensorType.of(type.shape(), block.types().floatFormat()));
    if (block.types().chance(0.6)) {
      return block.add(quantize, x);
    }
    TensorType scales = type.scaleType();
    if (scales.isScaled() && block.types().chance(0.5)) {
      return block.add(quantize, x, block.of(scales.scaleType()));
    }
    return type.zeroType().isPresent()
        ? block.add(quantize, x, block.of(scales), block.of(type.zeroType().get()))
        : block.add(quantize, x, block.of(scales));
  }

  private static void loop(RandomBlock block) {
    if (block.depth() > 1) {
      return;
    }
    List<Value> carried = new ArrayList<>();
    for (int i = block.random().nextInt(3); i > 0; i--) {
      carried.add(block.any(type -> true));
    }
    RandomBlock body = block.region(false);
    body.argument(For.COUNTER);
    carried.forEach(value -> body.argument(value.tensorType()));
    grow(body);
    List<Value> next = carried.stream().map(value -> body.of(value.tensorType())).toList();
    Dim to = block.types().pick(List.of(Dim.ZERO, Dim.of(2), Dim.symbol("S").ceilDiv(4)));
    block.add(new For(Dim.ZERO, to), carried, body.build(next));
  }

  private static void kernel(RandomBlock block) {
    if (block.depth() > 1) {
      return;
    }
    List<Value> operands = new ArrayList<>();
    for (int i = block.random().nextInt(3); i >= 0; i--) {
      operands.add(block.any(type -> true));
    }
    RandomBlock body = block.region(true);
    operands.forEach(value -> body.argument(value.tensorType()));
    grow(body);
    block.add(new Kernel("k" + block.random().nextInt(99)), operands, body.build(1 + block.random().nextInt(2)));
  }

  private static void grow(RandomBlock body) {
    for (int i = body.random().nextInt(4); i > 0; i--) {
      body.addOperation();
    }
  }
}
