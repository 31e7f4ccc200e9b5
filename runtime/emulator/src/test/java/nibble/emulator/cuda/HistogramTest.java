package nibble.emulator.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import nibble.emulator.KernelRun;
import org.junit.jupiter.params.ParameterizedTest;

/** Kernels of {@code histogram.cu}: atomic operations on everything that they take. */
class HistogramTest {
  private static final String SOURCE = "histogram";

  private static int[] count(byte[] in) {
    int[] bins = new int[64];
    for (byte value : in) {
      bins[(value & 0xff) % 64]++;
    }
    return bins;
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void countsInSharedAndGlobalMemory(CudaPtx ptx) {
    byte[] in = new byte[3001];
    new Random(1).nextBytes(in);
    KernelRun.Outcome outcome =
        ptx.kernel("histogram").grid(4, 96).buffer("in", in).buffer("bins", 4 * 64).argument(in.length).run();
    assertArrayEquals(count(in), outcome.ints("bins"));
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void lanesWithOneBinCountTogether(CudaPtx ptx) {
    byte[] in = new byte[777];
    new Random(2).nextBytes(in);
    for (int i = 0; i < 300; i++) {
      in[i] = (byte) (in[i] & 3);
    }
    KernelRun.Outcome outcome =
        ptx.kernel("histogram_matched").grid(7, 128).buffer("in", in).buffer("bins", 4 * 64).argument(in.length).run();
    assertArrayEquals(count(in), outcome.ints("bins"));
  }

  /** What {@code atomics32} leaves in its twelve places, the last of which counts in single precision. */
  private static int[] reference(int[] in, int[] start) {
    int[] at = start.clone();
    float count = Float.intBitsToFloat(at[11]);
    for (int x : in) {
      at[0] += x;
      at[1] -= x;
      at[2] = Math.min(at[2], x);
      at[3] = Math.max(at[3], x);
      at[4] = Integer.compareUnsigned(at[4], x) < 0 ? at[4] : x;
      at[5] = Integer.compareUnsigned(at[5], x) > 0 ? at[5] : x;
      at[6] &= x | 0xff;
      at[7] |= x & 0xff;
      at[8] ^= x;
      at[9] = Integer.compareUnsigned(at[9], 99) >= 0 ? 0 : at[9] + 1;
      at[10] = at[10] == 0 || Integer.compareUnsigned(at[10], 99) > 0 ? 99 : at[10] - 1;
      count += 1;
    }
    at[11] = Float.floatToIntBits(count);
    return at;
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void everyOperationOn32Bits(CudaPtx ptx) {
    int threads = 64;
    int blocks = 3;
    int[] in = new Random(3).ints(threads * blocks).toArray();
    int[] start = {5, 6, 70, 80, 0x7fffffff, 9, -1, 0, 12, 98, 3, Float.floatToIntBits(1.5f)};
    int[] global = Arrays.copyOf(start, 24 + 12 * blocks);
    System.arraycopy(start, 0, global, 12, 12);
    int[] expected = global.clone();
    System.arraycopy(reference(in, start), 0, expected, 12, 12);
    for (int block = 0; block < blocks; block++) {
      int[] part = Arrays.copyOfRange(in, block * threads, (block + 1) * threads);
      System.arraycopy(reference(part, start), 0, expected, 24 + 12 * block, 12);
    }
    KernelRun.Outcome outcome =
        ptx.kernel("atomics32").racing().grid(blocks, threads)
            .ints("in", in).ints("global", global).floats("maximum", Float.NEGATIVE_INFINITY)
            .run();
    assertArrayEquals(expected, outcome.ints("global"));
    assertEquals((float) Arrays.stream(in).max().orElseThrow(), outcome.floats("maximum")[0]);
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void everyOperationOn64Bits(CudaPtx ptx) {
    int count = 2 * 64;
    long[] in = new Random(4).longs(count).toArray();
    long[] at = {1, 2, 3, Long.MAX_VALUE, 5, -1, 0, 7, 0, 0};
    long[] expected = at.clone();
    for (long x : in) {
      expected[0] += x;
      expected[1] = Math.min(expected[1], x);
      expected[2] = Math.max(expected[2], x);
      expected[3] = Long.compareUnsigned(expected[3], x) < 0 ? expected[3] : x;
      expected[4] = Long.compareUnsigned(expected[4], x) > 0 ? expected[4] : x;
      expected[5] &= x;
      expected[6] |= x;
      expected[7] ^= x;
    }
    expected[8] = count;
    expected[9] = count;
    KernelRun.Outcome outcome =
        ptx.kernel("atomics64").racing().grid(2, 64)
            .longs("in", in).longs("at", at).doubles("sum", 0.25).buffer("halves", 8).buffer("brains", 4)
            .buffer("shorts", 4)
            .run();
    assertArrayEquals(expected, outcome.longs("at"));
    assertEquals(0.25 + 0.5 * count, outcome.doubles("sum")[0]);
    short[] halves = outcome.shorts("halves");
    assertEquals(count, Float.float16ToFloat(halves[0]));
    assertEquals(2 * count, Float.float16ToFloat(halves[1]));
    assertEquals(count, Float.float16ToFloat(halves[2]));
    short[] brains = outcome.shorts("brains");
    assertEquals(count, Float.intBitsToFloat(brains[0] << 16));
    assertEquals(2 * count, Float.intBitsToFloat(brains[1] << 16));
    assertArrayEquals(new short[] {(short) count, 0}, outcome.shorts("shorts"));
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void aLockPassesFromLaneToLane(CudaPtx ptx) {
    KernelRun.Outcome outcome = ptx.kernel("lock").racing().grid(3, 64).buffer("mutex", 4).buffer("count", 4).run();
    assertEquals(3 * 64, outcome.ints("count")[0]);
    assertEquals(0, IntStream.of(outcome.ints("mutex")).sum());
  }
}
