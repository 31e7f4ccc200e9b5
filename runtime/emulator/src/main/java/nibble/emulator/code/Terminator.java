package nibble.emulator.code;

/** How a basic block ends. Blocks are named by their numbers, predicates by theirs. */
public sealed interface Terminator {
  /** No block: where paths never meet again. */
  int NOWHERE = -2;

  /** Goes on at another block. */
  record Jump(int target) implements Terminator {}

  /**
   * Goes on at {@code taken} where the predicate says so, at {@code otherwise} elsewhere.
   *
   * @param join the block where both paths meet again, or {@link #NOWHERE}
   * @param escape the way on which lanes never meet the others again, if there is one
   */
  record Branch(int predicate, boolean negated, int taken, int otherwise, int join, Escape escape)
      implements Terminator {}

  /** The ways of a branch on which lanes leave the others for good: to an early return, or to a failed assertion. */
  enum Escape {
    NONE,
    TAKEN,
    OTHERWISE
  }

  /**
   * {@code brx.idx}: each lane goes on at the target that its register numbers. The block has no steps, so that the
   * lanes that want another target than the first can come back to it.
   *
   * @param self the block that ends so
   * @param register offset of a 32-bit register
   * @param targets number of a list of blocks
   * @param escapes number of a list that has 1 for each target where lanes never meet the others again, 0 for the rest
   */
  record Indexed(int self, int register, int targets, int escapes, int join, int site) implements Terminator {}

  /**
   * Lanes leave the function; the others go on.
   *
   * @param guard the predicate of those that leave, or {@link Step#UNGUARDED} for all
   * @param isExit whether they leave the kernel, too
   */
  record Leave(int guard, boolean negated, boolean isExit, int next) implements Terminator {}

  /** Calls a function that starts at {@code entry} and goes on at {@code next}. */
  record Call(int guard, boolean negated, int entry, int next) implements Terminator {}

  /** Goes on at {@code next}, unless the last step made the path wait: then once it is woken. */
  record Wait(int next) implements Terminator {}
}
