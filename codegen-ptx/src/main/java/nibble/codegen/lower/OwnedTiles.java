package nibble.codegen.lower;

import com.google.common.collect.ImmutableList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import nibble.codegen.lower.Lowered.Fragment;
import nibble.codegen.lower.Lowered.Tile;
import nibble.codegen.ptx.Immediate;
import nibble.codegen.ptx.KernelBuilder;
import nibble.codegen.ptx.Operand;
import nibble.ir.Block;
import nibble.ir.Function;
import nibble.ir.Operation;
import nibble.ir.Value;

/** Which tiles may change in place, for nobody else needs what they were; copies of others. */
final class OwnedTiles {
  private final KernelBuilder ptx;
  private final LoweredValues values;
  private final Map<Value, Integer> uses = new HashMap<>();

  OwnedTiles(Function program, KernelBuilder ptx, LoweredValues values) {
    this.ptx = ptx;
    this.values = values;
    count(program.body());
  }

  private void count(Block block) {
    block.results().forEach(value -> uses.merge(value, 1, Integer::sum));
    for (Operation operation : block.operations()) {
      operation.operands().forEach(value -> uses.merge(value, 1, Integer::sum));
      operation.regions().forEach(this::count);
    }
  }

  /** The first operand, to change in place: a copy where others need what it was, or two elements are one register. */
  Tile accumulators(Operation operation) {
    Tile tile = values.of(operation).tile(0);
    List<Operand> elements = tile.elements();
    boolean areOwn =
        elements.getFirst() instanceof Immediate || elements.stream().distinct().count() == elements.size();
    return areOwn ? tile(operation, 0) : copied(tile);
  }

  /** An operand, or a copy of it where it has other users. */
  Tile tile(Operation operation, int operand) {
    Tile tile = values.of(operation).tile(operand);
    return uses.get(operation.operand(operand)) == 1 ? tile : copied(tile);
  }

  /** A copy of a tile, or of an operand of products. */
  Lowered copy(Lowered value) {
    return value instanceof Fragment fragment
        ? new Fragment(fragment.type(), fragment.words().stream()
            .map(word -> ptx.op("mov.b32", word)).collect(ImmutableList.toImmutableList()))
        : copied((Tile) value);
  }

  private Tile copied(Tile tile) {
    return new Tile(tile.type(), tile.elements().stream()
        .map(element -> (Operand) ptx.op("mov." + ElementRegisters.of(tile.type().format()).keyword(), element))
        .collect(ImmutableList.toImmutableList()));
  }
}
