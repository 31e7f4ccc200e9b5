package nibble.codegen.lower;

import static nibble.codegen.ptx.Immediate.imm;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import nibble.codegen.layout.Dimension;
import nibble.codegen.lower.Lowered.Tile;
import nibble.codegen.ptx.Address;
import nibble.codegen.ptx.Immediate;
import nibble.codegen.ptx.KernelBuilder;
import nibble.codegen.ptx.Operand;
import nibble.codegen.ptx.Register;
import nibble.codegen.ptx.RegisterType;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.op.Reduce;

/**
 * Reductions: first over the registers of a thread, then over lanes by butterfly shuffles, then over warps through
 * shared memory. Each step is over the bits of the layout that move along the reduced axis.
 */
final class ReduceCode {
  private static final int LANES = 32;

  private final Code code;
  private final KernelBuilder ptx;
  private final ScalarCode scalars;
  private final Threads threads;
  private final SharedArena arena;

  ReduceCode(Code code, ScalarCode scalars, Threads threads, SharedArena arena) {
    this.code = code;
    this.ptx = code.ptx();
    this.scalars = scalars;
    this.threads = threads;
    this.arena = arena;
  }

  Tile reduce(Tile x, Reduce reduce, TileType result) {
    List<Operand> values = overRegisters(x, reduce, result);
    for (int bit : bits(x.type(), Dimension.LANE, reduce.axis())) {
      values.replaceAll(value -> combine(reduce, x, value, shuffled(value, 1 << bit)));
    }
    List<Integer> warpBits = bits(x.type(), Dimension.WARP, reduce.axis());
    if (!warpBits.isEmpty()) {
      values = overWarps(values, warpBits, reduce, x);
    }
    return new Tile(result, ImmutableList.copyOf(values));
  }

  private Operand combine(Reduce reduce, Tile x, Operand a, Operand b) {
    return scalars.apply(reduce.function(), x.type().format(), a, b, b);
  }

  /** Bits of an input that move along the axis. */
  private static List<Integer> bits(TileType type, String input, int axis) {
    List<Integer> bits = new ArrayList<>();
    for (int bit = 0; bit < type.layout().images(input).size(); bit++) {
      if (coordinate(type, input, bit, axis) != 0) {
        bits.add(bit);
      }
    }
    return bits;
  }

  private static int coordinate(TileType type, String input, int bit, int axis) {
    return type.layout().basis(input, bit)[axis];
  }

  private List<Operand> overRegisters(Tile x, Reduce reduce, TileType result) {
    List<Operand> values = new ArrayList<>();
    for (int i = 0; i < result.registers(); i++) {
      values.add(null);
    }
    int[] targets = RegisterMap.targets(x.type(), result);
    for (int register = 0; register < targets.length; register++) {
      int target = targets[register];
      Operand before = values.get(target);
      values.set(target, before == null || isNeutral(reduce, before)
          ? x.at(register)
          : isNeutral(reduce, x.at(register)) ? before : combine(reduce, x, before, x.at(register)));
    }
    return values;
  }

  /** Whether it is the constant that changes nothing: registers outside of the tensor hold it. */
  private static boolean isNeutral(Reduce reduce, Operand value) {
    if (!(value instanceof Immediate constant) || constant.kind() != Immediate.Kind.F32) {
      return false;
    }
    float number = Float.intBitsToFloat((int) constant.bits());
    return switch (reduce.function()) {
      case ADD -> number == 0;
      case MAX -> number == Float.NEGATIVE_INFINITY;
      case MIN -> number == Float.POSITIVE_INFINITY;
      default -> false;
    };
  }

  private Operand shuffled(Operand value, int mask) {
    return ptx.shuffleXor(code.register(value), mask);
  }

  /** Every warp leaves its values and takes up those of the warps that differ from it in the reduced bits. */
  private List<Operand> overWarps(List<Operand> values, List<Integer> warpBits, Reduce reduce, Tile x) {
    int perWarp = values.size() * LANES * Integer.BYTES;
    int warps = x.type().layout().inputSize(Dimension.WARP);
    Register scratch = arena.allocate(warps * perWarp);
    Register own = ptx.op("mad.lo.u32", threads.warp(), imm(perWarp),
        ptx.op("mad.lo.u32", threads.lane(), imm(Integer.BYTES), scratch));
    for (int i = 0; i < values.size(); i++) {
      Register value = code.register(values.get(i));
      ptx.emit("st.shared." + value.type().keyword(), Address.at(own, i * LANES * Integer.BYTES), value);
    }
    code.barrier();
    List<Operand> results = new ArrayList<>(values);
    for (int other = 1; other < 1 << warpBits.size(); other++) {
      int mask = 0;
      for (int i = 0; i < warpBits.size(); i++) {
        mask |= (other >> i & 1) << warpBits.get(i);
      }
      Register warp = ptx.xor(threads.warp(), mask);
      Register at = ptx.op("mad.lo.u32", warp, imm(perWarp),
          ptx.op("mad.lo.u32", threads.lane(), imm(Integer.BYTES), scratch));
      for (int i = 0; i < values.size(); i++) {
        RegisterType type = code.register(values.get(i)).type();
        Operand theirs = ptx.op("ld.shared." + type.keyword(), Address.at(at, i * LANES * Integer.BYTES));
        results.set(i, combine(reduce, x, results.get(i), theirs));
      }
    }
    // The memory may be used again, by the next iteration of a loop around this.
    code.barrier();
    return results;
  }
}
