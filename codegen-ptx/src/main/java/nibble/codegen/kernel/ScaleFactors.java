package nibble.codegen.kernel;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Optional;
import nibble.codegen.index.IndexExpr;
import nibble.codegen.kernel.GlobalMemory.Guard;
import nibble.codegen.tile.Scalar;
import nibble.ir.Operation;
import nibble.ir.TensorPart;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.format.Rounding;
import nibble.ir.layout.Interleaving;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.op.Scales;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;
import nibble.ir.shape.SymbolBounds;

/**
 * The scales of a scaled tensor, of one level or of two: of a tensor in memory, or of one that a quantizer of the
 * kernel makes with scales that are computed or in memory.
 *
 * @param emitter computes values at coordinates
 */
public record ScaleFactors(ElementEmitter emitter) {
  private static final String OUTER = TensorPart.SCALES + "." + TensorPart.SCALES;

  /** The scale of an element of a tensor in memory: the product of both levels, where there are two. */
  Value of(Memory scaled, List<IndexExpr> element) {
    TensorType type = scaled.type().scaleType();
    List<IndexExpr> at = BoxCoordinates.ofScale(scaled.type(), element);
    Value inner = emitter.read(scaled.parts().get(TensorPart.SCALES), type, at);
    return type.isScaled() ? product(inner, outer(scaled, element)) : inner;
  }

  /** The inner scale of an element of a tensor in memory with two levels of scales. */
  public Value inner(Memory scaled, List<IndexExpr> element) {
    return emitter.read(scaled.parts().get(TensorPart.SCALES), scaled.type().scaleType(),
        BoxCoordinates.ofScale(scaled.type(), element));
  }

  /** The outer scale of an element of a tensor in memory with two levels of scales. */
  public Value outer(Memory scaled, List<IndexExpr> element) {
    TensorType type = scaled.type().scaleType();
    List<IndexExpr> at = BoxCoordinates.ofScale(type, BoxCoordinates.ofScale(scaled.type(), element));
    return emitter.read(scaled.parts().get(OUTER), type.scaleType(), at);
  }

  /** A value times the outer scale of an element of a tensor in memory, where there are two levels of scales. */
  public Value applyOuter(Value value, Memory scaled, List<IndexExpr> element) {
    return scaled.type().scaleType().isScaled() ? product(value, outer(scaled, element)) : value;
  }

  /**
   * The scale by which an element is quantized.
   *
   * @param scales the quantizer's operand, a value of the kernel
   * @param type of what is quantized
   */
  Value of(Value scales, TensorType type, List<IndexExpr> element) {
    List<IndexExpr> at = BoxCoordinates.ofScale(type, element);
    Value inner = inner(scales, at);
    return outer(scales, at).map(outer -> product(inner, outer)).orElse(inner);
  }

  private Value inner(Value scales, List<IndexExpr> at) {
    Memory memory = emitter.memoryOf(scales);
    boolean isRead = memory != null && memory.type().isScaled();
    return isRead ? emitter.read(memory.elements(), memory.type(), at) : emitter.value(scales, at);
  }

  /** The outer scale of an inner one at these coordinates, where there are two levels. */
  private Optional<Value> outer(Value scales, List<IndexExpr> at) {
    TensorType type = scales.tensorType();
    if (!type.isScaled()) {
      return Optional.empty();
    }
    List<IndexExpr> where = BoxCoordinates.ofScale(type, at);
    Memory memory = emitter.memoryOf(scales);
    if (memory != null) {
      return Optional.of(emitter.read(memory.parts().get(TensorPart.SCALES), type.scaleType(), where));
    }
    Operation maker = emitter.definition(scales);
    if (!(maker.op() instanceof Scales) || maker.operands().size() != 2) {
      throw new UnsupportedAccess(
          "a kernel knows no outer scales of " + scales + ", which " + maker.op().name() + " makes");
    }
    return Optional.of(emitter.value(maker.operand(1), where));
  }

  /**
   * A code in memory as f32, less the zero point of its box where codes are affine: both are integers that f32 holds.
   */
  public Value lessZero(Memory scaled, Value code, List<IndexExpr> element) {
    Value real = emitter.builder().cast(code, Formats.F32, Rounding.NEAREST_EVEN);
    Optional<TensorType> zeros = scaled.type().zeroType();
    if (zeros.isEmpty()) {
      return real;
    }
    if (zeros.get().format().bits() > Short.SIZE) {
      throw new UnsupportedAccess("no kernel takes zero points of " + zeros.get().format().name());
    }
    List<IndexExpr> at = BoxCoordinates.ofScale(scaled.type(), element);
    Value zero = emitter.memory().load(scaled.parts().get(TensorPart.ZEROS), zeros.get().shape(), at);
    return difference(real, emitter.builder().cast(zero, Formats.F32, Rounding.NEAREST_EVEN));
  }

  /** The same of a code that a quantizer of the kernel makes. */
  Value lessZero(Operation quantizer, Value code, List<IndexExpr> element) {
    Value real = emitter.builder().cast(code, Formats.F32, Rounding.NEAREST_EVEN);
    return quantizer.operands().size() == 3 ? difference(real, zero(quantizer, element)) : real;
  }

  /** The zero point, as f32, by which a quantizer of the kernel makes the code of an element. */
  Value zero(Operation quantizer, List<IndexExpr> element) {
    TensorType type = quantizer.result().tensorType();
    List<IndexExpr> at = BoxCoordinates.ofScale(type, element);
    return inFormat(emitter.value(quantizer.operand(2), at), quantizer.operand(2), type.zeroType().orElseThrow());
  }

  /** As f32, and what the format of the type can hold of it, where it comes in a wider one. */
  private Value inFormat(Value zero, Value given, TensorType zeros) {
    Value real = emitter.builder().cast(zero, Formats.F32, Rounding.NEAREST_EVEN);
    NumberFormat format = zeros.format();
    return given.tensorType().format().equals(format) ? real : emitter.within(real, format.min(), format.max());
  }

  private Value difference(Value code, Value zero) {
    return emitter.grid().apply(emitter.builder(), Scalar.SUB, code, zero);
  }

  private Value product(Value inner, Value outer) {
    return emitter.grid().apply(emitter.builder(), Scalar.MUL, inner, outer);
  }

  /**
   * Stores the zero points of a quantized result, where it has some, from its elements, as scales.
   *
   * @throws UnsupportedAccess where several lie in a byte
   */
  public void storeZeros(Memory result, Operation quantizer, List<IndexExpr> element) {
    result.type().zeroType().ifPresent(type -> {
      if (type.format().storageBits() < Byte.SIZE) {
        throw new UnsupportedAccess("no kernel stores zero points of " + type.format().name()
            + ", of which several lie in a byte, but one that goes through all elements one after the other");
      }
      List<IndexExpr> at = BoxCoordinates.ofScale(result.type(), element);
      store(result.parts().get(TensorPart.ZEROS), type, at, emitter.value(quantizer.operand(2), at),
          inBox(result.type(), element));
    });
  }

  /**
   * Stores zero points of which several lie in a byte, which then are in memory as bytes.
   *
   * @param tile a variable that runs through them, as one thread has all of a byte
   * @throws UnsupportedAccess where they are not in memory
   */
  public void packZeros(
      Memory result, Operation quantizer, String tile, ImmutableMap<String, SymbolBounds> symbols) {
    TensorType type = result.type().zeroType().orElseThrow();
    Memory given = emitter.memoryOf(quantizer.operand(2));
    if (given == null || given.type().format().storageBits() < Byte.SIZE) {
      throw new UnsupportedAccess("a kernel packs zero points of " + type.format().name()
          + " that another one has stored as bytes");
    }
    Dim count = type.shape().size();
    int inByte = Byte.SIZE / type.format().storageBits();
    // The last byte is stored whole.
    Dim padded = count.ceilDiv(inByte).times(Dim.of(inByte));
    List<IndexExpr> at = List.of(IndexExpr.variable(tile, padded));
    Value zero = memory(Guard.of(tile, count), symbols).load(given.elements(), Shape.of(count), at);
    Value code = emitter.builder().cast(
        inFormat(zero, quantizer.operand(2), type), type.format(), Rounding.NEAREST_EVEN);
    memory(Guard.of(tile, padded), symbols).store(
        result.parts().get(TensorPart.ZEROS), Shape.of(padded), at, code);
  }

  private GlobalMemory memory(Guard guard, ImmutableMap<String, SymbolBounds> symbols) {
    return new GlobalMemory(emitter.builder(), emitter.grid(), ImmutableList.of(guard), symbols);
  }

  /**
   * Stores the scales of a quantized result from its elements: the first of each box stores the box's.
   *
   * @param scales the quantizer's operand
   * @param element coordinates of an element
   */
  public void store(Memory result, Value scales, List<IndexExpr> element) {
    TensorType type = result.type().scaleType();
    List<IndexExpr> at = BoxCoordinates.ofScale(result.type(), element);
    IndexExpr inside = inBox(result.type(), element);
    store(result.scales().orElseThrow(), type, at, inner(scales, at), inside);
    outer(scales, at).ifPresent(outer -> store(
        result.parts().get(OUTER), type.scaleType(), BoxCoordinates.ofScale(type, at), outer,
        inside.plus(inBox(type, at))));
  }

  private void store(Value buffer, TensorType type, List<IndexExpr> at, Value value, IndexExpr inside) {
    TileBuilder builder = emitter.builder();
    Value stored = builder.cast(value, type.format(), Rounding.NEAREST_EVEN);
    Value isFirst = builder.apply(Scalar.EQ, emitter.grid().emit(builder, inside), builder.number(0));
    emitter.memory().store(buffer, type.shape(), at, stored, isFirst);
  }

  /** A number that is 0 for the first element of each box alone. */
  private static IndexExpr inBox(TensorType scaled, List<IndexExpr> at) {
    ScaleLayout layout = scaled.scale().orElseThrow();
    ImmutableList<Dim> box = layout.granularity().boxWithin(scaled.shape());
    IndexExpr inside = IndexExpr.ZERO;
    for (int axis = 0; axis < at.size(); axis++) {
      Optional<Interleaving> rows = axis == at.size() - 2 ? layout.granularity().interleaving() : Optional.empty();
      if (rows.isPresent()) {
        IndexExpr inPeriod = at.get(axis).modulo(Dim.of(rows.get().rows()));
        inside = inside.plus(inPeriod.dividedBy(Dim.of(rows.get().cycle())))
            .plus(at.get(axis).modulo(Dim.of(rows.get().run())));
        continue;
      }
      inside = inside.plus(at.get(axis).modulo(box.get(axis)));
    }
    return inside;
  }

  /** Accumulators times the scales of both operands, which are multiplied first where they are fewer than these. */
  public static Value scaled(ElementEmitter emitter, Value sum, Value left, Value right) {
    TileBuilder into = emitter.builder();
    Grid2 grid = emitter.grid();
    Value real = into.cast(sum, Formats.F32, Rounding.NEAREST_EVEN);
    Grid2.Extent both = grid.extent(left).or(grid.extent(right));
    return both.alongRows() && both.alongColumns()
        ? grid.apply(into, Scalar.MUL, grid.apply(into, Scalar.MUL, real, left), right)
        : grid.apply(into, Scalar.MUL, real, grid.apply(into, Scalar.MUL, left, right));
  }
}
