package nibble.emulator.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import nibble.emulator.KernelRun;
import nibble.emulator.PtxException;
import nibble.emulator.Tier;
import org.junit.jupiter.params.ParameterizedTest;

/** Kernels of {@code calls.cu}: functions that are not inlined, by name and through pointers. */
class CallTest {
  private static int mix(int a, int b) {
    return a * 31 + (b ^ 0x55);
  }

  private static float uneven(float x, int lane) {
    if (lane % 3 == 0) {
      return -x;
    }
    if (lane % 3 == 1) {
      return x + mix(lane, 2);
    }
    float sum = 0;
    for (int i = 0; i < lane; i++) {
      sum = Math.fma(x, i, sum);
    }
    return sum;
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource("calls")
  void callsFunctions(CudaPtx ptx) {
    int[] in = new Random(1).ints(32, -1000, 1000).toArray();
    KernelRun.Outcome outcome = ptx.kernel("call").ints("in", in).buffer("out", 8 * 6 * 32).run();
    long[] expected = new long[6 * 32];
    for (int lane = 0; lane < 32; lane++) {
      int x = in[lane];
      expected[lane] = mix(x, lane);
      expected[32 + lane] = (long) x * (x & 0xff) - lane;
      expected[64 + lane] = Float.floatToIntBits(uneven(x, lane));
      expected[96 + lane] = Double.doubleToLongBits(x * 0.5 + 1.25);
      expected[128 + lane] = (long) mix(x, lane) << 24 ^ 'a' ^ 'e' << 8 ^ 'z' << 16;
      expected[160 + lane] = x % 2 != 0 ? x / 7 * 1000L + x % 7 : 0;
    }
    assertArrayEquals(expected, outcome.longs("out"));
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource("calls")
  void callsThroughPointers(CudaPtx ptx) {
    int[] in = new Random(2).ints(32).toArray();
    for (int shift = 0; shift < 3; shift++) {
      KernelRun.Outcome outcome =
          ptx.kernel("call_indirect").ints("in", in).buffer("out", 4 * 32).argument(shift).run();
      int[] expected = new int[32];
      for (int lane = 0; lane < 32; lane++) {
        int x = in[lane];
        int function = (lane + shift) % 3;
        expected[lane] = function == 0 ? 2 * x : function == 1 ? x * x : -x;
      }
      assertArrayEquals(expected, outcome.ints("out"));
    }
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource("recursion")
  void refusesRecursion(CudaPtx ptx) {
    KernelRun run = ptx.kernel("call_recursive").buffer("out", 4 * 32);
    PtxException refusal = assertThrows(PtxException.class, () -> run.run(Tier.COMPILED));
    assertTrue(refusal.getMessage().contains("calls itself; recursion is not supported"), refusal.getMessage());
  }
}
