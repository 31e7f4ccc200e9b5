package nibble.emulator.tensor;

import static nibble.emulator.lane.Lanes.WARP;

/** Operands of tiles taken apart, and sums under way, for the quick multiplications. */
final class TileScratch {
  /** So many registers on from where one starts, another one may start that would take its place. */
  private static final int KEPT = 64;

  /** Sums and exponents are for each of four registers' lanes. */
  private static final int SUMS = 4 * WARP;

  private final TileMemory tiles =
      new TileMemory(KEPT * (LeftOperand.SIZE + RightOperand.SIZE) + 4 * Operands.PLANE + WARP + 4 * SUMS);

  private final int planes = tiles.place(4 * Operands.PLANE);

  private final LeftOperand[] lefts = new LeftOperand[KEPT];
  private final RightOperand[] rights = new RightOperand[KEPT];

  /** Holds what the following are the places of. */
  final int[] memory = tiles.words;

  /** Exponents: of each lane's four sums one byte each. */
  final int products = tiles.place(WARP);
  final int largest = tiles.place(SUMS);
  final int scale = tiles.place(SUMS);
  final int total = tiles.place(SUMS);
  final int before = tiles.place(SUMS);

  /** Where the left operand that starts at a register is kept. */
  LeftOperand left(int register) {
    int place = register / WARP % KEPT;
    if (lefts[place] == null) {
      lefts[place] = new LeftOperand(tiles, planes);
    }
    return lefts[place];
  }

  /** Where the right operand that starts at a register is kept. */
  RightOperand right(int register) {
    int place = register / WARP % KEPT;
    if (rights[place] == null) {
      rights[place] = new RightOperand(tiles, planes);
    }
    return rights[place];
  }
}
