package nibble.codegen.ptx;

import static nibble.codegen.ptx.Immediate.imm;

/** What lanes of a warp and warps of a block do together. */
public interface WarpOps extends Emitter {
  /** The mask of all lanes. */
  Immediate ALL_LANES = imm(0xFFFFFFFFL);

  private static Immediate wholeWarp() {
    return imm(31);
  }

  /** The value of the lane whose number differs by an exclusive or, all lanes taking part. */
  default Register shuffleXor(Register value, int laneMask) {
    return op("shfl.sync.bfly.b32", value, imm(laneMask), wholeWarp(), ALL_LANES);
  }

  /** The value of the given lane, all lanes taking part. */
  default Register shuffleFrom(Register value, Operand lane) {
    return op("shfl.sync.idx.b32", value, lane, wholeWarp(), ALL_LANES);
  }

  /** The value of the lane that many further, or the own one at the end of the warp. */
  default Register shuffleDown(Register value, int lanes) {
    return op("shfl.sync.down.b32", value, imm(lanes), wholeWarp(), ALL_LANES);
  }

  /** One bit for each lane whose predicate holds. */
  default Register ballot(Operand predicate) {
    return op("vote.sync.ballot.b32", predicate, ALL_LANES);
  }

  /** Whether the predicate holds in some lane. */
  default Register anyLane(Operand predicate) {
    return op("vote.sync.any.pred", predicate, ALL_LANES);
  }

  /** The sum, minimum, ... of an integer over the warp: {@code add.s32}, {@code max.u32}, {@code or.b32}. */
  default Register reduceInteger(String operation, Register value) {
    return op("redux.sync." + operation, value, ALL_LANES);
  }

  /** All threads of the block wait for each other; what they wrote before is seen after. */
  default void barrier() {
    emit("bar.sync", imm(0));
  }

  /** Some warps of the block wait for each other at one of barriers 0 to 15. */
  default void barrier(int number, int threads) {
    emit("bar.sync", imm(number), imm(threads));
  }
}
