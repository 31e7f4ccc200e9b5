package nibble.emulator.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import nibble.emulator.Argument;
import nibble.emulator.KernelFault;
import nibble.emulator.KernelRun;
import nibble.emulator.Tier;
import org.junit.jupiter.params.ParameterizedTest;

/** Kernels of {@code print.cu}: what reaches the host besides memory. */
class PrintTest {
  private static final String SOURCE = "print";

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void printsInTheOrderOfThreads(CudaPtx ptx) {
    KernelRun.Outcome outcome = ptx.kernel("greet").grid(3, 34).run();
    List<String> expected =
        IntStream.range(0, 3 * 34).mapToObj(i -> "thread " + i % 34 + " of block " + i / 34 + "\n").toList();
    assertEquals(expected, outcome.result().output());
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void printsAllConversions(CudaPtx ptx) {
    KernelRun.Outcome outcome =
        ptx.kernel("print_all").grid(1, 1)
            .argument(-42).argument(0xDEADBEEF).argument(Argument.of(1234567890123L)).argument(Argument.of(1234.5625))
            .argument(Argument.of(0.1f)).buffer("text", "hello\0".getBytes(StandardCharsets.US_ASCII))
            .run();
    // As glibc's printf prints them.
    assertEquals(
        """
        -42   -42|-42  |-0042 -42 -42 -42
        3735928559 deadbeef DEADBEEF 0xdeadbeef 33653337357 033653337357
        1234567890123 1234567890123 11f71fb04cb 1234567890123
        1234.562500 1234.56   1234.562|1234.6    | 1.234562e+03 1.235E+03 1234.56 1234.56 0x1.34a4p+10
        0.100000 0.1
        hello|   right|left    |cu c%
        no arguments
           -42|1234.56|-42 -42
        counted -42
        """,
        String.join("", outcome.result().output()));
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void assertionsThatHoldSaveNothing(CudaPtx ptx) {
    KernelRun.Outcome outcome = ptx.kernel("check").ints("in", new int[32]).argument(1).run();
    assertEquals(List.of(), outcome.result().output());
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void failedAssertionsEndTheLaunch(CudaPtx ptx) {
    int[] in = new int[32];
    in[19] = 7;
    for (Tier tier : Tier.values()) {
      KernelRun run = ptx.kernel("check").ints("in", in).argument(7);
      KernelFault fault = assertThrows(KernelFault.class, () -> run.run(tier));
      assertEquals(KernelFault.Kind.ASSERTION, fault.kind());
      assertEquals(new KernelFault.Index(19, 0, 0), fault.place().thread());
      String message = fault.getMessage();
      assertTrue(message.startsWith("assertion 'in[threadIdx.x] < bound' failed at src/test/cuda/print.cu:"), message);
    }
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void trapsEndTheLaunch(CudaPtx ptx) {
    for (Tier tier : Tier.values()) {
      KernelRun run = ptx.kernel("trap_if").grid(2, 64).argument(40);
      KernelFault fault = assertThrows(KernelFault.class, () -> run.run(tier));
      assertEquals(KernelFault.Kind.TRAP, fault.kind());
      assertEquals(new KernelFault.Index(40, 0, 0), fault.place().thread());
    }
  }
}
