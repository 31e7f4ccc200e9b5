package nibble.ir.op;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import nibble.ir.eval.Tensor;
import nibble.ir.layout.Granularities;
import nibble.ir.layout.Granularity;

/** A tensor that is read by one index for each axis: the slow way, with nothing shared with the ops. */
record Indexed(int[] extents, double[] elements) {
  static Indexed of(Tensor tensor) {
    return new Indexed(tensor.extents(), tensor.elements());
  }

  /** The values: codes less their zero points times the scale of their box, and those of the second level. */
  static Indexed values(Tensor tensor) {
    if (!tensor.type().isScaled()) {
      return of(tensor);
    }
    int[] extents = tensor.extents();
    Indexed scales = values(tensor.scaleTensor().orElseThrow());
    Granularity granularity = tensor.type().scale().orElseThrow().granularity();
    double[] values = new double[tensor.size()];
    int at = 0;
    for (int[] index : indices(extents)) {
      int[] box = box(granularity, index);
      double zero = tensor.zeros().map(zeros -> of(zeros).get(box)).orElse(0.0);
      double second = tensor.residual().map(residual -> value(residual, index)).orElse(0.0);
      double first = (tensor.elements()[at] - zero) * scales.get(box);
      values[at] = tensor.residual().isPresent() ? first + second : first;
      at++;
    }
    return new Indexed(extents, values);
  }

  private static double value(Tensor residual, int[] index) {
    Indexed scales = values(residual.scaleTensor().orElseThrow());
    int[] box = box(residual.type().scale().orElseThrow().granularity(), index);
    return of(residual).get(index) * scales.get(box);
  }

  /** Coordinates of the scale that belongs to an element, by the definition of each granularity. */
  static int[] box(Granularity granularity, int[] element) {
    int last = element.length - 1;
    int[] box = element.clone();
    switch (granularity) {
      case Granularities.PerTensor tensor -> Arrays.fill(box, 0);
      case Granularities.PerToken token -> box[last] = 0;
      case Granularities.PerGroup group -> box[last] = (int) (element[last] / group.size());
      case Granularities.PerBlock block -> {
        box[last - 1] = (int) (element[last - 1] / block.rows());
        box[last] = (int) (element[last] / block.columns());
      }
      case Granularities.PerAxis axis -> {
        Arrays.fill(box, 0);
        box[axis.axis()] = element[axis.axis()];
      }
      case Granularities.Interleaved apart -> {
        int boxes = (int) (apart.cycle() / apart.run());
        box[last - 1] =
            (int) (element[last - 1] / apart.rows() * boxes + element[last - 1] % apart.cycle() / apart.run());
        box[last] = 0;
      }
      default -> throw new IllegalArgumentException(granularity.text());
    }
    return box;
  }

  /** All indices, the last axis fastest. */
  static List<int[]> indices(int[] extents) {
    List<int[]> indices = new ArrayList<>(List.of(new int[0]));
    for (int extent : extents) {
      List<int[]> longer = new ArrayList<>();
      for (int[] prefix : indices) {
        for (int i = 0; i < extent; i++) {
          int[] index = Arrays.copyOf(prefix, prefix.length + 1);
          index[prefix.length] = i;
          longer.add(index);
        }
      }
      indices = longer;
    }
    return indices;
  }

  int position(int... index) {
    int position = 0;
    for (int axis = 0; axis < extents.length; axis++) {
      position = position * extents[axis] + index[axis];
    }
    return position;
  }

  double get(int... index) {
    return elements[position(index)];
  }

  /** The element that broadcasting puts at an index of the result. */
  double broadcast(int[] result) {
    int[] index = new int[extents.length];
    for (int axis = 0; axis < index.length; axis++) {
      index[axis] = extents[axis] == 1 ? 0 : result[result.length - extents.length + axis];
    }
    return get(index);
  }
}
