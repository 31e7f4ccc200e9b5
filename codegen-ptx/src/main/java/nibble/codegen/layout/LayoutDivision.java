package nibble.codegen.layout;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Left division: whether a layout is a product whose low bits are a given layout. An instruction that moves a tile
 * (such as {@code ldmatrix}) can be used where its tile divides the layout.
 */
final class LayoutDivision {
  private LayoutDivision() {}

  static Optional<LinearLayout> divideLeft(LinearLayout layout, LinearLayout divisor) {
    Optional<ImmutableList<Dimension>> inputs = difference(layout.inputs(), divisor.inputs());
    Optional<ImmutableList<Dimension>> outputs = difference(layout.outputs(), divisor.outputs());
    if (inputs.isEmpty() || outputs.isEmpty()) {
      return Optional.empty();
    }
    List<Long> columns = new ArrayList<>();
    for (Dimension input : inputs.get()) {
      List<Long> images = layout.images(input.name());
      for (long image : images.subList(images.size() - input.bits(), images.size())) {
        int[] values = DimensionList.unpack(layout.outputs(), image);
        int[] quotient = new int[outputs.get().size()];
        for (int i = 0; i < quotient.length; i++) {
          int low = layout.outputs().get(i).bits() - outputs.get().get(i).bits();
          quotient[i] = values[i] >> low;
        }
        columns.add(DimensionList.pack(outputs.get(), quotient));
      }
    }
    long[] packed = columns.stream().mapToLong(Long::longValue).toArray();
    LinearLayout quotient = new LinearLayout(
        inputs.get(), outputs.get(), F2Matrix.ofColumns(DimensionList.bits(outputs.get()), packed));
    LinearLayout product = divisor.times(quotient);
    boolean exact = product.inputs().size() == layout.inputs().size()
        && product.outputs().size() == layout.outputs().size()
        && product.reorderInputs(DimensionList.names(layout.inputs()))
            .reorderOutputs(DimensionList.names(layout.outputs())).equals(layout);
    return exact ? Optional.of(quotient) : Optional.empty();
  }

  /** The dimensions of {@code all} less the bits that {@code part} has of them, in the order of {@code all}. */
  private static Optional<ImmutableList<Dimension>> difference(List<Dimension> all, List<Dimension> part) {
    ImmutableList.Builder<Dimension> rest = ImmutableList.builder();
    for (Dimension dimension : all) {
      int taken = part.stream().filter(d -> d.name().equals(dimension.name())).mapToInt(Dimension::bits).sum();
      if (taken > dimension.bits()) {
        return Optional.empty();
      }
      rest.add(new Dimension(dimension.name(), dimension.bits() - taken));
    }
    boolean isPart = DimensionList.names(all).containsAll(DimensionList.names(part));
    return isPart ? Optional.of(rest.build()) : Optional.empty();
  }
}
