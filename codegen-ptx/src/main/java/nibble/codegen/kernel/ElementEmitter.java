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
import nibble.codegen.tile.op.TileHadamard;
import nibble.ir.Block;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.format.Rounding;
import nibble.ir.layout.CodeRange;
import nibble.ir.op.Amax;
import nibble.ir.op.Cast;
import nibble.ir.op.Concat;
import nibble.ir.op.Constant;
import nibble.ir.op.Decompress;
import nibble.ir.op.Dequantize;
import nibble.ir.op.Gather;
import nibble.ir.op.Hadamard;
import nibble.ir.op.Iota;
import nibble.ir.op.Quantize;
import nibble.ir.op.Relu;
import nibble.ir.op.Requantize;
import nibble.ir.op.Scales;
import nibble.ir.op.ViewOp;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/**
 * Computes tensor values element by element on a grid of iteration points: asked for a value at coordinates, it asks
 * for the operands at theirs, down to loads. Views change coordinates and cost nothing.
 */
public final class ElementEmitter {
  /** Formats of codes that kernels have instructions for. */
  private static final ImmutableList<NumberFormat> CODES = ImmutableList.<NumberFormat>builder()
      .add(Formats.I8, Formats.U8, Formats.I16, Formats.TF32, Formats.F16, Formats.BF16)
      .addAll(ComputeFormat.FLOAT_CODES)
      .addAll(ComputeFormat.PACKED_INTEGERS).build();

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

  /** One for the operations of a region, whose arguments lie in memory. */
  public ElementEmitter(
      Grid2 grid, TileBuilder builder, GlobalMemory memory, Block region, Map<Value, Memory> arguments) {
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
  public ElementEmitter nested(TileBuilder inner, Grid2 innerGrid) {
    return new ElementEmitter(
        innerGrid, inner, memory.on(inner, innerGrid), definitions, arguments, new HashMap<>(known), new HashMap<>());
  }

  /** The same, but that nothing is read where the condition does not hold. */
  private ElementEmitter where(Value condition) {
    return new ElementEmitter(
        grid, builder, memory.where(condition), definitions, arguments, known, new HashMap<>());
  }

  /** The points at which values are computed. */
  public Grid2 grid() {
    return grid;
  }

  /** Where the operations go. */
  public TileBuilder builder() {
    return builder;
  }

  /** What reads and writes tensors at those points. */
  public GlobalMemory memory() {
    return memory;
  }

  /** States that a value has been computed, for these coordinates. */
  public void define(Value value, List<IndexExpr> at, Value tile) {
    known.put(value, new Known(ImmutableList.copyOf(at), tile));
  }

  /**
   * The value at these coordinates.
   *
   * @throws UnsupportedAccess where the kernel does not have it there
   */
  public Value value(Value value, List<IndexExpr> at) {
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
      case Constant constant -> same(constant);
      case Iota iota -> grid.emit(builder, at.getFirst());
      case Gather gather -> gather(gather, operation, at);
      case Concat concat -> concat(concat, operation, at);
      case Cast cast -> cast(operation.operand(0), at, cast.to());
      case Relu relu -> grid.apply(builder, Scalar.MAX, value(operation.operand(0), at), zeroLike(type));
      case Dequantize dequantize -> dequantized(operation.operand(0), at);
      case Decompress decompress -> SparseElements.of(this).element(
          compressed(operation), at, stored -> computed(stored, type.format()));
      case Scales scales -> new ScaleComputation(grid, builder).scale(
          scales, value(operation.operand(0), at), operation.operands().stream().skip(1).findFirst()
              .map(outer -> value(outer, BoxCoordinates.ofScale(type, at))));
      case Quantize quantize -> quantize(quantize, operation, at);
      case Requantize requantize -> requantized(requantize, operation, at);
      case Hadamard hadamard -> rotated(hadamard, operation.operand(0), at);
      default -> elementwise(operation, at);
    };
  }

  /** Blocks that lie along the rows or the columns of the tile, rotated there. */
  private Value rotated(Hadamard hadamard, Value operand, ImmutableList<IndexExpr> at) {
    TileType full = grid.full(Formats.F32);
    for (int tileAxis = 0; tileAxis < 2; tileAxis++) {
      String variable = tileAxis == 0 ? grid.rows() : grid.columns();
      boolean fits = hadamard.seed().isEmpty() && full.extents().get(tileAxis) >= hadamard.size()
          && memory.runsAlong(variable, hadamard.size(), at, hadamard.axis());
      if (fits) {
        Value x = grid.spread(builder, value(operand, at), new Grid2.Extent(true, true));
        Value sums = builder.add(new TileHadamard(tileAxis, Math.toIntExact(hadamard.size())), x);
        return builder.apply(Scalar.MUL, sums, builder.real(1 / Math.sqrt(hadamard.size())));
      }
    }
    throw new UnsupportedAccess("no kernel rotates blocks of " + hadamard.size() + " along axis " + hadamard.axis()
        + " here; they rotate along the last axis, blocks that lie in a tile");
  }

  private Value same(Constant constant) {
    if (constant.values().size() > 1) {
      throw new UnsupportedAccess("a kernel has constants that are the same everywhere, others are in memory");
    }
    return builder.fill(
        constant.values().getFirst(), TileType.scalar(ComputeFormat.of(constant.result().format())));
  }

  private Value zeroLike(TensorType type) {
    return builder.fill(0, TileType.scalar(ComputeFormat.of(type.format())));
  }

  private Value requantized(Requantize requantize, Operation operation, List<IndexExpr> at) {
    ComputeFormat.of(requantize.to());
    Value product = builder.apply(Scalar.DYADIC, operands(operation, at));
    Value low = builder.apply(Scalar.MAX, product, builder.number((int) requantize.to().min()));
    return builder.apply(Scalar.MIN, low, builder.number((int) requantize.to().max()));
  }

  private Value elementwise(Operation operation, List<IndexExpr> at) {
    Scalar function = ScalarOf.of(operation.op()).orElseThrow(() ->
        new UnsupportedAccess("no kernel computes " + operation.op().name() + " here"));
    Value result = builder.apply(function, operands(operation, at));
    boolean mayLeaveRange = switch (function) {
      case ADD, SUB, MUL, DIV, NEG, ABS -> true;
      default -> false;
    };
    return mayLeaveRange ? wrapped(result, operation.result().tensorType().format()) : result;
  }

  private Value[] operands(Operation operation, List<IndexExpr> at) {
    List<Value> operands = new ArrayList<>();
    for (Value operand : operation.operands()) {
      // Of 64 bits kernels see 32 only.
      ComputeFormat.of(operand.tensorType().format());
      operands.add(value(operand, Views.broadcast(operand.tensorType().shape(), at)));
    }
    return grid.unify(builder, operands).toArray(Value[]::new);
  }

  /** An integer as its format has it: what does not fit is cut off. */
  public Value wrapped(Value x, NumberFormat format) {
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
    Value index = index(operation.operand(1), where);
    Dim extent = table.tensorType().shape().dim(gather.axis());
    checkRange(index, extent);
    List<IndexExpr> coordinates = new ArrayList<>(at.subList(0, gather.axis()));
    coordinates.add(grid.loaded(index, extent));
    coordinates.addAll(at.subList(gather.axis() + indices.rank(), at.size()));
    return value(table, coordinates);
  }

  /** Numbers of rows, 0 outside of the guards: what is computed there may be beyond the last row. */
  private Value index(Value operand, List<IndexExpr> at) {
    Value index = value(operand, at);
    Value inside = isLoaded(operand) ? null : memory.insideAlong(index);
    return inside == null ? index : grid.apply(builder, Scalar.SELECT, inside, index, zeroAs(index));
  }

  /** Whether a value is read as it lies: outside of the guards it is 0 then. */
  private boolean isLoaded(Value value) {
    Operation definition = definitions.get(value);
    return definition == null || definition.op() instanceof ViewOp && isLoaded(definition.operand(0));
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

  /** What the code of an element stands for, in f32. */
  public Value dequantized(Value scaled, List<IndexExpr> at) {
    Memory source = arguments.get(scaled);
    if (source != null) {
      ScaleFactors factors = new ScaleFactors(this);
      Value code = factors.lessZero(source, memory.load(source.elements(), source.type().shape(), at), at);
      Value first = product(code, factors.of(source, at));
      return source.residual().map(level -> grid.apply(builder, Scalar.ADD, first,
          product(memory.load(level.elements(), level.type().shape(), at), factors.of(level, at)))).orElse(first);
    }
    TensorType type = scaled.tensorType();
    if (definitions.get(scaled).op() instanceof Decompress) {
      Memory compressed = compressed(definitions.get(scaled));
      Value code = SparseElements.of(this).element(
          compressed, at, stored -> builder.cast(stored, Formats.F32, Rounding.NEAREST_EVEN));
      return product(code, new ScaleFactors(this).of(compressed, at));
    }
    Operation quantizer = definitions.get(scaled);
    ScaleFactors factors = new ScaleFactors(this);
    Value first = product(
        factors.lessZero(quantizer, value(scaled, at), at), factors.of(quantizer.operand(1), type, at));
    if (type.residual().isEmpty()) {
      return first;
    }
    ResidualQuantizer residual = ResidualQuantizer.of(quantizer, definitions);
    return grid.apply(builder, Scalar.ADD, first, product(residual.code(this, at), residual.scale(this, at)));
  }

  /** What a decompression reads. */
  private Memory compressed(Operation decompress) {
    Memory memory = arguments.get(decompress.operand(0));
    if (memory == null) {
      throw new UnsupportedAccess("a kernel decompresses what lies in memory");
    }
    return memory;
  }

  private Value product(Value code, Value scale) {
    return grid.apply(builder, Scalar.MUL, builder.cast(code, Formats.F32, Rounding.NEAREST_EVEN), scale);
  }

  /** The scale that belongs to the element at these coordinates, of the first level of codes. */
  public Value scaleOf(Memory scaled, List<IndexExpr> at) {
    return new ScaleFactors(this).of(scaled, at);
  }

  /** What a buffer of elements of that type has at coordinates, as kernels compute with it. */
  Value read(Value buffer, TensorType type, List<IndexExpr> at) {
    return computed(memory.load(buffer, type.shape(), at), type.format());
  }

  /** The memory of a value that is an argument; null where it is none. */
  public Memory memoryOf(Value value) {
    return arguments.get(value);
  }

  /** What makes a value that is no argument. */
  Operation definition(Value value) {
    return definitions.get(value);
  }

  /** The code of an element, in the format of codes. */
  private Value quantize(Quantize quantize, Operation operation, List<IndexExpr> at) {
    if (operation.operands().size() != (quantize.result().zeroType().isPresent() ? 3 : 2)) {
      throw new UnsupportedAccess("a kernel quantizes with scales and zero points that are values of their own");
    }
    Value x = value(operation.operand(0), at);
    Value scale = new ScaleFactors(this).of(operation.operand(1), quantize.result(), at);
    return quantize.result().zeroType().isPresent()
        ? affineCode(quantize, x, scale, new ScaleFactors(this).zero(operation, at), at)
        : code(quantize, quantize.result(), 0, x, scale, at);
  }

  /**
   * The affine code of an element: what is farther from 0 than all codes are from each other is clipped whatever the
   * zero point is, so the rest fits integers of twice the width.
   */
  private Value affineCode(Quantize quantize, Value x, Value scale, Value zero, List<IndexExpr> at) {
    TensorType type = quantize.result();
    NumberFormat format = type.format();
    if (format.bits() > Short.SIZE) {
      throw new UnsupportedAccess(
          "no kernel quantizes to " + format.name() + " with zero points; they do to codes of 16 bits at most");
    }
    NumberFormat wide = format.bits() > Byte.SIZE ? Formats.I32 : Formats.I16;
    double span = format.max() - format.min();
    Value bounded = within(quotient(x, scale, type), -span, span);
    Value integer = new CodeRounding(this).round(bounded, type.plain(wide), quantize.rounding(), 0, at);
    Value real = builder.cast(integer, Formats.F32, Rounding.NEAREST_EVEN);
    Value code = within(grid.apply(builder, Scalar.ADD, real, zero), format.min(), format.max());
    return builder.cast(code, format, Rounding.NEAREST_EVEN);
  }

  /** What an element counts for an amax. */
  public Value magnitude(Amax amax, Value x) {
    return amax.side()
        .map(side -> builder.apply(
            Scalar.MAX, side == Amax.Side.ABOVE ? x : builder.apply(Scalar.NEG, x), builder.real(0)))
        .orElseGet(() -> builder.apply(Scalar.ABS, x));
  }

  private Value quotient(Value x, Value scale, TensorType type) {
    return grid.apply(builder, Scalar.MUL, x, new ScaleComputation(grid, builder).inverse(scale, type.scaleType()));
  }

  Value within(Value x, double least, double most) {
    Value low = builder.apply(Scalar.MAX, x, builder.real(least));
    return builder.apply(Scalar.MIN, low, builder.real(most));
  }

  /**
   * The code of an element.
   *
   * @param type of the level of codes that it belongs to
   * @param level 0 for the first, 1 for a residual
   */
  Value code(Quantize quantize, TensorType type, int level, Value x, Value scale, List<IndexExpr> at) {
    NumberFormat format = type.format();
    if (!CODES.contains(format) && !ComputeFormat.isCode(format)) {
      throw new UnsupportedAccess("no kernel quantizes to " + format.name() + " yet; they quantize to "
          + String.join(", ", CODES.stream().map(NumberFormat::name).toList()));
    }
    CodeRange codes = CodeRange.of(format);
    double least = type.scale().orElseThrow().rule().leastCode(codes);
    Value bounded = within(quotient(x, scale, type), least, codes.most());
    return new CodeRounding(this).round(bounded, type, quantize.rounding(), level, at);
  }
}
