package nibble.codegen.tile;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import nibble.codegen.layout.Dimension;
import nibble.codegen.layout.LinearLayout;

/**
 * Layouts of tiles that are constant along some axes: lanes and warps stay, and hold copies; registers that would hold
 * copies of others are dropped.
 */
public final class Projection {
  private Projection() {}

  /** The layout with these axes shrunk to extent 1. */
  public static LinearLayout project(LinearLayout layout, Integer... axes) {
    List<Integer> gone = List.of(axes);
    ImmutableList.Builder<Dimension> outputs = ImmutableList.builder();
    for (int axis = 0; axis < layout.outputs().size(); axis++) {
      outputs.add(gone.contains(axis) ? new Dimension(Dimension.tensor(axis), 0) : layout.outputs().get(axis));
    }
    Map<String, List<int[]>> bases = new LinkedHashMap<>();
    layout.bases().forEach((input, images) -> {
      List<int[]> kept = new ArrayList<>();
      for (int[] image : images) {
        int[] projected = image.clone();
        gone.forEach(axis -> projected[axis] = 0);
        boolean copies = Arrays.stream(projected).allMatch(coordinate -> coordinate == 0);
        if (!copies || !input.equals(Dimension.REGISTER)) {
          kept.add(projected);
        }
      }
      bases.put(input, kept);
    });
    return LinearLayout.of(bases, outputs.build());
  }
}
