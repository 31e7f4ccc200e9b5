package nibble.codegen.layout;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Lists;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** What happens to a layout when the tensor behind it is transposed, reshaped, reduced or enlarged. */
final class TensorDimensions {
  private TensorDimensions() {}

  static LinearLayout transpose(LinearLayout layout, int... permutation) {
    LinearLayout ordered = layout.reorderOutputs(IntStream.of(permutation).mapToObj(Dimension::tensor).toList());
    return new LinearLayout(ordered.inputs(), numbered(bitsOf(ordered.outputs())), ordered.matrix());
  }

  static LinearLayout reshape(LinearLayout layout, int... shape) {
    ImmutableList<String> names = Dimension.tensors(layout.outputs().size());
    LinearLayout flat = layout.reorderOutputs(Lists.reverse(names));
    ImmutableList<Dimension> target =
        numbered(IntStream.of(shape).mapToObj(s -> Dimension.ofSize("size", s).bits()).toList());
    LinearLayout cut = new LinearLayout(flat.inputs(), target.reverse(), flat.matrix());
    return cut.reorderOutputs(Dimension.tensors(shape.length));
  }

  static LinearLayout slice(LinearLayout layout, int dim) {
    List<String> names = new ArrayList<>(Dimension.tensors(layout.outputs().size()));
    checkArgument(names.remove(Dimension.tensor(dim)), "no dimension %s in %s", dim, layout.outputs());
    LinearLayout rest = layout.reorderOutputs(Dimension.tensors(layout.outputs().size()))
        .sublayout(DimensionList.names(layout.inputs()), names);
    return new LinearLayout(rest.inputs(), numbered(bitsOf(rest.outputs())), rest.matrix());
  }

  static LinearLayout expand(LinearLayout layout, int dim) {
    LinearLayout ordered = layout.reorderOutputs(Dimension.tensors(layout.outputs().size()));
    checkArgument(dim >= 0 && dim <= layout.outputs().size(), "dimension %s beside %s", dim, layout.outputs());
    List<Integer> bits = new ArrayList<>(bitsOf(ordered.outputs()));
    bits.add(dim, 0);
    return new LinearLayout(ordered.inputs(), numbered(bits), ordered.matrix());
  }

  static LinearLayout cover(LinearLayout layout, int... shape) {
    LinearLayout result = layout;
    for (String name : Dimension.tensors(shape.length)) {
      result = result.times(LinearLayout.identity(Dimension.REGISTER, 1, name));
    }
    result = result.reorderOutputs(Dimension.tensors(shape.length));
    for (int dim = shape.length - 1; dim >= 0; dim--) {
      int have = result.outputs().get(dim).size();
      result = have > shape[dim]
          ? wrap(result, dim, Dimension.ofSize("size", shape[dim]).bits())
          : result.times(LinearLayout.identity(Dimension.REGISTER, shape[dim] / have, Dimension.tensor(dim)));
      checkArgument(result.outputs().get(dim).size() == shape[dim], "size %s of dimension %s", shape[dim], dim);
    }
    return result;
  }

  static LinearLayout resizeInput(LinearLayout layout, String name, int size) {
    int bits = Dimension.ofSize(name, size).bits();
    int index = DimensionList.indexOf(layout.inputs(), name);
    int have = layout.inputs().get(index).bits();
    if (bits >= have) {
      return layout.times(LinearLayout.broadcast(name, 1 << bits - have));
    }
    List<Dimension> inputs = new ArrayList<>(layout.inputs());
    inputs.set(index, new Dimension(name, bits));
    return DimensionList.restrict(layout, ImmutableList.copyOf(inputs), layout.outputs());
  }

  private static LinearLayout wrap(LinearLayout layout, int dim, int bits) {
    List<Dimension> outputs = new ArrayList<>(layout.outputs());
    outputs.set(dim, new Dimension(Dimension.tensor(dim), bits));
    long[] columns = layout.matrix().columns().stream().map(column -> {
      int[] values = DimensionList.unpack(layout.outputs(), column);
      values[dim] &= (1 << bits) - 1;
      return DimensionList.pack(outputs, values);
    }).toArray();
    return new LinearLayout(
        layout.inputs(), ImmutableList.copyOf(outputs), F2Matrix.ofColumns(DimensionList.bits(outputs), columns));
  }

  private static ImmutableList<Integer> bitsOf(List<Dimension> dimensions) {
    return dimensions.stream().map(Dimension::bits).collect(toImmutableList());
  }

  private static ImmutableList<Dimension> numbered(List<Integer> bits) {
    return IntStream.range(0, bits.size()).mapToObj(i -> new Dimension(Dimension.tensor(i), bits.get(i)))
        .collect(toImmutableList());
  }
}
