package nibble.codegen.kernel.product;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.stream.Stream;
import nibble.codegen.index.IndexExpr;
import nibble.codegen.kernel.ElementEmitter;
import nibble.codegen.kernel.Grid2.Extent;
import nibble.codegen.kernel.Memory;
import nibble.codegen.kernel.ResidualQuantizer;
import nibble.codegen.kernel.ScaleFactors;
import nibble.codegen.kernel.TileBuilder;
import nibble.codegen.kernel.UnsupportedAccess;
import nibble.codegen.tile.Scalar;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.op.Expand;
import nibble.codegen.tile.op.Reduce;
import nibble.codegen.tile.op.TileReshape;
import nibble.ir.Block;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.Rounding;
import nibble.ir.layout.Granularity;
import nibble.ir.op.Amax;
import nibble.ir.op.Quantize;
import nibble.ir.op.ReduceOp;
import nibble.ir.shape.Dim;

/**
 * What a product's kernel does with its accumulators: elementwise work, and quantization with scales of boxes that lie
 * inside the tile. The amax of a box is kept on every element of it, so it combines with full values as they are.
 *
 * @param product the product
 * @param region what the kernel computes
 * @param emitter on the grid of accumulators, with the product's value defined
 */
record ProductEpilogue(Product product, Block region, ElementEmitter emitter) {
  /** Rows of the highest box that the region reduces over; all must lie in one part of the tile. */
  static long boxRows(Block region, Product product) {
    long rows = 1;
    for (Operation operation : region.operations()) {
      if (operation.op() instanceof Amax amax) {
        ImmutableList<Dim> box = amax.granularity().boxWithin(operation.operand(0).tensorType().shape());
        rows = Math.max(rows, box.get(box.size() - (product.turned() ? 1 : 2)).constant());
      }
    }
    return rows;
  }

  /** Computes and stores the results. */
  void store(ImmutableList<Memory> results) {
    for (Operation operation : region.operations()) {
      switch (operation.op()) {
        case Amax amax -> amax(operation, amax);
        case Quantize quantize when quantize.result().residual().isPresent() ->
            residual(ResidualQuantizer.in(region, operation));
        case ReduceOp reduce -> throw new UnsupportedAccess("a product's kernel has no " + reduce.name());
        default -> {
          // Computed when it is asked for.
        }
      }
    }
    for (int i = 0; i < results.size(); i++) {
      store(region.results().get(i), results.get(i));
    }
  }

  private TileBuilder builder() {
    return emitter.builder();
  }

  private void store(Value result, Memory memory) {
    builder().at(product.operation().location());
    TensorType type = memory.type();
    boolean isFull = type.shape().equals(product.operation().result().tensorType().shape());
    if (!isFull) {
      storeBoxes(result, memory);
      return;
    }
    Value stored = builder().cast(emitter.value(result, product.result()), type.format(), Rounding.NEAREST_EVEN);
    emitter.memory().store(memory.elements(), type.shape(), product.result(), stored);
    if (memory.scales().isPresent()) {
      new ScaleFactors(emitter).store(memory, quantizer(result).operand(1), product.result());
    }
    memory.residual().ifPresent(level -> {
      ResidualQuantizer residual = ResidualQuantizer.in(region, quantizer(result));
      emitter.memory().store(
          level.elements(), type.shape(), product.result(), residual.code(emitter, product.result()));
      new ScaleFactors(emitter).store(level, residual.scaleValue(), product.result());
    });
  }

  private Operation quantizer(Value result) {
    return region.operations().stream()
        .filter(operation -> operation.results().contains(result) && operation.op() instanceof Quantize)
        .findFirst().orElseThrow(() -> new UnsupportedAccess("scaled values come from quantizers only"));
  }

  /** What is computed for each box: its first element stores it. */
  private void storeBoxes(Value result, Memory memory) {
    Granularity granularity = region.operations().stream()
        .flatMap(operation -> operation.op() instanceof Amax amax ? Stream.of(amax.granularity()) : Stream.empty())
        .findFirst().orElseThrow(() ->
            new UnsupportedAccess("a product's kernel stores full results and their scales only"));
    TensorType full = product.operation().result().tensorType();
    List<IndexExpr> at = ElementEmitter.boxCoordinates(granularity, full.shape(), product.result());
    Value stored = builder().cast(emitter.value(result, at), memory.type().format(), Rounding.NEAREST_EVEN);
    IndexExpr inside = IndexExpr.ZERO;
    ImmutableList<Dim> box = granularity.boxWithin(full.shape());
    for (int axis = 0; axis < box.size(); axis++) {
      inside = inside.plus(product.result().get(axis).modulo(box.get(axis)));
    }
    Value isFirst = builder().apply(Scalar.EQ, emitter.grid().emit(builder(), inside), builder().number(0));
    emitter.memory().store(memory.elements(), memory.type().shape(), at, stored, isFirst);
  }

  /** Sides of a box along rows and columns of the tile. */
  private ImmutableList<Dim> sides(Granularity granularity) {
    ImmutableList<Dim> box = granularity.boxWithin(product.operation().result().tensorType().shape());
    Dim rows = box.get(box.size() - 2);
    return product.turned() ? ImmutableList.of(box.getLast(), rows) : ImmutableList.of(rows, box.getLast());
  }

  private void amax(Operation operation, Amax amax) {
    builder().at(operation.location());
    Value magnitude = emitter.magnitude(amax, emitter.value(operation.operand(0), product.result()));
    Value spread = largest(magnitude, amax.granularity());
    emitter.define(operation.result(), boxes(amax.granularity()), spread);
  }

  private void residual(ResidualQuantizer quantizer) {
    builder().at(quantizer.operation().location());
    Granularity granularity = quantizer.operation().result().tensorType().scale().orElseThrow().granularity();
    Value magnitude = builder().apply(Scalar.ABS, quantizer.left(emitter, product.result()));
    Value spread = largest(magnitude, granularity);
    List<IndexExpr> at = boxes(granularity);
    emitter.define(quantizer.scaleValue(), at, quantizer.scaleOf(emitter, at, spread));
  }

  /** Coordinates in the grid of boxes. */
  private List<IndexExpr> boxes(Granularity granularity) {
    return ElementEmitter.boxCoordinates(
        granularity, product.operation().result().tensorType().shape(), product.result());
  }

  /** The largest of the magnitudes of each box, on every element of it. */
  private Value largest(Value magnitudes, Granularity granularity) {
    Value masked = emitter.memory().zeroOutside(
        emitter.grid().spread(builder(), magnitudes, new Extent(true, true)));
    TileType full = TileBuilder.type(masked);
    int rows = Math.toIntExact(sides(granularity).get(0).constant());
    int columns = Math.toIntExact(sides(granularity).get(1).constant());
    ImmutableList<Integer> cut = ImmutableList.of(
        full.extents().get(0) / rows, rows, full.extents().get(1) / columns, columns);
    Value boxes = builder().add(new TileReshape(cut), masked);
    TileType boxType = TileBuilder.type(boxes);
    Value reduced = builder().add(
        new Reduce(1, Scalar.MAX), builder().add(new Reduce(3, Scalar.MAX), boxes));
    return builder().add(new TileReshape(full.extents()), builder().add(new Expand(boxType), reduced));
  }
}
