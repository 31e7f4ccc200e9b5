package nibble.codegen.ptx;

import java.util.List;

/** Instructions of a kernel as lines of text, for expectations. */
public final class KernelText {
  private KernelText() {}

  /** The instructions, without guards. */
  public static List<String> lines(Kernel kernel) {
    return kernel.instructions().map(Instruction::toString).toList();
  }
}
