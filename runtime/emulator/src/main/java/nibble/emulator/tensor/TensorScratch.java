package nibble.emulator.tensor;

/** Memory for the operands of a multiplication while it is computed; one for each worker. */
public final class TensorScratch {
  static final int LARGEST_A = 16 * 128;
  static final int LARGEST_B = 256 * 8;
  static final int LARGEST_C = 16 * 8;

  final double[] a = new double[LARGEST_A];
  final int[] aExponent = new int[LARGEST_A];
  final double[] b = new double[LARGEST_B];
  final int[] bExponent = new int[LARGEST_B];
  final int[] aInteger = new int[16 * 256];
  final int[] bInteger = new int[LARGEST_B];
  final int[] c = new int[LARGEST_C];
  final long[] wideC = new long[LARGEST_C];
  final int[] k = new int[LARGEST_A];
  final int[] group = new int[WarpgroupMultiplication.SCRATCH];
  final byte[] lines = new byte[8 * 64];
  private TileScratch tile;

  /** What few kernels need, and is large. */
  TileScratch tile() {
    if (tile == null) {
      tile = new TileScratch();
    }
    return tile;
  }
}
