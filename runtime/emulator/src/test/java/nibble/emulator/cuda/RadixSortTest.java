package nibble.emulator.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;
import nibble.emulator.Allocation;
import org.junit.jupiter.params.ParameterizedTest;

/** The whole program {@code radix_sort.cu}: eight rounds of five kernels. */
class RadixSortTest {
  private static final int DIGITS = 16;
  private static final int BLOCK = 256;

  private static int blocks(int n) {
    return (n + BLOCK - 1) / BLOCK;
  }

  /** Keys with many that are equal, so that it shows whether the order of their values is kept. */
  private static int[] keys(int n) {
    Random random = new Random(n);
    return IntStream.range(0, n)
        .map(i -> random.nextBoolean() ? random.nextInt() : random.nextInt(5) * 0x10001).toArray();
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource("radix_sort")
  void sorts(CudaPtx ptx) {
    for (int n : new int[] {1, 255, 5000}) {
      int[] keys = keys(n);
      int[] order =
          IntStream.range(0, n).boxed()
              .sorted(Comparator.comparingLong(i -> keys[i] & 0xffffffffL)).mapToInt(Integer::intValue).toArray();
      try (DeviceProgram program = new DeviceProgram(ptx)) {
        Allocation[] sides = {program.ints("keys", keys), program.zeros(4 * n, "other keys")};
        Allocation[] values = {
          program.ints("values", IntStream.range(0, n).toArray()), program.zeros(4 * n, "other values")
        };
        int counters = DIGITS * blocks(n);
        Allocation counts = program.zeros(4 * counters, "counts");
        Allocation totals = program.zeros(4 * blocks(counters), "totals");
        for (int shift = 0; shift < 32; shift += 4) {
          int from = shift / 4 % 2;
          program.launch("count_digits", blocks(n), BLOCK, sides[from], counts, n, shift);
          program.launch("sum_up", blocks(counters), BLOCK, counts, totals, counters);
          program.launch("sum_up", 1, BLOCK, totals, 0L, blocks(counters));
          program.launch("add_totals", blocks(counters), BLOCK, counts, totals, counters);
          program.launch(
              "scatter", blocks(n), BLOCK, sides[from], values[from], sides[1 - from], values[1 - from], counts, n,
              shift);
        }
        assertArrayEquals(order, DeviceProgram.ints(values[0]));
        assertArrayEquals(IntStream.of(order).map(i -> keys[i]).toArray(), DeviceProgram.ints(sides[0]));
      }
    }
  }
}
