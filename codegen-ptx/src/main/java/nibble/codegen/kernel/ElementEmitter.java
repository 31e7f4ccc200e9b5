package nibble.codegen.kernel;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import nibble.codegen.index.IndexExpr;
import nibble.codegen.tile.Scalar;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.op.Check;
import nibble.ir.Block;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.FixedRounding;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.format.Rounding;
import nibble.ir.layout.CodeRange;
import nibble.ir.layout.Granularity;
import nibble.ir.layout.ScaleRules;
import nibble.ir.op.Cast;
import nibble.ir.op.Concat;
import nibble.ir.op.Constant;
import nibble.ir.op.Dequantize;
import nibble.ir.op.Gather;
import nibble.ir.op.Iota;
import nibble.ir.op.Quantize;
import nibble.ir.op.Relu;
import nibble.ir.op.Scales;
import nibble.ir.op.ViewOp;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/**
 * Computes tensor values element by element on a grid of iteration points: asked for a value at coordinates, it asks for the
 * operands at theirs, down to loads. Views change coordinates and cost nothing.
 */
final class ElementEmitter {
  /** Formats of codes that kernels have instructions for. */
  private static final ImmutableList<NumberFormat> CODES = ImmutableList.<NumberFormat>builder()
      .add(Formats.I8, Formats.U8, Formats.I16, Formats.F16, Formats.BF16).addAll(ComputeFormat.FLOAT_CODES)
      .addAll(ComputeFormat.PACKED_INTEGERS).build();

  /** Scales of f32 numbers do not leave formats of that range. */
  private static final double WIDE = 0x1p127;

  /** A value that the generator has computed, at the only coordinates where it is at hand. */
  private record Known(ImmutableList<IndexExpr> at, Value tile) {}

  private record Key(Value value, ImmutableList<IndexExpr> at) {}

  private final Grid2 grid;
  private final TileBuilder builder;
  private final GlobalMemory memory;
  private final Map<Value, Operation> definitions;
  private final Map<Value, Memory> arguments;
  private final Map<Value, Known> known;
  private final Map<Key, Value> emitted;

  ElementEmitter(Grid2 grid, TileBuilder builder, GlobalMemory memory, Block region, Map<Value, Memory> arguments) {
    this(grid, builder, memory, new HashMap<>(), arguments, new HashMap<>(), new HashMap<>());
    region.operations().forEach(operation -> definitions.put(operation.result(), operation));
  }

  private ElementEmitter(
      Grid2 grid, TileBuilder builder, GlobalMemory memory, Map<Value, Operation> definitions,
      Map<Value, Memory> arguments, Map<Value, Known> known, Map<Key, Value> emitted) {
    this.grid = grid;
    this.builder = builder;
    this.memory = memory;
    this.definitions = definitions;
    this.arguments = arguments;
    this.known = known;
    this.emitted = emitted;
  }

  /** The same for a nested block, on another grid; what is computed there is not seen outside. */
  ElementEmitter nested(TileBuilder inner, Grid2 innerGrid) {
    return new ElementEmitter(
        innerGrid, inner, memory.on(inner, innerGrid), definitions, arguments, new HashMap<>(known), new HashMap<>());
  }

  /** The same, but that nothing is read where the condition does not hold. */
  private ElementEmitter where(Value condition) {
    return new ElementEmitter(
        grid, builder, memory.where(condition), definitions, arguments, known, new HashMap<>());
  }

  Grid2 grid() {
    return grid;
  }

  TileBuilder builder() {
    return builder;
  }

  GlobalMemory memory() {
    return memory;
  }

  /** States that a value has been computed, for these coordinates. */
  void define(Value value, List<IndexExpr> at, Value tile) {
    known.put(value, new Known(ImmutableList.copyOf(at), tile));
  }

  /**
   * The value at these coordinates.
   *
   * @throws UnsupportedAccess where the kernel does not have it there
   */
  Value value(Value value, List<IndexExpr> at) {
    ImmutableList<IndexExpr> where = ImmutableList.copyOf(at);
    Known computed = known.get(value);
    if (computed != null) {
      if (!computed.at.equals(where)) {
        throw new UnsupportedAccess(
            "the kernel needs " + value + " at " + where + " but computes it at " + computed.at);
      }
      return computed.tile;
    }
    Key key = new Key(value, where);
    Value tile = emitted.get(key);
    if (tile == null) {
      Operation definition = definitions.get(value);
      tile = definition == null ? load(value, where) : compute(definition, where);
      emitted.put(key, tile);
    }
    return tile;
  }

  private Value load(Value argument, List<IndexExpr> at) {
    Memory source = arguments.get(argument);
    if (source.type().isScaled()) {
      throw new UnsupportedAccess("codes of " + source.type() + " have no value without their scales");
    }
    return computed(memory.load(source.elements(), source.type().shape(), at), source.type().format());
  }

  private Value computed(Value loaded, NumberFormat format) {
    return builder.cast(loaded, ComputeFormat.ofMemory(format), Rounding.TOWARD_ZERO);
  }

  private Value compute(Operation operation, ImmutableList<IndexExpr> at) {
    builder.at(operation.location());
    TensorType type = operation.result().tensorType();
    return switch (operation.op()) {
      case ViewOp view -> value(operation.operand(0), Views.operandCoordinates(view, operation.operand(0), type, at));
      case Constant constant -> builder.fill(
          constant.values().getFirst(), TileType.scalar(ComputeFormat.of(type.format())));
      case Iota iota -> grid.emit(builder, at.getFirst());
      case Gather gather -> gather(gather, operation, at);
      case Concat concat -> concat(concat, operation, at);
      case Cast cast -> cast(operation.operand(0), at, cast.to());
      case Relu relu -> grid.apply(builder, Scalar.MAX, value(operation.operand(0), at), zeroLike(type));
      case Dequantize dequantize -> dequantize(operation.operand(0), at);
      case Scales scales -> scales(scales, value(operation.operand(0), at));
      case Quantize quantize -> quantize(quantize, operation, at);
      default -> elementwise(operation, at);
    };
  }

  private Value zeroLike(TensorType type) {
    return builder.fill(0, TileType.scalar(ComputeFormat.of(type.format())));
  }

  private Value elementwise(Operation operation, List<IndexExpr> at) {
    Scalar function = ScalarOf.of(operation.op()).orElseThrow(() ->
        new UnsupportedAccess("no kernel computes " + operation.op().name() + " here"));
    List<Value> operands = new ArrayList<>();
    for (Value operand : operation.operands()) {
      // Of 64 bits kernels see 32 only.
      ComputeFormat.of(operand.tensorType().format());
      operands.add(value(operand, Views.broadcast(operand.tensorType().shape(), at)));
    }
    Value result = builder.apply(function, grid.unify(builder, operands).toArray(Value[]::new));
    boolean mayLeaveRange = switch (function) {
      case ADD, SUB, MUL, DIV, NEG, ABS -> true;
      default -> false;
    };
    return mayLeaveRange ? wrapped(result, operation.result().tensorType().format()) : result;
  }

  /** An integer as its format has it: what does not fit is cut off. */
  Value wrapped(Value x, NumberFormat format) {
    if (!format.isInteger() || format.bits() >= Integer.SIZE || format.equals(Formats.BOOL)) {
      return x;
    }
    Scalar function = format.equals(Formats.I16) ? Scalar.WRAP_I16
        : format.equals(Formats.I8) ? Scalar.WRAP_I8 : Scalar.WRAP_U8;
    return builder.apply(function, x);
  }

  private Value cast(Value operand, List<IndexExpr> at, NumberFormat to) {
    NumberFormat compute = ComputeFormat.of(to);
    boolean wide = operand.tensorType().format().equals(Formats.I64);
    if (wide && to.isFloat()) {
      throw new UnsupportedAccess(
          "kernels read integers of 64 bits as i32; cast them to i32 before they become floats");
    }
    Value cast = builder.cast(value(operand, at), compute, Rounding.TOWARD_ZERO);
    boolean narrows = to.isInteger() && to.bits() < compute.bits() && !to.equals(Formats.BOOL);
    if (!narrows) {
      return cast;
    }
    // The saturation of the narrow format shows in the values.
    Value low = builder.fill(to.min(), TileType.scalar(compute));
    Value high = builder.fill(to.max(), TileType.scalar(compute));
    return builder.apply(Scalar.MIN, builder.apply(Scalar.MAX, cast, low), high);
  }

  private Value gather(Gather gather, Operation operation, List<IndexExpr> at) {
    Value table = operation.operand(0);
    Shape indices = operation.operand(1).tensorType().shape();
    List<IndexExpr> where = at.subList(gather.axis(), gather.axis() + indices.rank());
    Value index = value(operation.operand(1), where);
    Dim extent = table.tensorType().shape().dim(gather.axis());
    checkRange(index, extent);
    List<IndexExpr> coordinates = new ArrayList<>(at.subList(0, gather.axis()));
    coordinates.add(grid.loaded(index, extent));
    coordinates.addAll(at.subList(gather.axis() + indices.rank(), at.size()));
    return value(table, coordinates);
  }

  private void checkRange(Value index, Dim extent) {
    Value notNegative = builder.apply(Scalar.GE, index, builder.number(0));
    Value below = builder.apply(Scalar.LT, index, builder.size(extent));
    builder.effect(
        new Check("an index is outside the " + extent + " rows of a table"),
        builder.apply(Scalar.AND, notNegative, below));
  }

  /** Each part is read where the coordinate lies in it, and only there: it may have no elements. */
  private Value concat(Concat concat, Operation operation, List<IndexExpr> at) {
    Value index = grid.emit(builder, at.get(concat.axis()));
    Value result = null;
    Dim from = Dim.ZERO;
    for (Value operand : operation.operands()) {
      Dim extent = operand.tensorType().shape().dim(concat.axis());
      Value inside = builder.apply(Scalar.SUB, index, builder.size(from));
      Value isInside = builder.apply(
          Scalar.AND,
          builder.apply(Scalar.GE, inside, builder.number(0)),
          builder.apply(Scalar.LT, inside, builder.size(extent)));
      Value clamped = builder.apply(Scalar.SELECT, isInside, inside, zeroAs(inside));
      List<IndexExpr> coordinates = new ArrayList<>(at);
      coordinates.set(concat.axis(), grid.loaded(clamped, extent));
      Value part = where(isInside).value(operand, coordinates);
      result = result == null ? part : grid.apply(builder, Scalar.SELECT, isInside, part, result);
      from = from.plus(extent);
    }
    return result;
  }

  private Value zeroAs(Value like) {
    return builder.fill(0, TileBuilder.type(like));
  }

  private Value dequantize(Value scaled, List<IndexExpr> at) {
    Memory source = arguments.get(scaled);
    Value code;
    Value scale;
    if (source != null) {
      code = memory.load(source.elements(), source.type().shape(), at);
      scale = scaleOf(source, at);
    } else {
      Memory.expectOneLevel(scaled.tensorType());
      code = value(scaled, at);
      scale = value(definitions.get(scaled).operand(1), scaleCoordinates(scaled.tensorType(), at));
    }
    return grid.apply(builder, Scalar.MUL, builder.cast(code, Formats.F32, Rounding.NEAREST_EVEN), scale);
  }

  /** The scale that belongs to the element at these coordinates. */
  Value scaleOf(Memory scaled, List<IndexExpr> at) {
    TensorType scales = scaled.type().scaleType();
    Value loaded = memory.load(scaled.scales().orElseThrow(), scales.shape(), scaleCoordinates(scaled.type(), at));
    return computed(loaded, scales.format());
  }

  /** Coordinates in the grid of scales of the element at these coordinates. */
  static List<IndexExpr> scaleCoordinates(TensorType scaled, List<IndexExpr> at) {
    return boxCoordinates(scaled.scale().orElseThrow().granularity(), scaled.shape(), at);
  }

  /** Coordinates in the grid of boxes of the element at these coordinates. */
  static List<IndexExpr> boxCoordinates(Granularity granularity, Shape shape, List<IndexExpr> at) {
    ImmutableList<Dim> box = granularity.boxWithin(shape);
    List<IndexExpr> coordinates = new ArrayList<>();
    for (int axis = 0; axis < at.size(); axis++) {
      coordinates.add(box.get(axis).equals(shape.dim(axis)) ? IndexExpr.ZERO : at.get(axis).dividedBy(box.get(axis)));
    }
    return coordinates;
  }

  /** Whether an element is the first of those that share its scale: the one that stores it. */
  Value isFirstOfBox(TensorType scaled, List<IndexExpr> at) {
    ImmutableList<Dim> box = scaled.scale().orElseThrow().granularity().boxWithin(scaled.shape());
    IndexExpr inside = IndexExpr.ZERO;
    for (int axis = 0; axis < at.size(); axis++) {
      inside = inside.plus(at.get(axis).modulo(box.get(axis)));
    }
    return builder.apply(Scalar.EQ, grid.emit(builder, inside), builder.number(0));
  }

  /** Scales by rules that divide the amax by a code. */
  private Value scales(Scales scales, Value amax) {
    TensorType type = scales.result();
    if (type.isScaled()) {
      throw new UnsupportedAccess("no kernel computes " + type + ": scales of scales have no kernels yet");
    }
    NumberFormat format = type.format();
    ComputeFormat.of(format);
    Value magnitude = builder.apply(Scalar.ABS, amax);
    if (format.equals(Formats.UE8M0)) {
      return builder.apply(
          Scalar.POWER_ABOVE, builder.apply(Scalar.DIV, magnitude, builder.real(powerDivisor(scales))));
    }
    Value quotient = builder.apply(Scalar.DIV, magnitude, builder.real(divisor(scales)));
    Value narrow = builder.cast(withinRange(quotient, format), format, Rounding.NEAREST_EVEN);
    Value rounded = builder.cast(narrow, Formats.F32, Rounding.NEAREST_EVEN);
    Value isZero = builder.apply(Scalar.EQ, rounded, builder.real(0));
    return builder.apply(Scalar.SELECT, isInfinite(magnitude), builder.real(Double.NaN),
        builder.apply(Scalar.SELECT, isZero, builder.real(1), rounded));
  }

  private Value isInfinite(Value magnitude) {
    return builder.apply(Scalar.EQ, magnitude, builder.real(Double.POSITIVE_INFINITY));
  }

  private static double powerDivisor(Scales scales) {
    if (scales.rule() != ScaleRules.UP) {
      throw new UnsupportedAccess("no kernel computes scales of ue8m0 by the rule '" + scales.rule().keyword()
          + "' yet; they compute them by up");
    }
    return CodeRange.of(scales.elements()).most();
  }

  private static double divisor(Scales scales) {
    CodeRange codes = CodeRange.of(scales.elements());
    if (scales.rule() == ScaleRules.NEAREST) {
      return codes.most();
    }
    if (scales.rule() == ScaleRules.FULL) {
      return -codes.least();
    }
    throw new UnsupportedAccess("no kernel computes scales by the rule '" + scales.rule().keyword()
        + "' yet; they compute them by nearest and full");
  }

  /** Finite scales stay finite in their format, and NaN stays NaN. */
  private Value withinRange(Value scale, NumberFormat format) {
    if (format.max() >= WIDE) {
      return scale;
    }
    return builder.apply(Scalar.MIN, scale, builder.real(format.max()));
  }

  private Value inverse(Value scale, NumberFormat format) {
    return builder.apply(format.equals(Formats.UE8M0) ? Scalar.INVERSE_POWER : Scalar.RECIPROCAL, scale);
  }

  /** The code of an element, in the format of codes. */
  private Value quantize(Quantize quantize, Operation operation, List<IndexExpr> at) {
    Memory.expectOneLevel(quantize.result());
    if (operation.operands().size() != 2) {
      throw new UnsupportedAccess("a kernel quantizes with scales that are values of their own");
    }
    if (!(quantize.rounding() instanceof FixedRounding rounding) || rounding == FixedRounding.NEAREST_AWAY) {
      throw new UnsupportedAccess("no kernel rounds by " + quantize.rounding().text()
          + " yet; they round by nearest_even or toward_zero");
    }
    NumberFormat format = quantize.result().format();
    if (rounding != FixedRounding.NEAREST_EVEN && ComputeFormat.FLOAT_CODES.contains(format)) {
      throw new UnsupportedAccess("no kernel rounds codes of " + format.name() + " by " + rounding.text()
          + " yet; they round them by nearest_even");
    }
    if (!CODES.contains(format)) {
      throw new UnsupportedAccess("no kernel quantizes to " + format.name() + " yet; they quantize to "
          + String.join(", ", CODES.stream().map(NumberFormat::name).toList()));
    }
    Value x = value(operation.operand(0), at);
    Value scale = value(operation.operand(1), scaleCoordinates(quantize.result(), at));
    Value quotient = grid.apply(builder, Scalar.MUL, x, inverse(scale, quantize.result().scaleType().format()));
    CodeRange codes = CodeRange.of(format);
    double least = quantize.result().scale().orElseThrow().rule().leastCode(codes);
    Value low = builder.apply(Scalar.MAX, quotient, builder.real(least));
    Value bounded = builder.apply(Scalar.MIN, low, builder.real(codes.most()));
    return builder.cast(bounded, format, rounding);
  }
}
