package nibble.codegen.lower;

import static nibble.codegen.ptx.Immediate.imm;

import nibble.codegen.ptx.KernelBuilder;
import nibble.codegen.ptx.Register;
import nibble.codegen.ptx.SharedVariable;

/** The dynamic shared memory of a kernel, handed out piece by piece. */
final class SharedArena {
  /** Swizzles repeat every 1024 bytes; tiles of whole patterns start where a pattern does. */
  private static final int ALIGNMENT = 1024;
  /** A row of all banks, at which anything else starts. */
  private static final int ROW = 128;

  private final KernelBuilder ptx;
  private SharedVariable variable;
  private int bytes;

  SharedArena(KernelBuilder ptx) {
    this.ptx = ptx;
  }

  /** Address of a new piece. */
  Register allocate(int size) {
    if (variable == null) {
      variable = ptx.dynamicShared("tiles", ALIGNMENT);
    }
    int offset = roundUp(bytes, size % ALIGNMENT == 0 ? ALIGNMENT : ROW);
    bytes = offset + size;
    Register start = ptx.addressOf(variable);
    return offset == 0 ? start : ptx.op("add.s32", start, imm(offset));
  }

  private static int roundUp(int value, int unit) {
    return (value + unit - 1) / unit * unit;
  }

  int bytes() {
    return bytes;
  }
}
