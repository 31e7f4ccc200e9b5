package nibble.codegen.kernel.product;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import nibble.codegen.index.IndexExpr;
import nibble.codegen.index.ViewedAxes;
import nibble.codegen.kernel.UnsupportedAccess;
import nibble.codegen.kernel.Views;
import nibble.ir.Block;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.layout.Granularity;
import nibble.ir.layout.Interleaving;
import nibble.ir.op.Amax;
import nibble.ir.op.Reshape;
import nibble.ir.op.Transpose;
import nibble.ir.op.ViewOp;
import nibble.ir.shape.Dim;
import nibble.ir.shape.SymbolBounds;

/**
 * Where the full values of a product's kernel have the elements of its tile: the product's result, what is computed of
 * it element by element, and transposed and reshaped values of it, such as heads.
 *
 * @param product the product
 * @param full each value that has an element for every one of the result
 * @param symbols what is known of symbolic sizes
 */
record ResultViews(
    Product product, ImmutableMap<Value, Viewed> full, Block region, ImmutableMap<String, SymbolBounds> symbols) {
  /**
   * A value.
   *
   * @param at coordinates of the element that is at a row and a column of the product
   * @param axes its axes, made of those of the result
   */
  record Viewed(ImmutableList<IndexExpr> at, ViewedAxes axes) {}

  /**
   * What shares a scale.
   *
   * @param rows of the tile, neighbours
   * @param columns of the tile, neighbours
   * @param interleaving how the rows are dealt to boxes, if there is more than one for them
   */
  record Box(int rows, int columns, Optional<Interleaving> interleaving) {
    /** Extents of a part of a tile, of which {@link #reduced} are those inside of a box. */
    ImmutableList<Integer> cut(ImmutableList<Integer> part) {
      ImmutableList.Builder<Integer> extents = ImmutableList.builder();
      extents.add(part.get(0) / rows);
      if (interleaving.isPresent()) {
        int cycle = Math.toIntExact(interleaving.get().cycle());
        int run = Math.toIntExact(interleaving.get().run());
        extents.add(rows / cycle, cycle / run, run);
      } else {
        extents.add(rows);
      }
      return extents.add(part.get(1) / columns, columns).build();
    }

    /** The innermost first. */
    ImmutableList<Integer> reduced() {
      return interleaving.isPresent() ? ImmutableList.of(5, 3, 1) : ImmutableList.of(3, 1);
    }
  }

  static ResultViews of(Product product, Block region, ImmutableMap<String, SymbolBounds> symbols) {
    Map<Value, Viewed> full = new HashMap<>();
    Value result = product.operation().result();
    full.put(result, new Viewed(product.result(), ViewedAxes.of(result.tensorType().shape())));
    for (Operation operation : region.operations()) {
      viewed(operation, full).ifPresent(viewed -> full.putIfAbsent(operation.result(), viewed));
    }
    return new ResultViews(product, ImmutableMap.copyOf(full), region, symbols);
  }

  private static Optional<Viewed> viewed(Operation operation, Map<Value, Viewed> full) {
    TensorType type = operation.result().tensorType();
    if (operation.op() instanceof Transpose || operation.op() instanceof Reshape) {
      ViewOp view = (ViewOp) operation.op();
      TensorType operand = operation.operand(0).tensorType();
      return Optional.ofNullable(full.get(operation.operand(0))).flatMap(of -> of.axes.through(view, type.shape())
          .map(axes -> new Viewed(
              ImmutableList.copyOf(Views.resultCoordinates(view, operand, type, of.at)), axes)));
    }
    return operation.operands().stream()
        .filter(operand -> full.containsKey(operand) && operand.tensorType().shape().equals(type.shape()))
        .findFirst().map(full::get);
  }

  /** Whether a value has an element for every one of the result. */
  boolean isFull(Value value) {
    return full.containsKey(value);
  }

  /** Coordinates of the elements of the tile in a full value. */
  ImmutableList<IndexExpr> at(Value value) {
    return full.get(value).at;
  }

  /** Rows that lie in a box of what is reduced, or are dealt to such boxes; all must lie in one part of the tile. */
  int boxRows() {
    return boxes().mapToInt(Box::rows).max().orElse(1);
  }

  /** Columns of a box of what is reduced. */
  int boxColumns() {
    return boxes().mapToInt(Box::columns).max().orElse(1);
  }

  private Stream<Box> boxes() {
    return region.operations().stream().flatMap(operation -> operation.op() instanceof Amax amax
        ? Stream.of(box(amax.granularity(), operation.operand(0))) : Stream.empty());
  }

  /** The box of the tile that a box of a full value is. */
  Box box(Granularity granularity, Value value) {
    ImmutableList<Dim> box = full.get(value).axes.box(granularity, value.tensorType().shape(), symbols)
        .filter(sides -> !product.turned() || granularity.interleaving().isEmpty())
        .orElseThrow(() -> new UnsupportedAccess(
            "boxes of " + granularity.text() + " of " + value.type() + " are none of a product's tile"));
    int rows = Math.toIntExact(box.get(box.size() - (product.turned() ? 1 : 2)).constant());
    int columns = Math.toIntExact(box.get(box.size() - (product.turned() ? 2 : 1)).constant());
    return new Box(rows, columns, granularity.interleaving());
  }
}
