package nibble.engine.fuzz;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import nibble.ir.BlockBuilder;
import nibble.ir.Op;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.op.Abs;
import nibble.ir.op.Add;
import nibble.ir.op.Constant;
import nibble.ir.op.Weight;
import nibble.ir.shape.Broadcast;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/** The values of a program that is being built, and how steps choose among them. */
final class SketchPool {
  static final Dim B = Dim.symbol("B");
  static final Dim S = Dim.symbol("S");
  static final List<NumberFormat> FLOATS = List.of(Formats.F32, Formats.F16, Formats.BF16, Formats.TF32);
  static final List<NumberFormat> NARROW =
      List.of(Formats.F32, Formats.F16, Formats.BF16, Formats.I32, Formats.I8, Formats.U8, Formats.I16, Formats.BOOL);
  static final List<Double> NUMBERS = List.of(1.0, 0.0, -1.0, 2.0, 0.5, 0.1, -3.0, 100.0);
  private static final List<Integer> EXTENTS = List.of(4, 1, 8, 3, 16, 33, 64, 17, 32, 65, 128, 130, 100, 384);
  private static final long MOST_ELEMENTS = 60_000;

  private final Map<String, Long> sizes;
  private final BlockBuilder builder = new BlockBuilder();
  private final List<Value> values = new ArrayList<>();
  private int weights;

  SketchPool(Map<String, Long> sizes) {
    this.sizes = sizes;
  }

  BlockBuilder builder() {
    return builder;
  }

  /** Values in order. */
  List<Value> values() {
    return values;
  }

  long size(Dim extent) {
    return extent.evaluate(sizes);
  }

  /** A value that later steps may take. */
  void offer(Value value) {
    values.add(value);
  }

  static Dim extent(int choice) {
    return Dim.of(choose(EXTENTS, choice));
  }

  static <T> T choose(List<? extends T> list, int choice) {
    return list.get(Math.floorMod(choice, list.size()));
  }

  /** A value that fits; 0 chooses the latest. */
  Optional<Value> pick(int choice, Predicate<TensorType> fits) {
    List<Value> fitting = values.stream().filter(value -> fits.test(value.tensorType())).toList();
    return fitting.isEmpty()
        ? Optional.empty()
        : Optional.of(fitting.get(fitting.size() - 1 - Math.floorMod(choice, fitting.size())));
  }

  static boolean isFloat(TensorType type) {
    return type.format().isFloat();
  }

  static boolean isNumber(TensorType type) {
    return !type.format().equals(Formats.BOOL);
  }

  static boolean isInteger(TensorType type) {
    return type.format().isInteger() && isNumber(type);
  }

  /** Appends an operation, if its result is small enough. */
  void add(Op op, Value... operands) {
    Value result = builder.add(op, operands);
    if (result.tensorType().shape().size().evaluate(sizes) <= MOST_ELEMENTS) {
      values.add(result);
    }
  }

  Value weight(TensorType type) {
    return builder.add(new Weight("w" + weights++, type));
  }

  Value scalar(double value, NumberFormat format) {
    double number = format.isInteger() ? Math.max(format.min(), Math.rint(value)) : value;
    return builder.add(Constant.splat(number, TensorType.scalar(format)));
  }

  /** Moved away from 0, where the functions have poles. */
  Value positive(Value x) {
    return builder.add(new Add(), builder.add(new Abs(), x), scalar(0.25, x.tensorType().format()));
  }

  /** Something of the same format that broadcasts with it: a value, a weight, a number. */
  Value partner(Value x, int choice) {
    TensorType type = x.tensorType();
    List<Value> fitting = values.stream()
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
}
