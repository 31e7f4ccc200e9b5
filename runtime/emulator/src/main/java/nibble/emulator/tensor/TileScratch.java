package nibble.emulator.tensor;

import static nibble.emulator.lane.Lanes.WARP;

/** Operands of tiles taken apart, and sums under way, for the quick multiplications. */
final class TileScratch {
  /** So many registers on from where one starts, another one may start that would take its place. */
  private static final int KEPT = 64;

  private final LeftOperand[] lefts = new LeftOperand[KEPT];
  private final RightOperand[] rights = new RightOperand[KEPT];

  /** Exponents: of each lane's four sums one byte each. */
  final int[] products = new int[WARP];
  final int[] largest = new int[4 * WARP];
  final float[] scale = new float[4 * WARP];
  final int[] total = new int[4 * WARP];
  final int[] before = new int[4 * WARP];

  /** Where the left operand that starts at a register is kept. */
  LeftOperand left(int register) {
    int place = register / WARP % KEPT;
    if (lefts[place] == null) {
      lefts[place] = new LeftOperand();
    }
    return lefts[place];
  }

  /** Where the right operand that starts at a register is kept. */
  RightOperand right(int register) {
    int place = register / WARP % KEPT;
    if (rights[place] == null) {
      rights[place] = new RightOperand();
    }
    return rights[place];
  }
}
