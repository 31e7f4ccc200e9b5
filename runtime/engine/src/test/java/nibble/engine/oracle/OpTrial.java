package nibble.engine.oracle;

import ai.onnxruntime.OrtException;
import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.DoubleSupplier;
import nibble.engine.oracle.OnnxGraph.Type;
import nibble.ir.BlockBuilder;
import nibble.ir.Function;
import nibble.ir.Location;
import nibble.ir.Module;
import nibble.ir.Op;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;
import nibble.ir.shape.SymbolBounds;

/**
 * One op on random operands of a random shape, as our IR and as an ONNX model side by side. Some of the extents are
 * symbolic in the IR: all those that are a number which was drawn for that.
 */
final class OpTrial {
  private static final List<Integer> EXTENTS = List.of(1, 2, 3, 4, 5, 7, 8, 16, 17, 31, 33, 40, 64, 65, 100);
  private static final int MOST_ELEMENTS = 6000;
  private static final Map<NumberFormat, Type> TYPES = Map.of(
      Formats.F32, Type.FLOAT, Formats.F16, Type.FLOAT16, Formats.BF16, Type.BFLOAT16, Formats.I32, Type.INT32,
      Formats.I16, Type.INT16, Formats.I8, Type.INT8, Formats.U8, Type.UINT8, Formats.BOOL, Type.BOOL,
      Formats.I64, Type.INT64);

  /** A value in both worlds. */
  record Operand(Value value, String onnx) {
    TensorType type() {
      return value.tensorType();
    }
  }

  private final Random random;
  private final Set<Integer> symbolic = new TreeSet<>();
  private final BlockBuilder builder = new BlockBuilder().at(Location.of("trial.nib", 1, 1));
  private final OnnxGraph graph = new OnnxGraph();
  private final List<Tensor> inputs = new ArrayList<>();
  private Operand result;

  OpTrial(long seed) {
    this.random = new Random(seed);
    for (int extent : EXTENTS) {
      // An extent of 1 broadcasts, so it is never a size that happens to be 1.
      if (extent > 1 && random.nextInt(3) == 0) {
        symbolic.add(extent);
      }
    }
  }

  Random random() {
    return random;
  }

  OnnxGraph graph() {
    return graph;
  }

  BlockBuilder builder() {
    return builder;
  }

  <T> T pick(List<? extends T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  int extent() {
    return pick(EXTENTS);
  }

  /** Extents of that many axes, of not too many elements together. */
  int[] extents(int rank) {
    int[] extents = random.ints(rank, 0, EXTENTS.size()).map(EXTENTS::get).toArray();
    return Arrays.stream(extents).asLongStream().reduce(1, (a, b) -> a * b) <= MOST_ELEMENTS ? extents : extents(rank);
  }

  int[] extents() {
    return extents(random.nextInt(5));
  }

  /** Extents that broadcast to the given ones. */
  int[] broadcastable(int[] extents) {
    int[] kept = Arrays.copyOfRange(extents, random.nextInt(extents.length + 1), extents.length);
    return Arrays.stream(random.nextInt(3) == 0 ? kept : extents)
        .map(extent -> random.nextInt(4) == 0 ? 1 : extent).toArray();
  }

  Dim dim(int extent) {
    return symbolic.contains(extent) ? Dim.symbol("N" + extent) : Dim.of(extent);
  }

  Shape shape(int... extents) {
    return Shape.of(Arrays.stream(extents).mapToObj(this::dim).toList());
  }

  /** An input with random elements, rounded to the format. */
  Operand input(NumberFormat format, int[] extents, DoubleSupplier element) {
    TensorType type = TensorType.of(shape(extents), format);
    Tensor tensor = tensor(type.withShape(Shape.of(Arrays.stream(extents).asLongStream().toArray())), element);
    inputs.add(tensor);
    return new Operand(builder.argument("x" + inputs.size(), type), graph.input(tensor, TYPES.get(format)));
  }

  private static Tensor tensor(TensorType type, DoubleSupplier element) {
    double[] elements = new double[Math.toIntExact(type.shape().size().constant())];
    for (int i = 0; i < elements.length; i++) {
      elements[i] = type.format().round(element.getAsDouble());
    }
    return Tensor.of(type, elements);
  }

  /** An input of normally distributed numbers. */
  Operand normal(int... extents) {
    return input(Formats.F32, extents, random::nextGaussian);
  }

  /** An input of positive numbers, not near 0. */
  Operand positive(int... extents) {
    return input(Formats.F32, extents, () -> 0.1 + Math.abs(random.nextGaussian()) * 3);
  }

  /** An input of small integers. */
  Operand integers(NumberFormat format, int from, int to, int... extents) {
    return input(format, extents, () -> from + random.nextInt(to - from));
  }

  /** Extents of an operand, as numbers. */
  int[] extentsOf(Operand operand) {
    return operand.type().shape().dims().stream().mapToInt(this::number).toArray();
  }

  int number(Dim dim) {
    return Math.toIntExact(dim.evaluate(sizes()));
  }

  /** The last axis of what has some. */
  static int last(int[] extents) {
    return extents[extents.length - 1];
  }

  Map<String, Long> sizes() {
    Map<String, Long> sizes = new HashMap<>();
    symbolic.forEach(extent -> sizes.put("N" + extent, (long) extent));
    return sizes;
  }

  /** What the op gives, in the IR and in ONNX. */
  void result(Op op, List<Operand> operands, String onnx) {
    result(builder.add(op, operands.stream().map(Operand::value).toArray(Value[]::new)), onnx);
  }

  void result(Value value, String onnx) {
    result = new Operand(value, onnx);
  }

  Module module() {
    Function main = new Function("main", builder.build(result.value()), Location.UNKNOWN);
    return Module.of("trial", main.symbols().stream().map(SymbolBounds::of).toList(), List.of(main));
  }

  ImmutableList<Tensor> inputs() {
    return ImmutableList.copyOf(inputs);
  }

  /** What ONNX Runtime gives. */
  Tensor oracle() throws OrtException {
    TensorType type = result.type().substitute(name -> Dim.of(sizes().get(name)));
    return Tensor.of(type, graph.run(result.onnx(), type.shape().extents()));
  }
}
