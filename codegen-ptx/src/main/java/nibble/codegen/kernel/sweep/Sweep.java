package nibble.codegen.kernel.sweep;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nibble.codegen.index.IndexExpr;
import nibble.codegen.kernel.BoxCoordinates;
import nibble.codegen.kernel.FarPlace;
import nibble.codegen.kernel.GlobalMemory.Guard;
import nibble.codegen.kernel.Views;
import nibble.ir.Block;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.layout.Interleaving;
import nibble.ir.op.Amax;
import nibble.ir.op.ReduceOp;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/**
 * The iteration space of a kernel that maps and reduces: fibres of elements that are reduced together, and coordinates
 * of full and of reduced values as functions of fibre and element.
 *
 * @param shape shape of full values
 * @param fibres number of fibres; 1 where nothing is reduced
 * @param length number of elements of a fibre
 * @param full coordinates of full values
 * @param box extents of a box where fibres are boxes, or of a fibre along each axis
 * @param guards conditions that elements of incomplete boxes do not meet
 * @param interleaving how rows are dealt to boxes, where those of a box are no neighbours
 */
record Sweep(
    Shape shape, Dim fibres, Dim length, ImmutableList<IndexExpr> full, ImmutableList<Dim> box,
    ImmutableList<Guard> guards, Optional<Interleaving> interleaving) {
  /** Variable that counts fibres. */
  static final String FIBRE = "fibre";

  /** Variable that counts elements of a fibre. */
  static final String ELEMENT = "element";

  static Sweep of(Block region) {
    for (Operation operation : region.operations()) {
      Optional<ImmutableList<Dim>> box = reducedBox(operation);
      if (box.isPresent()) {
        Optional<Interleaving> rows =
            operation.op() instanceof Amax amax ? amax.granularity().interleaving() : Optional.empty();
        return of(operation.operand(0).tensorType().shape(), box.get(), rows);
      }
    }
    // Nothing is reduced: one fibre of all elements, or one for each row where 32 bits do not count elements.
    Shape shape = region.results().getFirst().tensorType().shape();
    ImmutableList<Dim> box =
        FarPlace.isFar(shape) ? fibreBox(shape, List.of(shape.rank() - 1)) : shape.dims();
    return of(shape, box, Optional.empty());
  }

  private static Optional<ImmutableList<Dim>> reducedBox(Operation operation) {
    Shape shape = operation.operands().isEmpty() ? Shape.SCALAR : operation.operand(0).tensorType().shape();
    return switch (operation.op()) {
      case ReduceOp reduce -> Optional.of(fibreBox(shape, reduce.axes()));
      case Amax amax -> Optional.of(amax.granularity().boxWithin(shape));
      default -> Optional.empty();
    };
  }

  private static ImmutableList<Dim> fibreBox(Shape shape, List<Integer> axes) {
    ImmutableList.Builder<Dim> box = ImmutableList.builder();
    for (int axis = 0; axis < shape.rank(); axis++) {
      box.add(axes.contains(axis) ? shape.dim(axis) : Dim.ONE);
    }
    return box.build();
  }

  private static Sweep of(Shape shape, ImmutableList<Dim> box, Optional<Interleaving> interleaving) {
    List<Dim> counts = new ArrayList<>();
    for (int axis = 0; axis < shape.rank(); axis++) {
      Dim side = box.get(axis);
      if (axis == shape.rank() - 2 && interleaving.isPresent()) {
        counts.add(interleaving.get().count(shape.dim(axis)));
        continue;
      }
      counts.add(side.equals(shape.dim(axis)) ? Dim.ONE : shape.dim(axis).ceilDiv(side.constant()));
    }
    Shape grid = Shape.of(counts);
    Shape inside = Shape.of(box);
    IndexExpr fibre = IndexExpr.variable(FIBRE, grid.size());
    IndexExpr element = IndexExpr.variable(ELEMENT, inside.size());
    List<IndexExpr> outer = Views.split(fibre, grid);
    List<IndexExpr> inner = Views.split(element, inside);
    ImmutableList.Builder<IndexExpr> full = ImmutableList.builder();
    ImmutableList.Builder<Guard> guards = ImmutableList.builder();
    for (int axis = 0; axis < shape.rank(); axis++) {
      boolean isInterleaved = axis == shape.rank() - 2 && interleaving.isPresent();
      IndexExpr coordinate = isInterleaved
          ? row(interleaving.get(), outer.get(axis), inner.get(axis))
          : outer.get(axis).times(box.get(axis)).plus(inner.get(axis));
      full.add(coordinate);
      if (!counts.get(axis).times(box.get(axis)).equals(shape.dim(axis))) {
        guards.add(new Guard(coordinate, shape.dim(axis)));
      }
    }
    return new Sweep(shape, grid.size(), inside.size(), full.build(), box, guards.build(), interleaving);
  }

  /** A row of a box, given its number there. */
  private static IndexExpr row(Interleaving rows, IndexExpr box, IndexExpr inside) {
    Dim boxes = Dim.of(rows.boxes());
    Dim run = Dim.of(rows.run());
    return box.dividedBy(boxes).times(Dim.of(rows.rows()))
        .plus(inside.dividedBy(run).times(Dim.of(rows.cycle())))
        .plus(box.modulo(boxes).times(run)).plus(inside.modulo(run));
  }

  /** Whether the last axis lies along fibres: then neighbouring elements of a fibre are neighbours in memory. */
  boolean isContiguous() {
    return fibres.is(1) || !box.getLast().is(1) || shape.last().is(1);
  }

  boolean isFull(Value value) {
    return value.tensorType().shape().equals(shape);
  }

  /**
   * Coordinates of a reduced value: those of the fibre, on the axes that it has; axes of extent 1 may stand anywhere.
   */
  ImmutableList<IndexExpr> reducedCoordinates(Shape reduced) {
    List<IndexExpr> fibre = new ArrayList<>();
    List<Dim> extents = new ArrayList<>();
    for (int axis = 0; axis < shape.rank(); axis++) {
      Dim side = box.get(axis);
      if (axis == shape.rank() - 2 && interleaving.isPresent()) {
        fibre.add(BoxCoordinates.ofRow(interleaving.get(), full.get(axis)));
        extents.add(interleaving.get().count(shape.dim(axis)));
      } else if (!side.equals(shape.dim(axis))) {
        fibre.add(full.get(axis).dividedBy(side));
        extents.add(side.is(1) ? shape.dim(axis) : shape.dim(axis).ceilDiv(side.constant()));
      }
    }
    ImmutableList.Builder<IndexExpr> coordinates = ImmutableList.builder();
    int next = 0;
    for (Dim extent : reduced.dims()) {
      while (next < fibre.size() && extents.get(next).is(1) && !extent.is(1)) {
        next++;
      }
      boolean stands = next < fibre.size() && extents.get(next).equals(extent);
      coordinates.add(stands ? fibre.get(next++) : IndexExpr.ZERO);
    }
    return coordinates.build();
  }
}
