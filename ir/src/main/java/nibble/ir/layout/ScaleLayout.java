package nibble.ir.layout;

import com.google.common.collect.ImmutableList;
import nibble.ir.format.NumberFormat;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/**
 * How codes become values: {@code value = scale * code}, where a box of elements shares one scale.
 *
 * @param granularity which elements share a scale
 * @param format the number format that scales are stored in
 */
public record ScaleLayout(Granularity granularity, NumberFormat format) {
  public ScaleLayout {
    if (!format.isFloat()) {
      throw new IllegalArgumentException("scales are floating-point numbers, not " + format.name());
    }
  }

  /**
   * Shape of the tensor of scales: one scale for each box, boxes in row-major order.
   *
   * <p>A box that is larger than what is left of an axis counts as one, so an extent is rounded up.
   *
   * @throws IllegalArgumentException where the shape has too few axes
   */
  public Shape scaleShape(Shape shape) {
    ImmutableList<Dim> box = granularity.box(shape);
    ImmutableList.Builder<Dim> dims = ImmutableList.builder();
    for (int axis = 0; axis < shape.rank(); axis++) {
      Dim extent = shape.dim(axis);
      Dim side = box.get(axis);
      dims.add(side.equals(extent) ? Dim.ONE : extent.ceilDiv(side.constant()));
    }
    return Shape.of(dims.build());
  }

  @Override
  public String toString() {
    return "scale<" + granularity.text() + ", " + format.name() + ">";
  }
}
