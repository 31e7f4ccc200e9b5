package nibble.emulator.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import nibble.emulator.KernelRun;
import org.junit.jupiter.params.ParameterizedTest;

/** Kernels of {@code cub.cu} and {@code cooperative.cu}: what templates of CUDA's libraries become. */
class LibraryTest {
  @ParameterizedTest(name = "{0}")
  @CudaSource("cub")
  void radixSort(CudaPtx ptx) {
    int[] in = new Random(1).ints(512).toArray();
    int[] expected = in.clone();
    Arrays.sort(expected);
    assertArrayEquals(
        expected, ptx.kernel("radix_sort").grid(1, 128).ints("in", in).buffer("out", 4 * 512).run().ints("out"));
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource("cub")
  void mergeSort(CudaPtx ptx) {
    double[] in = new Random(2).doubles(512, -1, 1).toArray();
    double[] sorted = in.clone();
    Arrays.sort(sorted);
    double[] expected = IntStream.range(0, 512).mapToDouble(i -> sorted[511 - i]).toArray();
    assertArrayEquals(
        expected,
        ptx.kernel("merge_sort").grid(1, 128).doubles("in", in).buffer("out", 8 * 512).run().doubles("out"));
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource("cub")
  void scanAndReduce(CudaPtx ptx) {
    long[] in = new Random(3).longs(128).toArray();
    long[] expected = new long[129];
    for (int i = 0; i < 127; i++) {
      expected[i + 1] = expected[i] + in[i];
    }
    expected[128] = LongStream.of(in).sum();
    assertArrayEquals(
        expected,
        ptx.kernel("scan_and_reduce").grid(1, 128).longs("in", in).buffer("out", 8 * 129).run().longs("out"));
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource("cooperative")
  void tilesOfThreads(CudaPtx ptx) {
    int[] in = new Random(4).ints(64, 0, 1000).toArray();
    int[] out = ptx.kernel("tiles").grid(1, 64).ints("in", in).buffer("out", 4 * 4 * 64).run().ints("out");
    for (int i = 0; i < 64; i++) {
      int eight = i / 8 * 8;
      int warp = i / 32 * 32;
      assertEquals(IntStream.range(eight, eight + 8).map(j -> in[j]).sum(), out[4 * i]);
      assertEquals(IntStream.rangeClosed(warp, i).map(j -> in[j]).sum(), out[4 * i + 1]);
      IntStream odd = IntStream.range(warp, warp + 32).filter(j -> in[j] % 2 != 0);
      long before = IntStream.range(warp, i).filter(j -> in[j] % 2 != 0).count();
      int greatest = odd.map(j -> in[j]).max().orElse(0);
      assertEquals(in[i] % 2 != 0 ? greatest + 1000 * before : 0, out[4 * i + 2]);
      int label = in[i] % 3;
      long size = IntStream.range(warp, warp + 32).filter(j -> in[j] % 3 == label).count();
      long rank = IntStream.range(warp, i).filter(j -> in[j] % 3 == label).count();
      assertEquals(100 * size + rank, out[4 * i + 3]);
    }
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource("cooperative")
  void tilesOfSeveralWarps(CudaPtx ptx) {
    int[] in = new Random(6).ints(128).toArray();
    int[] expected =
        IntStream.range(0, 128)
            .map(i -> IntStream.range(i / 64 * 64, i / 64 * 64 + 64).map(j -> in[j]).sum() + i / 64)
            .toArray();
    KernelRun run = ptx.kernel("large_tiles").racing().grid(1, 128).ints("in", in).buffer("out", 4 * 128);
    assertArrayEquals(expected, run.run().ints("out"));
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource("cooperative")
  void copiesAsynchronously(CudaPtx ptx) {
    int threads = 64;
    int n = 4 * threads;
    int[] in = new Random(5).ints(4 * n).toArray();
    KernelRun.Outcome outcome =
        ptx.kernel("copy_async").grid(1, threads).dynamicShared(16 * threads)
            .ints("in", in).buffer("out", 16 * n).argument(n)
            .run();
    int[] expected = new int[4 * n];
    for (int i = 0; i < expected.length; i++) {
      // The tile backwards, and each of its vectors backwards.
      int tile = i / (4 * threads) * 4 * threads;
      expected[i] = in[tile + 4 * threads - 1 - i % (4 * threads)];
    }
    assertArrayEquals(expected, outcome.ints("out"));
  }
}
