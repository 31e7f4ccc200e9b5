package nibble.passes.testing;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import nibble.ir.Block;
import nibble.ir.BlockBuilder;
import nibble.ir.Function;
import nibble.ir.Location;
import nibble.ir.Module;
import nibble.ir.Op;
import nibble.ir.TensorType;
import nibble.ir.TypeRuleException;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.op.Abs;
import nibble.ir.op.Add;
import nibble.ir.op.BroadcastTo;
import nibble.ir.op.Cast;
import nibble.ir.op.Compare;
import nibble.ir.op.Concat;
import nibble.ir.op.Constant;
import nibble.ir.op.Div;
import nibble.ir.op.For;
import nibble.ir.op.Gelu;
import nibble.ir.op.MatMul;
import nibble.ir.op.Maximum;
import nibble.ir.op.Mul;
import nibble.ir.op.Neg;
import nibble.ir.op.ReduceMax;
import nibble.ir.op.ReduceMean;
import nibble.ir.op.ReduceSum;
import nibble.ir.op.Relu;
import nibble.ir.op.Reshape;
import nibble.ir.op.Round;
import nibble.ir.op.Select;
import nibble.ir.op.Silu;
import nibble.ir.op.Slice;
import nibble.ir.op.Softmax;
import nibble.ir.op.Sub;
import nibble.ir.op.Tanh;
import nibble.ir.op.Transpose;
import nibble.ir.op.Weight;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;
import nibble.ir.shape.SymbolBounds;

/** Makes small valid modules of random operations, with symbolic sizes, loops, weights, several formats and paths. */
public final class RandomProgram {
  private static final Dim B = Dim.symbol("B");
  private static final List<NumberFormat> FLOATS = List.of(Formats.F32, Formats.F32, Formats.F16, Formats.BF16);
  private static final List<Double> NUMBERS = List.of(0.0, -0.0, 1.0, -1.0, 2.0, 0.5, 8.0, 0.1);

  private final Random random;
  private final BlockBuilder builder = new BlockBuilder();
  private final List<Value> values = new ArrayList<>();

  private RandomProgram(Random random) {
    this.random = random;
  }

  /** A module with one function; the same for the same seed. */
  public static Module of(long seed) {
    return new RandomProgram(new Random(seed)).module();
  }

  private Module module() {
    values.add(builder.argument("x", TensorType.of(Shape.of(B, Dim.of(4)), Formats.F32)));
    values.add(builder.argument("y", TensorType.of(Shape.of(4), Formats.F32)));
    values.add(builder.argument("n", TensorType.of(Shape.of(B, Dim.of(4)), Formats.I32)));
    int operations = 4 + random.nextInt(14);
    for (int i = 0; i < operations; i++) {
      builder.at(Location.of("random.nib", i + 1, 1).in("layer[" + i % 2 + "]." + (random.nextBoolean() ? "a" : "b")));
      step(builder, values);
    }
    List<Value> results = new ArrayList<>(List.of(values.getLast()));
    results.addAll(IntStream.range(0, random.nextInt(3)).mapToObj(i -> pick(values, value -> true)).toList());
    Function function = new Function("main", builder.build(results), Location.UNKNOWN);
    return Module.of("random", List.of(SymbolBounds.of("B")), List.of(function));
  }

  /** Appends an operation or two; leaves the values as they are where the operands drawn do not fit. */
  private void step(BlockBuilder into, List<Value> visible) {
    try {
      switch (random.nextInt(12)) {
        case 0, 1 -> visible.add(into.add(unary(), pick(visible, this::isFloat)));
        case 2, 3 -> binary(into, visible);
        case 4 -> visible.add(into.add(new Cast(choose(FLOATS)), pick(visible, this::isFloat)));
        case 5 -> visible.add(into.add(constant()));
        case 6 -> view(into, visible);
        case 7, 8 -> product(into, visible);
        case 9 -> reduction(into, visible);
        case 10 -> select(into, visible);
        default -> loop(into, visible);
      }
    } catch (TypeRuleException e) {
      // Such as shapes that do not broadcast: the program goes on without the operation.
      visible.add(into.add(new Neg(), pick(visible, this::isFloat)));
    }
  }

  private Op unary() {
    List<Op> simple = List.of(new Neg(), new Abs(), new Relu(), new Tanh(), new Round());
    List<Op> composite = List.of(new Silu(), new Gelu(Gelu.Kind.ERF), new Gelu(Gelu.Kind.TANH), new Softmax());
    return choose(random.nextInt(3) > 0 ? simple : composite);
  }

  private void binary(BlockBuilder into, List<Value> visible) {
    Value left = pick(visible, this::isFloat);
    Value right = pick(visible, value -> value.tensorType().format().equals(left.tensorType().format()));
    visible.add(into.add(
        choose(List.of(new Add(), new Sub(), new Mul(), new Maximum(), new Add(), new Mul(), new Div())), left, right));
  }

  private Constant constant() {
    Shape shape = choose(List.of(Shape.SCALAR, Shape.of(4), Shape.of(B, Dim.of(4))));
    TensorType type = TensorType.of(shape, choose(FLOATS));
    return shape.isConstant() && shape.rank() == 1 && random.nextBoolean()
        ? new Constant(ImmutableList.of(choose(NUMBERS), choose(NUMBERS), 3.0, 4.0), type)
        : Constant.splat(choose(NUMBERS), type);
  }

  private void view(BlockBuilder into, List<Value> visible) {
    Value value = pick(visible, v -> true);
    Shape shape = value.tensorType().shape();
    visible.add(switch (random.nextInt(5)) {
      case 0 -> into.add(new Reshape(Shape.of(shape.size())), value);
      case 1 -> into.add(new Transpose(
          IntStream.range(0, shape.rank()).map(axis -> shape.rank() - 1 - axis).boxed()
              .collect(ImmutableList.toImmutableList())), value);
      case 2 -> into.add(
          new BroadcastTo(Shape.of(ImmutableList.<Dim>builder().add(B).addAll(shape.dims()).build())), value);
      case 3 -> into.add(new Slice(0, Dim.ZERO, shape.rank() == 0 ? Dim.ZERO : shape.dim(0), 1), value);
      default -> into.add(new Concat(0), value, value);
    });
  }

  private void product(BlockBuilder into, List<Value> visible) {
    Value left = pick(visible, value -> isFloat(value) && value.tensorType().rank() >= 2
        && List.of(Dim.of(3), Dim.of(4)).contains(value.tensorType().shape().last()));
    NumberFormat format = left.tensorType().format();
    long inner = left.tensorType().shape().last().constant();
    long outer = 3 + random.nextInt(2);
    boolean transposed = random.nextBoolean();
    Shape shape = transposed ? Shape.of(outer, inner) : Shape.of(inner, outer);
    Value weight = into.add(new Weight("w" + random.nextInt(3) + format + shape, TensorType.of(shape, format)));
    if (random.nextInt(3) == 0) {
      weight = into.add(new Transpose(ImmutableList.of(1, 0)), weight);
      transposed = !transposed;
    }
    Value product = into.add(new MatMul(transposed, Formats.F32), left, weight);
    visible.add(product);
    if (random.nextInt(4) == 0) {
      visible.add(into.add(new MatMul(true, Formats.F32), product, product));
    }
  }

  private void reduction(BlockBuilder into, List<Value> visible) {
    Value value = pick(visible, v -> isFloat(v) && v.tensorType().rank() > 0);
    ImmutableList<Integer> axes = ImmutableList.of(random.nextInt(value.tensorType().rank()));
    boolean keep = random.nextBoolean();
    visible.add(into.add(
        choose(List.of(new ReduceSum(axes, keep), new ReduceMax(axes, keep), new ReduceMean(axes, keep))), value));
  }

  private void select(BlockBuilder into, List<Value> visible) {
    Value left = pick(visible, this::isFloat);
    Value right = pick(visible, value -> value.tensorType().format().equals(left.tensorType().format()));
    Value condition = into.add(new Compare(choose(List.of(Compare.Kind.values()))), left, right);
    visible.add(into.add(new Select(), condition, left, right));
  }

  private void loop(BlockBuilder into, List<Value> visible) {
    Value start = pick(visible, this::isFloat);
    List<Value> inner = new ArrayList<>(visible);
    Block body = into.nested(block -> {
      block.argument(For.COUNTER);
      Value carried = block.argument(start.type());
      inner.add(carried);
      step(block, inner);
      Value last = inner.getLast();
      return List.of(last.type().equals(start.type()) ? last : block.add(new Tanh(), carried));
    });
    For loop = new For(Dim.ZERO, random.nextInt(4) == 0 ? B : Dim.of(random.nextInt(3)));
    visible.add(into.add(loop, List.of(start), List.of(body)).result());
  }

  private boolean isFloat(Value value) {
    return value.tensorType().format().isFloat();
  }

  /** A random value that fits; the first parameter fits everything that is asked for here. */
  private Value pick(List<Value> visible, Predicate<Value> fits) {
    List<Value> candidates = visible.stream().filter(fits).toList();
    return candidates.isEmpty() ? values.getFirst() : choose(candidates);
  }

  private <T> T choose(List<? extends T> list) {
    return list.get(random.nextInt(list.size()));
  }
}
