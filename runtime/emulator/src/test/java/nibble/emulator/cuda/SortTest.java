package nibble.emulator.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;
import nibble.emulator.KernelRun;
import org.junit.jupiter.params.ParameterizedTest;

/** Kernels of {@code bitonic_sort.cu}: structures in dynamic shared memory, 64-bit keys, exchanges in registers. */
class SortTest {
  private static final String SOURCE = "bitonic_sort";

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void aBlockSortsInSharedMemory(CudaPtx ptx) {
    int n = 256;
    int blocks = 2;
    long[] keys = new Random(1).longs(blocks * n).toArray();
    int[] values = IntStream.range(0, blocks * n).toArray();
    long[] expectedKeys = new long[keys.length];
    int[] expectedValues = new int[keys.length];
    for (int block = 0; block < blocks; block++) {
      int[] order =
          IntStream.range(block * n, (block + 1) * n).boxed()
              .sorted(Comparator.comparing(i -> keys[i], Long::compareUnsigned))
              .mapToInt(Integer::intValue)
              .toArray();
      for (int i = 0; i < n; i++) {
        expectedKeys[block * n + i] = keys[order[i]];
        expectedValues[block * n + i] = order[i];
      }
    }
    KernelRun.Outcome outcome =
        ptx.kernel("sort_block").grid(blocks, n / 2).dynamicShared(16 * n)
            .longs("keys", keys).ints("values", values).argument(n)
            .run();
    assertArrayEquals(expectedKeys, outcome.longs("keys"));
    assertArrayEquals(expectedValues, outcome.ints("values"));
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void aWarpSortsInRegisters(CudaPtx ptx) {
    Random random = new Random(2);
    float[] x = new float[64];
    for (int i = 0; i < 64; i++) {
      x[i] = (float) random.nextGaussian();
    }
    float[] expected = x.clone();
    Arrays.sort(expected, 0, 32);
    Arrays.sort(expected, 32, 64);
    assertArrayEquals(expected, ptx.kernel("sort_warp").grid(2, 32).floats("x", x).run().floats("x"));
  }
}
