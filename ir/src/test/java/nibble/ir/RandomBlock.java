package nibble.ir;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Predicate;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.op.Constant;
import nibble.ir.op.Weight;
import nibble.ir.shape.Dim;

/** A block that grows by random operations on the values that are visible in it. */
final class RandomBlock {
  private static final List<Double> SPECIAL = List.of(
      0.0, -0.0, 1.0, -1.0, 1e-45, Double.MIN_VALUE, Double.MAX_VALUE, Double.POSITIVE_INFINITY,
      Double.NEGATIVE_INFINITY, Double.NaN, 0.1, 1e100);

  private final Random random;
  private final RandomTypes types;
  private final BlockBuilder builder;
  private final List<Value> visible;
  private final boolean hasParameters;
  private final int depth;

  private RandomBlock(Random random, BlockBuilder builder, List<Value> visible, boolean hasParameters, int depth) {
    this.random = random;
    this.types = new RandomTypes(random);
    this.builder = builder;
    this.visible = visible;
    this.hasParameters = hasParameters;
    this.depth = depth;
  }

  static RandomBlock ofFunction(Random random) {
    return new RandomBlock(random, new BlockBuilder(), new ArrayList<>(), true, 0);
  }

  /** A region that sees what this block sees, or nothing. */
  RandomBlock region(boolean isolated) {
    List<Value> seen = isolated ? new ArrayList<>() : new ArrayList<>(visible);
    return new RandomBlock(
        random, new BlockBuilder(builder.names()).at(builder.location()), seen, false, depth + 1);
  }

  Random random() {
    return random;
  }

  RandomTypes types() {
    return types;
  }

  int depth() {
    return depth;
  }

  Location location() {
    return switch (random.nextInt(3)) {
      case 0 -> Location.UNKNOWN;
      case 1 -> Location.of("a \"b\".nib", 1 + random.nextInt(99), 1 + random.nextInt(9));
      default -> Location.of("model.nib", 7, 3).in("layer[" + random.nextInt(12) + "].attn.q");
    };
  }

  /** Appends one operation, and what it needs. */
  void addOperation() {
    builder.at(location());
    RandomOps.any(this);
  }

  Value parameter(TensorType type) {
    return seen(builder.argument(types.chance(0.5) ? "x" : "layer.0", type));
  }

  Value argument(TensorType type) {
    return seen(builder.argument(type));
  }

  Value add(Op op, Value... operands) {
    return seen(builder.add(op, operands));
  }

  void add(Op op, List<Value> operands, Block region) {
    builder.add(op, operands, List.of(region)).results().forEach(this::seen);
  }

  private Value seen(Value value) {
    visible.add(value);
    return value;
  }

  /** A value of a type that fits, and that is small; made where none is visible. */
  Value any(Predicate<TensorType> fits) {
    Predicate<TensorType> small = type -> fits.test(type) && RandomTypes.isSmall(type.shape());
    return visibleValue(small).orElseGet(() -> {
      TensorType type = types.any();
      while (!small.test(type) || !canMake(type)) {
        type = types.any();
      }
      return make(type);
    });
  }

  Value anyPlain(Predicate<NumberFormat> format, int leastRank) {
    return any(type -> type.isPlain() && format.test(type.format()) && type.rank() >= leastRank);
  }

  Value anyFloat(int leastRank) {
    return anyPlain(format -> format.isFloat() && format.isArithmetic(), leastRank);
  }

  Value anyNumber(int leastRank) {
    return anyPlain(format -> !format.equals(Formats.BOOL) && format.isArithmetic(), leastRank);
  }

  /** A value of that type; visible already, or made. */
  Value of(TensorType type) {
    return visibleValue(type::equals).orElseGet(() -> make(type));
  }

  private Optional<Value> visibleValue(Predicate<TensorType> fits) {
    List<Value> fitting = visible.stream().filter(value -> fits.test(value.tensorType())).toList();
    boolean another = fitting.stream().allMatch(value -> canMake(value.tensorType()));
    return another && types.chance(1.0 / (1 + fitting.size())) ? Optional.empty() : Optional.of(types.pick(fitting));
  }

  /** In a region there is nothing that a sparse tensor of a symbolic shape could come from. */
  private boolean canMake(TensorType type) {
    return hasParameters || type.sparse().isEmpty() || type.shape().isConstant();
  }

  private Value make(TensorType type) {
    boolean constant = type.isPlain() && types.chance(0.4);
    if (!constant && type.shape().isConstant() && types.chance(0.4)) {
      return add(new Weight("layer." + random.nextInt(9) + (types.chance(0.1) ? "/\"q\"\n" : ".q"), type));
    }
    if (!constant && hasParameters) {
      return parameter(type);
    }
    if (type.isPlain()) {
      return add(constant(type));
    }
    if (type.shape().isConstant()) {
      return add(new Weight("scaled", type));
    }
    return type.format().isForScales() ? RandomOps.scales(this, type.dense()) : RandomOps.quantized(this, type);
  }

  private Constant constant(TensorType type) {
    boolean full = type.shape().isConstant() && types.chance(0.5);
    int count = full ? (int) type.shape().size().constant() : 1;
    List<Double> values = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      double value = types.chance(0.2) ? types.pick(SPECIAL) : random.nextInt(19) - 9;
      values.add(type.format().isInteger() ? Double.valueOf(type.format().round(value)) : Double.valueOf(value));
    }
    return new Constant(ImmutableList.copyOf(values), type);
  }

  /** Integers that index an axis of that extent. */
  Value indices(Dim extent, TensorType type) {
    int bound = extent.isConstant() ? (int) extent.constant() : 1;
    int count = type.shape().isConstant() ? (int) type.shape().size().constant() : 1;
    List<Double> values = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      values.add((double) random.nextInt(bound));
    }
    return add(new Constant(ImmutableList.copyOf(values), type));
  }

  /** The block with up to so many of its visible values as results. */
  Block build(int results) {
    List<Value> chosen = new ArrayList<>();
    for (int i = 0; i < results && !visible.isEmpty(); i++) {
      chosen.add(types.pick(visible));
    }
    return build(chosen);
  }

  Block build(List<Value> results) {
    return builder.build(results);
  }
}
