package nibble.codegen.lower;

import static nibble.codegen.ptx.Immediate.imm;

import com.google.common.collect.ImmutableMap;
import nibble.codegen.layout.Dimension;
import nibble.codegen.ptx.KernelBuilder;
import nibble.codegen.ptx.Register;
import nibble.codegen.ptx.SpecialRegister;

/**
 * Which thread this is.
 *
 * @param lane number of the lane in its warp
 * @param warp number of the warp in its block
 */
record Threads(Register lane, Register warp) {
  static Threads of(KernelBuilder ptx) {
    Register thread = ptx.special(SpecialRegister.TID_X);
    return new Threads(ptx.and(thread, 31), ptx.op("shr.u32", thread, imm(5)));
  }

  /** The registers by the names of layout inputs. */
  ImmutableMap<String, Register> byName() {
    return ImmutableMap.of(Dimension.LANE, lane, Dimension.WARP, warp);
  }
}
