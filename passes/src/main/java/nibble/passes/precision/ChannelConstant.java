package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import nibble.ir.TensorType;
import nibble.ir.op.Constant;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/** Constants with a number for each index of an axis, to be broadcast against a tensor. */
final class ChannelConstant {
  private ChannelConstant() {}

  /**
   * The constant, in the format of the tensor.
   *
   * @param stored type of the tensor
   * @param axis which axis of it the numbers belong to
   */
  static Constant along(ImmutableList<Double> numbers, TensorType stored, int axis) {
    List<Dim> extents = new ArrayList<>();
    for (int i = axis; i < stored.rank(); i++) {
      extents.add(i == axis ? stored.shape().dim(i) : Dim.ONE);
    }
    TensorType type = TensorType.of(Shape.of(extents), stored.format());
    boolean uniform = numbers.stream().allMatch(numbers.getFirst()::equals);
    return uniform ? Constant.splat(numbers.getFirst(), type) : new Constant(numbers, type);
  }
}
