package nibble.codegen.tile.op;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Map;
import nibble.codegen.layout.Dimension;
import nibble.codegen.layout.LinearLayout;
import nibble.codegen.tile.TileMachine;
import nibble.codegen.tile.TileOp;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.TileValue;
import nibble.ir.OpInfo;
import nibble.ir.Operation;
import nibble.ir.Type;

/**
 * The same registers of the same threads under another layout: rows or columns change their numbers, and nothing moves.
 *
 * @param result type under which they are known from here on
 */
@OpInfo(name = "tile_rename", summary = "the same registers under another layout")
public record TileRename(TileType result) implements TileOp {
  @Override
  public ImmutableList<Type> infer(List<Type> operands) {
    TileType x = operand(operands, 0, TileType.class);
    expect(x.format().equals(result.format()) && x.layout().inputs().equals(result.layout().inputs())
        && x.extents().equals(result.extents()), "keeps format, extents and threads");
    return ImmutableList.of(result);
  }

  @Override
  public List<TileValue> run(List<TileValue> operands, TileMachine machine, Operation operation) {
    TileValue.Data x = operands.getFirst().data();
    double[] elements = new double[result.size()];
    int[] at = new int[result.layout().inputs().size()];
    rename(x, at, 0, elements);
    return List.of(new TileValue.Data(result, elements));
  }

  private void rename(TileValue.Data x, int[] at, int input, double[] elements) {
    if (input == at.length) {
      elements[index(result.layout(), at)] = x.elements()[index(x.type().layout(), at)];
      return;
    }
    for (at[input] = 0; at[input] < result.layout().inputs().get(input).size(); at[input]++) {
      rename(x, at, input + 1, elements);
    }
  }

  private static int index(LinearLayout layout, int[] at) {
    ImmutableMap.Builder<String, Integer> inputs = ImmutableMap.builder();
    for (int i = 0; i < at.length; i++) {
      inputs.put(layout.inputs().get(i).name(), at[i]);
    }
    Map<String, Integer> outputs = layout.apply(inputs.buildOrThrow());
    int index = 0;
    for (int axis = 0; axis < layout.outputs().size(); axis++) {
      index = index * layout.outputs().get(axis).size() + outputs.get(Dimension.tensor(axis));
    }
    return index;
  }
}
