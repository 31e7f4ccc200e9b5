package nibble.emulator.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Random;
import nibble.emulator.KernelRun;
import nibble.emulator.Machine;
import org.junit.jupiter.params.ParameterizedTest;

/** Kernels of {@code scan.cu}: blocks that wait for the block before them, trees in dynamic shared memory. */
class ScanTest {
  private static final String SOURCE = "scan";

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void blocksWaitForEachOther(CudaPtx ptx) {
    int n = 1500;
    int blocks = 12;
    int[] in = new Random(1).ints(n).toArray();
    int[] expected = in.clone();
    for (int i = 1; i < n; i++) {
      expected[i] += expected[i - 1];
    }
    for (int workers : new int[] {1, 2, 4}) {
      KernelRun.Outcome outcome =
          ptx.kernel("scan_chained").racing().machine(Machine.builder().workers(workers)).grid(blocks, 128)
              .ints("in", in).buffer("out", 4 * n).buffer("sums", 4 * blocks).buffer("flags", 4 * blocks).argument(n)
              .run();
      assertArrayEquals(expected, outcome.ints("out"));
    }
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void scansATree(CudaPtx ptx) {
    int n = 256;
    float[] in = new float[n];
    float[] expected = new float[n];
    for (int i = 0; i < n; i++) {
      // Small integers, so that no order of additions rounds.
      in[i] = i * 7 % 31 - 15;
      expected[i] = i == 0 ? 0 : expected[i - 1] + in[i - 1];
    }
    KernelRun.Outcome outcome =
        ptx.kernel("scan_tree").grid(1, n / 2).dynamicShared(4 * n)
            .floats("in", in).buffer("out", 4 * n).argument(n)
            .run();
    assertArrayEquals(expected, outcome.floats("out"));
  }
}
