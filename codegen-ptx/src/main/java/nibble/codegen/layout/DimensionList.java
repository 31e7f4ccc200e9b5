package nibble.codegen.layout;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.collect.ImmutableList;
import java.util.Collection;
import java.util.List;

/** Values of several dimensions packed into one {@code long}, the first dimension in the lowest bits. */
final class DimensionList {
  private DimensionList() {}

  static int bits(List<Dimension> dimensions) {
    int bits = 0;
    for (Dimension dimension : dimensions) {
      bits += dimension.bits();
    }
    return bits;
  }

  static ImmutableList<String> names(List<Dimension> dimensions) {
    return dimensions.stream().map(Dimension::name).collect(toImmutableList());
  }

  static void checkDistinct(List<Dimension> dimensions) {
    for (int i = 0; i < dimensions.size(); i++) {
      checkArgument(find(dimensions, dimensions.get(i).name()) == i, "a name twice in %s", dimensions);
    }
  }

  static int indexOf(List<Dimension> dimensions, String name) {
    int index = find(dimensions, name);
    checkArgument(index >= 0, "no dimension %s among %s", name, dimensions);
    return index;
  }

  /** The place of a dimension, or -1. */
  static int find(List<Dimension> dimensions, String name) {
    for (int i = 0; i < dimensions.size(); i++) {
      if (dimensions.get(i).name().equals(name)) {
        return i;
      }
    }
    return -1;
  }

  static long pack(List<Dimension> dimensions, int... values) {
    checkArgument(values.length == dimensions.size(), "%s values for %s", values.length, dimensions);
    long packed = 0;
    int shift = 0;
    for (int i = 0; i < values.length; i++) {
      Dimension dimension = dimensions.get(i);
      checkArgument(values[i] >> dimension.bits() == 0, "value %s of dimension %s", values[i], dimension);
      packed |= (long) values[i] << shift;
      shift += dimension.bits();
    }
    return packed;
  }

  static int[] unpack(List<Dimension> dimensions, long packed) {
    int[] values = new int[dimensions.size()];
    for (int i = 0; i < values.length; i++) {
      int bits = dimensions.get(i).bits();
      values[i] = (int) (packed & (1L << bits) - 1);
      packed >>>= bits;
    }
    return values;
  }

  /** All dimensions of both lists; one that is in both has the bits of both. */
  static ImmutableList<Dimension> join(List<Dimension> inner, List<Dimension> outer) {
    ImmutableList.Builder<Dimension> all = ImmutableList.builder();
    for (Dimension dimension : inner) {
      all.add(new Dimension(dimension.name(), dimension.bits() + bitsOf(outer, dimension.name())));
    }
    outer.stream().filter(dimension -> find(inner, dimension.name()) < 0).forEach(all::add);
    return all.build();
  }

  /**
   * A packed vector of {@code from} as one of {@code to}, each value above the bits that {@code below} has of its
   * dimension.
   */
  static long place(long packed, List<Dimension> from, List<Dimension> to, List<Dimension> below) {
    int[] values = unpack(from, packed);
    int[] placed = new int[to.size()];
    for (int i = 0; i < values.length; i++) {
      String name = from.get(i).name();
      placed[indexOf(to, name)] = values[i] << bitsOf(below, name);
    }
    return pack(to, placed);
  }

  static ImmutableList<Dimension> reorder(List<Dimension> dimensions, Collection<String> order) {
    checkArgument(order.size() == dimensions.size(), "%s does not name all of %s", order, dimensions);
    return order.stream().map(name -> dimensions.get(indexOf(dimensions, name))).collect(toImmutableList());
  }

  static ImmutableList<Dimension> rename(List<Dimension> dimensions, String from, String to) {
    indexOf(dimensions, from);
    return dimensions.stream().map(d -> d.name().equals(from) ? new Dimension(to, d.bits()) : d)
        .collect(toImmutableList());
  }

  /** The layout between some of its inputs and some of its outputs, in the given orders. */
  static LinearLayout restrict(LinearLayout layout, ImmutableList<Dimension> inputs, ImmutableList<Dimension> outputs) {
    long[] columns = new long[bits(inputs)];
    int column = 0;
    for (Dimension input : inputs) {
      int first = firstBit(layout.inputs(), input.name());
      for (int bit = 0; bit < input.bits(); bit++) {
        int[] values = unpack(layout.outputs(), layout.matrix().column(first + bit));
        int[] kept = outputs.stream().mapToInt(output -> values[indexOf(layout.outputs(), output.name())]).toArray();
        columns[column++] = pack(outputs, kept);
      }
    }
    return new LinearLayout(inputs, outputs, F2Matrix.ofColumns(bits(outputs), columns));
  }

  /** The position of the lowest bit of a dimension in the packed form. */
  static int firstBit(List<Dimension> dimensions, String name) {
    return bits(dimensions.subList(0, indexOf(dimensions, name)));
  }

  private static int bitsOf(List<Dimension> dimensions, String name) {
    int index = find(dimensions, name);
    return index < 0 ? 0 : dimensions.get(index).bits();
  }
}
