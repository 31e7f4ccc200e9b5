package nibble.codegen.partition;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import nibble.codegen.index.ViewedAxes;
import nibble.codegen.partition.Space.Reduction;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.op.Amax;
import nibble.ir.op.Attention;
import nibble.ir.op.AttentionLse;
import nibble.ir.op.Compress;
import nibble.ir.op.Concat;
import nibble.ir.op.Gather;
import nibble.ir.op.GroupedMatMul;
import nibble.ir.op.Hadamard;
import nibble.ir.op.Members;
import nibble.ir.op.ProductOp;
import nibble.ir.op.Prune;
import nibble.ir.op.Quantize;
import nibble.ir.op.ReduceOp;
import nibble.ir.op.Scales;
import nibble.ir.op.Reshape;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/**
 * The operations of one kernel while they are collected, and which operation may still join: every value of a group is
 * either full (one element for each point of the iteration space) or reduced (one for each row, column or box of
 * points).
 */
final class Group {
  /** How many points of the space an element of a value stands for. */
  private enum Extent {
    FULL,
    REDUCED
  }

  private final int index;
  private final Map<Value, Operation> operations = new LinkedHashMap<>();
  private final Map<Value, Extent> extents = new HashMap<>();
  private final boolean isProduct;
  private final Optional<Value> swept;
  private final boolean isAttention;
  /** Whether rows are those of a table, or the table is made. */
  private final boolean isGrouped;
  private final boolean isPruned;
  private final Optional<TileBoxes> tiles;
  private Optional<ViewedQuantizer> viewed = Optional.empty();
  private Space space;

  /**
   * A group that starts with that operation.
   *
   * @param tiles which boxes its tiles have, if it is a product
   */
  Group(int index, Operation first, Optional<TileBoxes> tiles) {
    this.index = index;
    this.tiles = tiles;
    this.isAttention = first.op() instanceof Attention;
    this.isGrouped = first.op() instanceof GroupedMatMul || first.op() instanceof Members;
    this.isPruned = first.op() instanceof Prune;
    this.isProduct = isAttention || first.op() instanceof ProductOp;
    boolean reduces = first.op() instanceof ReduceOp || first.op() instanceof Amax;
    this.swept = reduces ? Optional.of(first.operand(0)) : Optional.empty();
    this.space = Space.of((reduces ? first.operand(0) : first.result()).tensorType().shape());
    reduction(first).ifPresent(reduction -> space = space.reducing(reduction));
    add(first, reduces ? Extent.REDUCED : Extent.FULL);
  }

  int index() {
    return index;
  }

  boolean isProduct() {
    return isProduct;
  }

  /** What lies in memory and is reduced first of all; others may reduce it as well, in the same sweep. */
  Optional<Value> swept() {
    return swept;
  }

  Iterable<Operation> operations() {
    return operations.values();
  }

  boolean defines(Value value) {
    return operations.containsKey(value);
  }

  Operation definition(Value value) {
    return operations.get(value);
  }

  private void add(Operation operation, Extent extent) {
    operations.put(operation.result(), operation);
    extents.put(operation.result(), extent);
  }

  /** Whether the operation is needed when what is here already is. */
  boolean isNeededWith(Operation operation, Conditions conditions) {
    return conditions.of(operation).equals(conditions.of(operations.values().iterator().next()));
  }

  /** Takes the operation in, if it can be computed in the same sweep over the space. */
  boolean accept(Operation operation) {
    boolean takesPlainWork = isAttention || isGrouped && isProduct;
    boolean readsViewed = viewed.filter(known -> operation.operands().contains(known.quantizer().result())).isPresent();
    boolean refuses = readsViewed || isGrouped && !isProduct || takesPlainWork && !isPlainWork(operation)
        || isAttention && readsRows(operation) || isPruned && !(operation.op() instanceof Compress);
    Optional<Extent> extent = refuses ? Optional.empty() : switch (operation.op()) {
      case ProductOp product -> Optional.empty();
      case Members members -> Optional.empty();
      case Prune prune -> Optional.empty();
      case Compress compress -> isPruned ? Optional.of(Extent.FULL) : Optional.empty();
      case Attention attention -> Optional.empty();
      case AttentionLse lse -> isAttention ? Optional.of(Extent.REDUCED) : Optional.empty();
      // They read their operands at other coordinates than their own.
      case Gather gather -> Optional.empty();
      case Concat concat -> Optional.empty();
      case Reshape reshape -> renamed(operation);
      case ReduceOp reduce -> goesThroughAll() ? Optional.empty() : reduced(operation);
      case Amax amax -> goesThroughAll() ? Optional.empty() : reduced(operation);
      // Neighbours of two rows, or zero points, share a byte: only a kernel that goes through all elements one after
      // the other has both.
      case Quantize quantize when sharesBytes(quantize) && (isProduct || space.reduction().isPresent()) ->
          Optional.empty();
      // One thread stores zero points of several boxes, which it can't find all.
      case Quantize quantize when zerosShareBytes(quantize) && defines(operation.operands().getLast()) ->
          Optional.empty();
      // Zero points are found in a sweep of their own.
      case Quantize quantize when isProduct && quantize.result().zeroType().isPresent() -> Optional.empty();
      case Hadamard hadamard when isProduct || goesThroughAll() || !space.rotates(hadamard) -> Optional.empty();
      default -> elementwise(operation);
    };
    extent.ifPresent(known -> {
      reduction(operation).ifPresent(reduction -> space = space.reducing(reduction));
      add(operation, known);
    });
    return extent.isPresent();
  }

  /**
   * What the epilogue of an attention, or of a product of experts, does: work on single elements, no quantizers with
   * what they need.
   */
  private static boolean isPlainWork(Operation operation) {
    boolean reduces = operation.op() instanceof ReduceOp || operation.op() instanceof Amax;
    return !reduces && !(operation.op() instanceof Quantize) && !(operation.op() instanceof Scales);
  }

  private boolean readsRows(Operation operation) {
    return operation.operands().stream().anyMatch(operand -> extents.get(operand) == Extent.REDUCED);
  }

  /** Whether the kernel is that of a product whose epilogue may quantize. */
  boolean mayQuantize() {
    return isProduct && !isAttention && !isGrouped;
  }

  /** Why a quantizer behind views of what this kernel computes is not computed here; nothing where it may be. */
  Optional<String> obstacle(ViewedQuantizer quantizer, Map<Value, Operation> definitions) {
    Optional<ViewedAxes> axes = quantizer.axes(definitions);
    if (axes.isEmpty() || extents.get(quantizer.source()) != Extent.FULL) {
      return Optional.of("its views are no transposes of parts of the result's axes");
    }
    if (viewed.isPresent() || space.reduction().isPresent()) {
      return Optional.of("the product's kernel has scales already");
    }
    return quantizer.computedScales().flatMap(granularity -> tiles.orElseThrow().obstacle(
        granularity, quantizer.view().tensorType().shape(), axes.get()));
  }

  /** States that a quantizer belongs to this kernel, whose operations are taken one by one. */
  void host(ViewedQuantizer quantizer) {
    viewed = Optional.of(quantizer);
  }

  /** Takes an operation of the hosted quantizer. */
  void take(Operation operation) {
    operations.put(operation.result(), operation);
  }

  private static boolean sharesBytes(Quantize quantize) {
    return rowsShareBytes(quantize) || zerosShareBytes(quantize);
  }

  private static boolean zerosShareBytes(Quantize quantize) {
    return quantize.result().zeroType().filter(zeros -> zeros.format().storageBits() < Byte.SIZE).isPresent();
  }

  private boolean goesThroughAll() {
    return operations.values().stream()
        .anyMatch(operation -> operation.op() instanceof Quantize quantize && sharesBytes(quantize));
  }

  static boolean rowsShareBytes(Quantize quantize) {
    Dim row = quantize.result().rank() == 0 ? Dim.ONE : quantize.result().shape().last();
    int bits = quantize.result().format().storageBits();
    return bits < Byte.SIZE && row.isConstant() && row.constant() * bits % Byte.SIZE != 0;
  }

  private Optional<Reduction> reduction(Operation operation) {
    return switch (operation.op()) {
      case ReduceOp reduce -> Optional.of(new Reduction.Axes(reduce.axes()));
      case Amax amax -> Optional.of(Space.boxes(amax.granularity(), operation.operand(0).tensorType().shape()));
      default -> Optional.empty();
    };
  }

  /** A reduction of a full value, in the only way in which this kernel reduces. */
  private Optional<Extent> reduced(Operation operation) {
    Value operand = operation.operand(0);
    boolean full = extents.get(operand) == Extent.FULL || swept.filter(operand::equals).isPresent();
    Reduction wanted = reduction(operation).orElseThrow();
    boolean agrees = space.reduction().isEmpty() || space.reduction().get().equals(wanted);
    boolean possible = (!isProduct || viewed.isEmpty() && isInTiles(wanted)) && keepsRotations(wanted);
    return full && agrees && possible ? Optional.of(Extent.REDUCED) : Optional.empty();
  }

  private boolean isInTiles(Reduction wanted) {
    return wanted instanceof Reduction.Boxes(var granularity) && tiles.filter(boxes ->
        boxes.obstacle(granularity, space.shape(), ViewedAxes.of(space.shape())).isEmpty()).isPresent();
  }

  private boolean keepsRotations(Reduction wanted) {
    return operations.values().stream().allMatch(operation ->
        !(operation.op() instanceof Hadamard hadamard) || space.reducing(wanted).rotates(hadamard));
  }

  /** A reduced value under a shape that has extents of 1 in other places is still that value. */
  private Optional<Extent> renamed(Operation operation) {
    boolean reduced = extents.get(operation.operand(0)) == Extent.REDUCED;
    Shape from = operation.operand(0).tensorType().shape();
    Shape to = operation.result().tensorType().shape();
    boolean same = withoutOnes(from).equals(withoutOnes(to));
    return reduced && same ? Optional.of(Extent.REDUCED) : Optional.empty();
  }

  private static Shape withoutOnes(Shape shape) {
    return Shape.of(shape.dims().stream().filter(dim -> !dim.is(1)).toList());
  }

  private Optional<Extent> elementwise(Operation operation) {
    TensorType result = operation.result().tensorType();
    boolean anyFull = false;
    boolean anyReduced = false;
    boolean reducedInPlace = true;
    for (Value operand : operation.operands()) {
      Extent extent = extents.get(operand);
      anyFull |= extent == Extent.FULL;
      anyReduced |= extent == Extent.REDUCED;
      if (extent == Extent.REDUCED && !(operation.op() instanceof Quantize)) {
        reducedInPlace &= isInPlace(operand.tensorType().shape());
      }
    }
    if (anyFull || (anyReduced && result.shape().equals(space.shape()))) {
      boolean full = result.shape().equals(space.shape()) && reducedInPlace;
      return full ? Optional.of(Extent.FULL) : Optional.empty();
    }
    // Among reduced values: all of one shape, besides scalars and what broadcasts to it.
    boolean allOfResultShape = operation.operands().stream()
        .filter(extents::containsKey)
        .allMatch(operand -> operand.tensorType().shape().equals(result.shape()));
    return anyReduced && allOfResultShape ? Optional.of(Extent.REDUCED) : Optional.empty();
  }

  /** Whether a reduced value broadcasts to full values as its own rows: extent 1 on just the reduced axes. */
  private boolean isInPlace(Shape reduced) {
    if (!(space.reduction().orElseThrow() instanceof Reduction.Axes(var axes))
        || reduced.rank() > space.shape().rank()) {
      return false;
    }
    int missing = space.shape().rank() - reduced.rank();
    for (int axis = 0; axis < space.shape().rank(); axis++) {
      Dim extent = axis < missing ? Dim.ONE : reduced.dim(axis - missing);
      Dim expected = axes.contains(axis) ? Dim.ONE : space.shape().dim(axis);
      if (!extent.equals(expected)) {
        return false;
      }
    }
    return true;
  }
}
