package nibble.emulator.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import nibble.emulator.KernelRun;
import org.junit.jupiter.params.ParameterizedTest;

/** Kernels of {@code divergence.cu}: lanes that go different ways, and what they see of each other. */
class DivergenceTest {
  private static final String SOURCE = "divergence";

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void loopsOfUnevenLength(CudaPtx ptx) {
    int n = 300;
    int[] in = new Random(1).ints(n, 1, 100_000).toArray();
    KernelRun.Outcome outcome =
        ptx.kernel("collatz").grid(3, 128).ints("in", in).buffer("out", 4 * n).argument(n).run();
    int[] expected = new int[n];
    for (int i = 0; i < n; i++) {
      for (long x = in[i]; x != 1; x = x % 2 == 0 ? x / 2 : 3 * x + 1) {
        expected[i]++;
      }
    }
    assertArrayEquals(expected, outcome.ints("out"));
    assertTrue(outcome.result().divergences() > 0);
  }

  private static int nested(int lane, int x) {
    int sum = 0;
    for (int i = 0; i < 10; i++) {
      if (i == lane % 7) {
        continue;
      }
      boolean skips = false;
      for (int j = 0; j < i + lane && !skips; j++) {
        if (j * j > x) {
          break;
        }
        if (sum > 1000) {
          return -sum;
        }
        sum += i ^ j;
        for (int k = j; k < lane; k += 3) {
          if ((k & 5) == 5) {
            skips = true;
            break;
          }
          sum += k;
        }
      }
      sum += skips ? 1 : 1 - lane;
    }
    return sum;
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void loopsInLoops(CudaPtx ptx) {
    int[] in = new Random(2).ints(32, 0, 300).toArray();
    KernelRun.Outcome outcome = ptx.kernel("nested").ints("in", in).buffer("out", 4 * 32).run();
    int[] expected = IntStream.range(0, 32).map(lane -> nested(lane, in[lane])).toArray();
    assertArrayEquals(expected, outcome.ints("out"));
  }

  private static int choose(int lane, int x) {
    int triangle = lane * (lane - 1) / 2;
    return switch (x) {
      case 0 -> lane;
      case 1 -> lane * 3 + 7;
      case 2 -> 7;
      case 3 -> (triangle ^ 0x55) * 2;
      case 4 -> 0x55 * 2;
      case 5 -> 0;
      case 11 -> -1;
      default -> x / (lane + 1);
    };
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void switches(CudaPtx ptx) {
    for (int shift = 0; shift < 13; shift++) {
      int first = shift;
      int[] in = IntStream.range(0, 32).map(lane -> (lane * 5 + first) % 13 - (lane == 31 ? 50 : 0)).toArray();
      KernelRun.Outcome outcome = ptx.kernel("choose").ints("in", in).buffer("out", 4 * 32).run();
      int[] expected = IntStream.range(0, 32).map(lane -> choose(lane, in[lane])).toArray();
      assertArrayEquals(expected, outcome.ints("out"));
    }
  }

  private static int lanes(int[] in, IntPredicate of) {
    int lanes = 0;
    for (int lane = 0; lane < 32; lane++) {
      lanes |= of.test(in[lane]) ? 1 << lane : 0;
    }
    return lanes;
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void votesWhileApart(CudaPtx ptx) {
    votes(ptx, new Random(3).ints(32, 0, 64).toArray());
    votes(ptx, new Random(4).ints(32, 16, 32).toArray());
  }

  private static void votes(CudaPtx ptx, int[] in) {
    KernelRun.Outcome outcome = ptx.kernel("votes").ints("in", in).buffer("out", 4 * 5 * 32).run();
    int odd = lanes(in, x -> x % 2 != 0);
    int four = Integer.bitCount(lanes(in, x -> (x & 7) == 7));
    int[] expected = new int[5 * 32];
    for (int lane = 0; lane < 32; lane++) {
      int x = in[lane];
      boolean isOdd = x % 2 != 0;
      expected[lane] = isOdd ? odd : ~odd;
      if (isOdd) {
        expected[32 + lane] = in[Integer.numberOfTrailingZeros(odd)] + ((x & 2) != 0 ? 100 * four : 0);
      } else {
        int two = lanes(in, it -> (it & 3) == 2);
        expected[32 + lane] = (two != 0 ? 1 : 0) + (two == ~odd ? 10 : 0);
      }
      expected[64 + lane] = odd;
      boolean isSame = Arrays.stream(in).allMatch(it -> it >> 4 == in[0] >> 4);
      expected[96 + lane] = isSame ? -1 ^ 1 : 0;
      expected[128 + lane] = lanes(in, it -> (it & 3) == (x & 3));
    }
    assertArrayEquals(expected, outcome.ints("out"));
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void barriersForgetThreadsThatLeft(CudaPtx ptx) {
    int stay = 77;
    KernelRun.Outcome outcome =
        ptx.kernel("leave_early").grid(1, 256).buffer("out", 4 * stay).argument(stay).run();
    int[] expected = IntStream.range(0, stay).map(i -> 2 * (stay - 1 - (i + 1) % stay)).toArray();
    assertArrayEquals(expected, outcome.ints("out"));
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void lanesWaitForLanesOfTheirWarp(CudaPtx ptx) {
    KernelRun.Outcome outcome = ptx.kernel("hand_over").buffer("out", 4 * 16).run();
    assertArrayEquals(IntStream.range(42, 58).toArray(), outcome.ints("out"));
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void warpsHandOverThroughNamedBarriers(CudaPtx ptx) {
    int rounds = 7;
    KernelRun.Outcome outcome =
        ptx.kernel("pipeline").grid(1, 128).buffer("out", 4 * 64).argument(rounds).run();
    int[] expected =
        IntStream.range(0, 64).map(i -> rounds * (63 - i) + 64 * rounds * (rounds - 1) / 2).toArray();
    assertArrayEquals(expected, outcome.ints("out"));
  }
}
