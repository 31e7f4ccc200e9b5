package nibble.codegen.tile;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import nibble.codegen.tile.op.Guard;
import nibble.codegen.tile.op.Load;
import nibble.codegen.tile.op.WarpGuard;
import nibble.ir.Block;
import nibble.ir.Function;
import nibble.ir.Operation;
import nibble.ir.Value;

/**
 * Moves what does not change out of loops, and scalars out of guards:
 *
 * <pre>
 * loop %n do (%i) { %1 = apply %a, %b {function = mul}; %2 = apply %1, %i {function = add}; ... }
 * ==&gt;
 * %1 = apply %a, %b {function = mul}
 * loop %n do (%i) { %2 = apply %1, %i {function = add}; ... }
 * </pre>
 *
 * Loads stay: outside of their guard they might read what is not there. Tiles stay in a guard, which is there to spare
 * them, unless they leave a loop around it. They stay even so where the loop carries more than half of a thread's
 * registers and the guard changes tiles of these: such guards are entered seldom, and what they need would always be in
 * registers.
 */
public final class HoistInvariants {
  /** Half of the registers that a thread can have. */
  private static final int HALF = 128;

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
      boolean isGuard = operation.op() instanceof Guard || operation.op() instanceof WarpGuard;
      for (Block region : operation.regions()) {
        boolean isFull = region.arguments().stream().mapToInt(HoistInvariants::registers).sum() > HALF;
        regions.add(split(hoist(region), operations, new HashSet<>(), isGuard, isFull));
      }
      operations.add(operation.withRegions(regions));
    }
    return new Block(block.arguments(), ImmutableList.copyOf(operations), block.results());
  }

  /**
   * Moves invariant operations of a region, and of guards in it, to the end of {@code before}; what is left is
   * returned.
   *
   * @param inside values that change, to which those of the region are added
   * @param isGuard whether only scalars move
   * @param isFull whether that is so in guards that change tiles
   */
  private static Block split(
      Block region, List<Operation> before, Set<Value> inside, boolean isGuard, boolean isFull) {
    inside.addAll(region.arguments());
    List<Operation> kept = new ArrayList<>();
    for (Operation any : region.operations()) {
      Operation operation = !isGuard && any.op() instanceof Guard
          ? any.withRegions(List.of(
              split(any.regions().getFirst(), before, inside, isFull && !any.results().isEmpty(), isFull))) : any;
      boolean invariant = isMovable(operation) && (!isGuard || isScalar(operation))
          && operation.operands().stream().noneMatch(inside::contains);
      if (invariant) {
        before.add(operation);
      } else {
        inside.addAll(operation.results());
        kept.add(operation);
      }
    }
    return new Block(region.arguments(), ImmutableList.copyOf(kept), region.results());
  }

  private static int registers(Value value) {
    return value.type() instanceof TileType type ? type.registers() : 0;
  }

  private static boolean isScalar(Operation operation) {
    return operation.result().type() instanceof TileType type && type.isScalar();
  }

  private static boolean isMovable(Operation operation) {
    return operation.op().isPure() && operation.regions().isEmpty() && !(operation.op() instanceof Load);
  }
}
