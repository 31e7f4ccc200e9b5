package nibble.codegen.lower;

import static nibble.codegen.ptx.Immediate.imm;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import nibble.codegen.layout.Dimension;
import nibble.codegen.lower.Lowered.Tile;
import nibble.codegen.ptx.Address;
import nibble.codegen.ptx.KernelBuilder;
import nibble.codegen.ptx.Operand;
import nibble.codegen.ptx.Register;
import nibble.codegen.ptx.RegisterType;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.op.TileHadamard;

/**
 * Walsh-Hadamard transforms, bit by bit of the index: where registers differ in the bit, their sum and difference;
 * where lanes do, a butterfly shuffle; where warps do, an exchange through shared memory.
 */
final class HadamardCode {
  private static final int LANES = 32;

  private final Code code;
  private final KernelBuilder ptx;
  private final Threads threads;
  private final SharedArena arena;

  HadamardCode(Code code, Threads threads, SharedArena arena) {
    this.code = code;
    this.ptx = code.ptx();
    this.threads = threads;
    this.arena = arena;
  }

  Tile transform(Tile x, TileHadamard op) {
    List<Register> values = new ArrayList<>();
    x.elements().forEach(element -> values.add(code.register(element, RegisterType.F32)));
    for (int half = 1; half < op.size(); half *= 2) {
      int register = bit(x.type(), Dimension.REGISTER, op.axis(), half);
      int lane = bit(x.type(), Dimension.LANE, op.axis(), half);
      int warp = bit(x.type(), Dimension.WARP, op.axis(), half);
      if (register >= 0) {
        overRegisters(values, 1 << register);
      } else if (lane >= 0) {
        overLanes(values, 1 << lane);
      } else if (warp >= 0) {
        overWarps(values, 1 << warp, x.type().layout().inputSize(Dimension.WARP));
      } else {
        throw new IllegalStateException(x.type() + " has no bit for index " + half + " of axis " + op.axis());
      }
    }
    return new Tile(x.type(), ImmutableList.copyOf(values));
  }

  /** The bit of an input that moves just so far along the axis and nowhere else; -1 where there is none. */
  private static int bit(TileType type, String input, int axis, int distance) {
    for (int bit = 0; bit < type.layout().images(input).size(); bit++) {
      int[] basis = type.layout().basis(input, bit).clone();
      boolean isThat = basis[axis] == distance;
      basis[axis] = 0;
      if (isThat && Arrays.stream(basis).allMatch(coordinate -> coordinate == 0)) {
        return bit;
      }
    }
    return -1;
  }

  private void overRegisters(List<Register> values, int mask) {
    for (int i = 0; i < values.size(); i++) {
      if ((i & mask) == 0) {
        Register a = values.get(i);
        Register b = values.get(i | mask);
        values.set(i, ptx.op("add.rn.f32", a, b));
        values.set(i | mask, ptx.op("sub.rn.f32", a, b));
      }
    }
  }

  private void overLanes(List<Register> values, int mask) {
    Register sign = sign(threads.lane(), mask);
    values.replaceAll(value ->
        ptx.op("fma.rn.f32", value, sign, ptx.floatOf(ptx.shuffleXor(ptx.bitsOf(value), mask))));
  }

  /** 1 for who has the sum of both, -1 for who has the difference of the other's and its own. */
  private Register sign(Register thread, int mask) {
    Register isSet = ptx.op("setp.ne.u32", ptx.and(thread, mask), imm(0));
    return code.register(code.select(isSet, imm(-1f), imm(1f), RegisterType.F32), RegisterType.F32);
  }

  private void overWarps(List<Register> values, int mask, int warps) {
    int perWarp = values.size() * LANES * Float.BYTES;
    Register scratch = arena.allocate(warps * perWarp);
    Register own = address(threads.warp(), perWarp, scratch);
    for (int i = 0; i < values.size(); i++) {
      ptx.emit("st.shared.f32", Address.at(own, i * LANES * Float.BYTES), values.get(i));
    }
    code.barrier();
    Register theirs = address(ptx.xor(threads.warp(), mask), perWarp, scratch);
    Register sign = sign(threads.warp(), mask);
    for (int i = 0; i < values.size(); i++) {
      Operand other = ptx.op("ld.shared.f32", Address.at(theirs, i * LANES * Float.BYTES));
      values.set(i, ptx.op("fma.rn.f32", values.get(i), sign, other));
    }
    // The memory may be used again, by the next iteration of a loop around this.
    code.barrier();
  }

  private Register address(Register warp, int perWarp, Register scratch) {
    return ptx.op("mad.lo.u32", warp, imm(perWarp),
        ptx.op("mad.lo.u32", threads.lane(), imm(Float.BYTES), scratch));
  }
}
