package nibble.emulator.operation;

import nibble.emulator.KernelFault;
import nibble.emulator.execute.Warp;
import nibble.emulator.tensor.ScaledMultiplication;

/** Matrix multiply-adds with block scales. The whole warp executes them together. */
public final class ScaledMatrices {
  private ScaledMatrices() {}

  /**
   * {@code d = (a * scaleA) * (b * scaleB) + c}; {@code metadata} is a register that sparse ones look at. Of the
   * registers behind the scales the first says which byte is the first scale, the second which lanes of each four hold
   * them.
   */
  public static void multiply(
      Warp w, int m, int plan, int d, int a, int b, int c, int metadata, int scaleA, int byteA, int threadA,
      int scaleB, int byteB, int threadB, int site) {
    if (!Matrices.isExecuted(w, m, site)) {
      return;
    }
    ScaledMultiplication multiplication = (ScaledMultiplication) w.plans[plan];
    Matrices.requireLegal(w, multiplication.illegalLane(w.words, metadata), site);
    multiplication.run(
        w.words, w.lists[d], w.lists[a], w.lists[b], w.lists[c], metadata,
        scales(w, multiplication, scaleA, byteA, threadA, 2, site),
        scales(w, multiplication, scaleB, byteB, threadB, 4, site),
        w.block.tensorScratch());
  }

  private static ScaledMultiplication.Scales scales(
      Warp w, ScaledMultiplication multiplication, int register, int byteRegister, int threadRegister, int threads,
      int site) {
    int first = w.words[byteRegister] & 0xffff;
    int thread = w.words[threadRegister] & 0xffff;
    int chunks = multiplication.chunks();
    if (first % chunks != 0 || first + chunks > 4 || thread >= threads) {
      throw w.fault(
          KernelFault.Kind.BAD_METADATA, site, 0,
          "there are no scales at byte " + first + " of thread " + thread + " of each four");
    }
    return new ScaledMultiplication.Scales(register, first, thread);
  }
}
