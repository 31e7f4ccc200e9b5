package nibble.codegen.ptx;

import static com.google.common.base.Preconditions.checkArgument;
import static nibble.codegen.ptx.Immediate.imm;

/** Loads, stores and asynchronous copies. */
public interface MemoryOps extends Emitter {
  /** The value of a parameter; of a pointer, its address in the global state space. */
  default Register load(Parameter parameter) {
    Register value = op("ld.param." + parameter.type().keyword(), Address.at(parameter));
    return parameter.isPointer() ? op("cvta.to.global.u64", value) : value;
  }

  default Register loadGlobal(PtxType type, Address address) {
    return op("ld.global." + keyword(type), address);
  }

  default RegisterVector loadGlobal(PtxType type, int count, Address address) {
    return opVector("ld.global.v" + count + "." + keyword(type), address);
  }

  /** A load of memory that nobody writes while the kernel runs. */
  default Register loadReadOnly(PtxType type, Address address) {
    return op("ld.global.nc." + keyword(type), address);
  }

  /** A vector load of memory that nobody writes while the kernel runs. */
  default RegisterVector loadReadOnly(PtxType type, int count, Address address) {
    return opVector("ld.global.nc.v" + count + "." + keyword(type), address);
  }

  default Register loadShared(PtxType type, Address address) {
    return op("ld.shared." + keyword(type), address);
  }

  default RegisterVector loadShared(PtxType type, int count, Address address) {
    return opVector("ld.shared.v" + count + "." + keyword(type), address);
  }

  /** Stores a register, or a vector with one instruction. */
  default void storeGlobal(PtxType type, Address address, Operand value) {
    emit("st.global" + vector(value) + keyword(type), address, value);
  }

  /** Stores a register, or a vector with one instruction. */
  default void storeShared(PtxType type, Address address, Operand value) {
    emit("st.shared" + vector(value) + keyword(type), address, value);
  }

  /** The address of a shared variable, for address arithmetic. */
  default Register addressOf(SharedVariable variable) {
    return op("mov.u32", variable);
  }

  /** Copies 4, 8 or 16 bytes from global to shared memory asynchronously. Copies of 16 bytes go past the L1 cache. */
  default void copyAsync(Address shared, Address global, int bytes) {
    emit(copy(bytes), shared, global, imm(bytes));
  }

  /** The same, but only {@code sourceBytes} are read, from 0 to all; the rest of the destination is zeros. */
  default void copyAsync(Address shared, Address global, int bytes, Operand sourceBytes) {
    emit(copy(bytes), shared, global, imm(bytes), sourceBytes);
  }

  /** Closes a group of asynchronous copies, perhaps of none. */
  default void commitCopies() {
    emit("cp.async.commit_group");
  }

  /** Waits until at most {@code pending} of this thread's youngest groups are unfinished. */
  default void awaitCopies(int pending) {
    emit("cp.async.wait_group", imm(pending));
  }

  private static String copy(int bytes) {
    return bytes == 16 ? "cp.async.cg.shared.global" : "cp.async.ca.shared.global";
  }

  private static String vector(Operand value) {
    checkArgument(value instanceof Register || value instanceof RegisterVector, "a store of %s", value);
    return value instanceof RegisterVector vector ? ".v" + vector.size() + "." : ".";
  }

  /** Memory has untyped words; only bytes say how they are extended. */
  private static String keyword(PtxType type) {
    return switch (type) {
      case B8, U8, S8 -> type.keyword();
      case B16, U16, S16, F16, BF16, B32, U32, S32, F16X2, BF16X2, F32, B64, U64, S64, F32X2, F64 ->
          type.registerType().keyword();
    };
  }
}
