package nibble.codegen.tile;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import nibble.codegen.tile.op.Load;
import nibble.ir.Block;
import nibble.ir.Function;
import nibble.ir.Operation;
import nibble.ir.Value;

/**
 * Moves what does not change out of loops and guards:
 *
 * <pre>
 * loop %n do (%i) { %1 = apply %a, %b {function = mul}; %2 = apply %1, %i {function = add}; ... }
 * ==&gt;
 * %1 = apply %a, %b {function = mul}
 * loop %n do (%i) { %2 = apply %1, %i {function = add}; ... }
 * </pre>
 *
 * Loads stay: outside of their guard they might read what is not there.
 */
public final class HoistInvariants {
  private HoistInvariants() {}

  public static Function apply(Function program) {
    return program.withBody(hoist(program.body()));
  }

  private static Block hoist(Block block) {
    List<Operation> operations = new ArrayList<>();
    for (Operation operation : block.operations()) {
      if (operation.regions().isEmpty()) {
        operations.add(operation);
        continue;
      }
      List<Block> regions = new ArrayList<>();
      for (Block region : operation.regions()) {
        regions.add(split(hoist(region), operations));
      }
      operations.add(operation.withRegions(regions));
    }
    return new Block(block.arguments(), ImmutableList.copyOf(operations), block.results());
  }

  /** Moves invariant operations of a region to the end of {@code before}; what is left is returned. */
  private static Block split(Block region, List<Operation> before) {
    Set<Value> inside = new HashSet<>(region.arguments());
    List<Operation> kept = new ArrayList<>();
    for (Operation operation : region.operations()) {
      boolean invariant = isMovable(operation) && operation.operands().stream().noneMatch(inside::contains);
      if (invariant) {
        before.add(operation);
      } else {
        inside.addAll(operation.results());
        kept.add(operation);
      }
    }
    return new Block(region.arguments(), ImmutableList.copyOf(kept), region.results());
  }

  private static boolean isMovable(Operation operation) {
    return operation.op().isPure() && operation.regions().isEmpty() && !(operation.op() instanceof Load);
  }
}
