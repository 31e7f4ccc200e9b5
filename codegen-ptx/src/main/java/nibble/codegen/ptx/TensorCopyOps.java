package nibble.codegen.ptx;

/** Tensor copies (TMA) and the mbarriers on which they complete. */
public interface TensorCopyOps extends ControlOps {
  /** The generic address of a tensor map. */
  default Register addressOfMap(Parameter map) {
    return op("cvta.param.u64", op("mov.b64", new ParameterPlace(map)));
  }

  /** Has a tensor map at hand for the copies that come. */
  default void prefetchMap(Register map) {
    emit("prefetch.tensormap", Address.at(map));
  }

  /** Starts the copy of a box to shared memory; the mbarrier counts its bytes, those outside of the tensor included. */
  default void copyBox(Address shared, TensorPlace box, Address mbarrier) {
    emit("cp.async.bulk.tensor." + box.coordinates().size()
        + "d.shared::cluster.global.tile.mbarrier::complete_tx::bytes", shared, box, mbarrier);
  }

  /** Makes an mbarrier whose phases end with that many arrivals. */
  default void initBarrier(Address mbarrier, int arrivals) {
    emit("mbarrier.init.shared.b64", mbarrier, Immediate.imm(arrivals));
  }

  /** Makes mbarriers that this thread has made visible to copies. */
  default void fenceBarriers() {
    emit("fence.mbarrier_init.release.cluster");
  }

  /** Arrives; what this thread did before is seen by who waits for the phase. */
  default void arrive(Address mbarrier) {
    op("mbarrier.arrive.shared.b64", mbarrier);
  }

  /** Arrives, and has the phase wait for so many bytes as well. */
  default void arriveExpecting(Address mbarrier, Operand bytes) {
    op("mbarrier.arrive.expect_tx.shared.b64", mbarrier, bytes);
  }

  /** Has the phase wait for so many bytes as well. */
  default void expect(Address mbarrier, Operand bytes) {
    emit("mbarrier.expect_tx.relaxed.cta.shared::cta.b64", mbarrier, bytes);
  }

  /** Waits for the end of the phase of a parity: 0 for the first. */
  default void await(Address mbarrier, Operand parity) {
    Label again = label("wait");
    mark(again);
    jumpIf(new NotPredicate(op("mbarrier.try_wait.parity.shared.b64", mbarrier, parity)), again);
  }
}
