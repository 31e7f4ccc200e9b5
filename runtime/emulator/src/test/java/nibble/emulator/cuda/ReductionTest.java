package nibble.emulator.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Random;
import java.util.function.IntBinaryOperator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import nibble.emulator.KernelRun;
import org.junit.jupiter.params.ParameterizedTest;

/** Kernels of {@code reduction.cu}: shuffles, shared memory, atomics, barriers that reduce. */
class ReductionTest {
  private static final String SOURCE = "reduction";

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void sumsInWarpsAndBetweenThem(CudaPtx ptx) {
    int blocks = 3;
    int threads = 160;
    int n = 2000;
    Random random = new Random(1);
    float[] in = new float[n];
    for (int i = 0; i < n; i++) {
      in[i] = random.nextFloat();
    }
    KernelRun.Outcome outcome =
        ptx.kernel("sum_blocks").grid(blocks, threads).floats("in", in).buffer("out", 4 * blocks).argument(n).run();
    float[] expected = new float[blocks];
    for (int block = 0; block < blocks; block++) {
      float[] warps = new float[32];
      for (int warp = 0; warp < threads / 32; warp++) {
        float[] lanes = new float[32];
        for (int lane = 0; lane < 32; lane++) {
          for (int i = block * threads + warp * 32 + lane; i < n; i += blocks * threads) {
            lanes[lane] += in[i];
          }
        }
        warps[warp] = warpSum(lanes);
      }
      expected[block] = warpSum(warps);
    }
    assertArrayEquals(expected, outcome.floats("out"));
  }

  /** In the order of the shuffles, so that it rounds as they do. */
  private static float warpSum(float[] lanes) {
    float[] x = lanes.clone();
    for (int distance = 16; distance > 0; distance /= 2) {
      float[] before = x.clone();
      for (int lane = 0; lane < 32; lane++) {
        x[lane] = before[lane] + before[lane + distance < 32 ? lane + distance : lane];
      }
    }
    return x[0];
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void findsTheLargest(CudaPtx ptx) {
    int[] in = new Random(2).ints(4 * 128).toArray();
    KernelRun.Outcome outcome =
        ptx.kernel("max_block").grid(4, 128).dynamicShared(4 * 128)
            .ints("in", in).ints("out", Integer.MIN_VALUE)
            .run();
    assertEquals(Arrays.stream(in).max().orElseThrow(), outcome.ints("out")[0]);
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void theLastBlockAddsUpTheOthers(CudaPtx ptx) {
    int n = 10_000;
    long[] in = new Random(3).longs(n).toArray();
    KernelRun.Outcome outcome =
        ptx.kernel("sum_all").grid(7, 256)
            .longs("in", in).buffer("partial", 8 * 7).buffer("out", 8).argument(n)
            .run();
    assertEquals(LongStream.of(in).sum(), outcome.longs("out")[0]);
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void reducesAWarpInOneInstruction(CudaPtx ptx) {
    int[] in = new Random(4).ints(32).toArray();
    IntBinaryOperator[] functions = {
      Integer::sum,
      Math::min,
      Math::max,
      (a, b) -> Integer.compareUnsigned(a, b) < 0 ? a : b,
      (a, b) -> Integer.compareUnsigned(a, b) > 0 ? a : b,
      (a, b) -> a & b,
      (a, b) -> a | b,
      (a, b) -> a ^ b,
    };
    int[] expected = new int[8 * 32];
    for (int i = 0; i < functions.length; i++) {
      int reduced = IntStream.of(in).reduce(functions[i]).orElseThrow();
      Arrays.fill(expected, 32 * i, 32 * i + 32, reduced);
    }
    KernelRun.Outcome outcome = ptx.kernel("reduce_warp").ints("in", in).buffer("out", 4 * 8 * 32).run();
    assertArrayEquals(expected, outcome.ints("out"));
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void barriersReduce(CudaPtx ptx) {
    int threads = 80;
    int[] in = new Random(5).ints(3 * threads).toArray();
    // The second block has odd numbers only, the third even ones.
    for (int i = threads; i < 3 * threads; i++) {
      in[i] = i < 2 * threads ? in[i] | 1 : in[i] & ~1;
    }
    KernelRun.Outcome outcome =
        ptx.kernel("count_block").grid(3, threads).ints("in", in).buffer("out", 4 * 9 * threads).run();
    int[] expected = new int[9 * threads];
    for (int i = 0; i < 3 * threads; i++) {
      int block = i / threads;
      int odd = (int) Arrays.stream(in, block * threads, (block + 1) * threads).filter(it -> (it & 1) != 0).count();
      expected[3 * i] = odd;
      expected[3 * i + 1] = odd == threads ? 1 : 0;
      expected[3 * i + 2] = odd > 0 ? 1 : 0;
    }
    assertArrayEquals(expected, outcome.ints("out"));
  }
}
