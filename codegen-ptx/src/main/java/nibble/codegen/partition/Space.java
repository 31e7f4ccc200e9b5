package nibble.codegen.partition;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import nibble.ir.layout.Granularity;
import nibble.ir.op.Hadamard;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/**
 * The iteration space of a kernel: a tensor's elements, and which of them are reduced together, once that is known.
 *
 * @param shape shape of the full values
 * @param reduction axes or boxes over which the kernel reduces; nothing while it does not
 */
record Space(Shape shape, Optional<Reduction> reduction) {
  /** Groups of elements that are reduced to one. */
  sealed interface Reduction {
    /** Whole fibres along axes. */
    record Axes(ImmutableList<Integer> axes) implements Reduction {}

    /** The boxes of a granularity. */
    record Boxes(Granularity granularity) implements Reduction {}
  }

  static Space of(Shape shape) {
    return new Space(shape, Optional.empty());
  }

  Space reducing(Reduction other) {
    return new Space(shape, Optional.of(other));
  }

  /** Whether blocks of a rotation lie in what is reduced together, or anywhere where nothing is. */
  boolean rotates(Hadamard hadamard) {
    if (hadamard.axis() != shape.rank() - 1 || !shape.last().isConstant()) {
      return false;
    }
    return reduction.map(known -> switch (known) {
      case Reduction.Axes(var axes) -> axes.contains(hadamard.axis());
      case Reduction.Boxes(var granularity) ->
          granularity.boxWithin(shape).getLast().dividedBy(Dim.of(hadamard.size())).isPresent();
    }).orElse(true);
  }

  /** Boxes that are whole fibres are those axes; any other granularity stays one of boxes. */
  static Reduction boxes(Granularity granularity, Shape shape) {
    ImmutableList<Dim> box = granularity.boxWithin(shape);
    ImmutableList.Builder<Integer> axes = ImmutableList.builder();
    for (int axis = 0; axis < shape.rank(); axis++) {
      if (box.get(axis).equals(shape.dim(axis))) {
        axes.add(axis);
      } else if (!box.get(axis).is(1)) {
        return new Reduction.Boxes(granularity);
      }
    }
    return new Reduction.Axes(axes.build());
  }
}
