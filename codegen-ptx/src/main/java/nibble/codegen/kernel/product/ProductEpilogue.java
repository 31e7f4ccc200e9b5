package nibble.codegen.kernel.product;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import nibble.codegen.index.IndexExpr;
import nibble.codegen.kernel.BoxCoordinates;
import nibble.codegen.kernel.ElementEmitter;
import nibble.codegen.kernel.Grid2.Extent;
import nibble.codegen.kernel.Memory;
import nibble.codegen.kernel.ResidualQuantizer;
import nibble.codegen.kernel.ScaleFactors;
import nibble.codegen.kernel.TileBuilder;
import nibble.codegen.kernel.UnsupportedAccess;
import nibble.codegen.kernel.Views;
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
import nibble.ir.op.Reshape;
import nibble.ir.op.Transpose;
import nibble.ir.op.ViewOp;
import nibble.ir.shape.Dim;

/**
 * What a product's kernel does with its accumulators: elementwise work, and quantization with scales of boxes that lie
 * inside the tile, of the result as it is or behind views. The amax of a box is kept on every element of it, so it
 * combines with full values as they are.
 *
 * @param product the product
 * @param region what the kernel computes
 * @param emitter on the grid of accumulators, with the product's value defined
 * @param views where values have the elements of the tile
 */
record ProductEpilogue(Product product, Block region, ElementEmitter emitter, ResultViews views) {
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
    if (!views.isFull(result)) {
      storeBoxes(result, memory);
      return;
    }
    ImmutableList<IndexExpr> at = views.at(result);
    Value stored = builder().cast(emitter.value(result, at), type.format(), Rounding.NEAREST_EVEN);
    emitter.memory().store(memory.elements(), type.shape(), at, stored);
    if (memory.scales().isPresent()) {
      new ScaleFactors(emitter).store(memory, quantizer(result).operand(1), at);
    }
    memory.residual().ifPresent(level -> {
      ResidualQuantizer residual = ResidualQuantizer.in(region, quantizer(result));
      emitter.memory().store(level.elements(), type.shape(), at, residual.code(emitter, at));
      new ScaleFactors(emitter).store(level, residual.scaleValue(), at);
    });
  }

  private Operation quantizer(Value result) {
    return region.operations().stream()
        .filter(operation -> operation.results().contains(result) && operation.op() instanceof Quantize)
        .findFirst().orElseThrow(() -> new UnsupportedAccess("scaled values come from quantizers only"));
  }

  /** What is computed for each box: its first element stores it. */
  private void storeBoxes(Value result, Memory memory) {
    Boxed boxed = boxed(result).orElseThrow(() ->
        new UnsupportedAccess("a product's kernel stores full results and their scales only"));
    Value full = boxed.amax().operand(0);
    Value stored =
        builder().cast(emitter.value(result, boxed.at()), memory.type().format(), Rounding.NEAREST_EVEN);
    IndexExpr inside = IndexExpr.ZERO;
    ImmutableList<Dim> box = ((Amax) boxed.amax().op()).granularity().boxWithin(full.tensorType().shape());
    for (int axis = 0; axis < box.size(); axis++) {
      inside = inside.plus(views.at(full).get(axis).modulo(box.get(axis)));
    }
    Value isFirst = builder().apply(Scalar.EQ, emitter.grid().emit(builder(), inside), builder().number(0));
    emitter.memory().store(memory.elements(), memory.type().shape(), boxed.at(), stored, isFirst);
  }

  /**
   * A value with an element for each box.
   *
   * @param amax finds the largest magnitudes of these boxes
   * @param at where the value has the box that the element at hand lies in
   */
  private record Boxed(Operation amax, List<IndexExpr> at) {}

  /** The boxes of an amax, and of what is computed of it, behind views that keep all elements too. */
  private Optional<Boxed> boxed(Value value) {
    Optional<Operation> maker =
        region.operations().stream().filter(operation -> operation.results().contains(value)).findFirst();
    if (maker.isEmpty()) {
      return Optional.empty();
    }
    Operation operation = maker.get();
    return switch (operation.op()) {
      case Amax amax -> Optional.of(new Boxed(operation, boxes(amax.granularity(), operation.operand(0))));
      case Reshape view -> behind(view, operation);
      case Transpose view -> behind(view, operation);
      default -> operation.operands().stream()
          .filter(operand -> operand.tensorType().shape().equals(value.tensorType().shape()))
          .flatMap(operand -> boxed(operand).stream()).findFirst();
    };
  }

  private Optional<Boxed> behind(ViewOp view, Operation operation) {
    Value operand = operation.operand(0);
    return boxed(operand).map(before -> new Boxed(before.amax(), Views.resultCoordinates(
        view, operand.tensorType(), operation.result().tensorType(), before.at())));
  }

  private void amax(Operation operation, Amax amax) {
    builder().at(operation.location());
    Value full = operation.operand(0);
    Value magnitude = emitter.magnitude(amax, emitter.value(full, views.at(full)));
    Value spread = largest(magnitude, views.box(amax.granularity(), full));
    emitter.define(operation.result(), boxes(amax.granularity(), full), spread);
  }

  private void residual(ResidualQuantizer quantizer) {
    Operation operation = quantizer.operation();
    builder().at(operation.location());
    Value full = operation.operand(0);
    Granularity granularity = operation.result().tensorType().scale().orElseThrow().granularity();
    Value magnitude = builder().apply(Scalar.ABS, quantizer.left(emitter, views.at(full)));
    Value spread = largest(magnitude, views.box(granularity, full));
    List<IndexExpr> at = boxes(granularity, full);
    emitter.define(quantizer.scaleValue(), at, quantizer.scaleOf(emitter, at, spread));
  }

  /** Coordinates in the grid of boxes of a full value. */
  private List<IndexExpr> boxes(Granularity granularity, Value full) {
    return BoxCoordinates.of(granularity, full.tensorType().shape(), views.at(full));
  }

  /** The largest of the magnitudes of each box, on every element of it. */
  private Value largest(Value magnitudes, ResultViews.Box box) {
    Value masked = emitter.memory().zeroOutside(
        emitter.grid().spread(builder(), magnitudes, new Extent(true, true)));
    TileType full = TileBuilder.type(masked);
    Value cut = builder().add(new TileReshape(box.cut(full.extents())), masked);
    Value reduced = cut;
    for (int axis : box.reduced()) {
      reduced = builder().add(new Reduce(axis, Scalar.MAX), reduced);
    }
    return builder().add(
        new TileReshape(full.extents()), builder().add(new Expand(TileBuilder.type(cut)), reduced));
  }
}
