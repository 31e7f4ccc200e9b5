package nibble.emulator.operation;

import nibble.emulator.KernelFault;
import nibble.emulator.execute.Warp;
import nibble.emulator.tensor.Multiplication;
import nibble.emulator.tensor.SparseMultiplication;

/** Matrix multiply-adds. The whole warp executes them together. */
public final class Matrices {
  private Matrices() {}

  /** {@code d = a * b + c}; the operands are lists of registers. */
  public static void multiply(Warp w, int m, int plan, int d, int a, int b, int c, int site) {
    if (isExecuted(w, m, site)) {
      Multiplication multiplication = (Multiplication) w.plans[plan];
      multiplication.run(
          w.words, w.longs, w.lists[d], w.lists[a], w.lists[b], w.lists[c], 0, w.block.tensorScratch());
    }
  }

  /**
   * The same of operands that the warp has multiplied before in this basic block, and has not changed since.
   *
   * @param known which: {@link Multiplication#LEFT}, {@link Multiplication#RIGHT} or both
   */
  public static void multiplyAgain(Warp w, int m, int plan, int d, int a, int b, int c, int site, int known) {
    if (isExecuted(w, m, site)) {
      Multiplication multiplication = (Multiplication) w.plans[plan];
      multiplication.runAgain(
          known, w.words, w.longs, w.lists[d], w.lists[a], w.lists[b], w.lists[c], w.block.tensorScratch());
    }
  }

  /** {@code d = a * b + c} with a sparse {@code a} whose metadata is in register {@code e}. */
  public static void multiplySparse(Warp w, int m, int plan, int d, int a, int b, int c, int e, int site) {
    if (isExecuted(w, m, site)) {
      SparseMultiplication multiplication = (SparseMultiplication) w.plans[plan];
      requireLegal(w, multiplication.illegalLane(w.words, e), site);
      multiplication.run(
          w.words, w.longs, w.lists[d], w.lists[a], w.lists[b], w.lists[c], e, w.block.tensorScratch());
    }
  }

  /** Fails if there is a lane whose metadata are not legal. */
  static void requireLegal(Warp w, int illegalLane, int site) {
    if (illegalLane >= 0) {
      throw w.fault(
          KernelFault.Kind.BAD_METADATA, site, illegalLane,
          "the sparsity metadata name one place twice or out of order");
    }
  }

  /** Whether the instruction is executed at all; all lanes must do so then. */
  static boolean isExecuted(Warp w, int m, int site) {
    if (m != -1 && m != 0) {
      throw w.fault(
          KernelFault.Kind.DIVERGENT_LANES, site, Integer.numberOfTrailingZeros(m),
          String.format("all 32 lanes must execute this together; lanes 0x%08x do not", ~m));
    }
    return m != 0;
  }
}
