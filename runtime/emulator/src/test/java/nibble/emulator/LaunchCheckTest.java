package nibble.emulator;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import nibble.emulator.LaunchConfig.Extent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Launches that a GPU would refuse, the machine refuses before anything runs. */
class LaunchCheckTest {
  private static final Extent ONE = new Extent(1, 1, 1);

  private static void launch(String target, String head, LaunchConfig config, Argument... arguments) {
    String ptx =
        """
        .version 8.6
        .target %s
        .extern .shared .align 16 .b8 dynamic[];
        .visible .entry k(%s
        {
          .shared .align 4 .b8 tile[1024];
          .reg .b32 %%r<2>;
          mov.u32 %%r0, dynamic;
          mov.u32 %%r1, tile;
          ret;
        }
        """
            .formatted(target, head);
    try (Machine machine = Machine.builder().workers(1).build()) {
      machine.launch(machine.load(ptx, "test.ptx").kernel("k"), config, arguments);
    }
  }

  private static void refused(String message, String head, LaunchConfig config, Argument... arguments) {
    LaunchException refusal =
        assertThrows(LaunchException.class, () -> launch("sm_80", head, config, arguments));
    assertEquals("kernel k cannot be launched with " + message, refusal.getMessage());
  }

  @ParameterizedTest
  @CsvSource({"0,1,1", "1,0,1", "1,1,0", "-1,1,1", "1,65536,1", "1,1,65536"})
  void grids(int x, int y, int z) {
    Extent grid = new Extent(x, y, z);
    refused(
        "a grid of " + grid + " blocks; each extent is at least 1, y and z at most 65535",
        ")", LaunchConfig.of(grid, ONE));
  }

  @ParameterizedTest
  @CsvSource({"0,1,1", "1,-5,1", "1025,1,1", "32,33,1", "1,1,65", "65536,65536,1"})
  void blocks(int x, int y, int z) {
    Extent block = new Extent(x, y, z);
    refused(
        "a block of " + block + " threads; each extent is at least 1, z at most 64, and all together 1024",
        ")", LaunchConfig.of(ONE, block));
  }

  @Test
  void whatFits() {
    assertDoesNotThrow(() -> launch("sm_80", ")", LaunchConfig.of(new Extent(3, 2, 2), new Extent(4, 4, 64))));
    assertDoesNotThrow(() -> launch("sm_80", ") .maxntid 8, 4", LaunchConfig.of(1, 32)));
    assertDoesNotThrow(
        () -> launch("sm_80", ") .reqntid 8, 4", LaunchConfig.of(ONE, new Extent(8, 4, 1))));
  }

  @Test
  void boundsThatTheKernelWasCompiledFor() {
    refused(
        "a block of 33x1x1 threads; the kernel was compiled for at most 32 (.maxntid)",
        ") .maxntid 8, 4", LaunchConfig.of(1, 33));
    refused(
        "a block of 32x1x1 threads; the kernel was compiled for [8, 4] (.reqntid)",
        ") .reqntid 8, 4", LaunchConfig.of(1, 32));
  }

  @Test
  void clustersOfSeveralBlocks() {
    refused(
        "clusters of [2, 1, 1] blocks (.reqnctapercluster); the machine runs every block as a cluster of its own",
        ") .explicitcluster .reqnctapercluster 2, 1, 1", LaunchConfig.of(2, 32));
    assertDoesNotThrow(() -> launch("sm_90", ") .reqnctapercluster 1, 1, 1", LaunchConfig.of(2, 32)));
  }

  @ParameterizedTest
  @CsvSource({"sm_75,64", "sm_80,163", "sm_86,99", "sm_89,99", "sm_90a,227", "sm_100a,227", "sm_120a,99"})
  void sharedMemory(String target, int kibibytes) {
    int most = kibibytes * 1024 - 1024;
    LaunchConfig one = LaunchConfig.of(1, 1);
    assertDoesNotThrow(() -> launch(target, ")", one.withDynamicShared(most)));
    LaunchException refusal =
        assertThrows(LaunchException.class, () -> launch(target, ")", one.withDynamicShared(most + 1)));
    assertEquals(
        "kernel k cannot be launched with " + (most + 1025) + " bytes of shared memory (1024 static, " + (most + 1)
            + " dynamic); a block on " + target + " has at most " + kibibytes * 1024,
        refusal.getMessage());
    refused("-4 bytes of dynamic shared memory", ")", one.withDynamicShared(-4));
  }

  @Test
  void arguments() {
    String head = ".param .u64 x, .param .align 8 .b8 s[24])";
    LaunchConfig one = LaunchConfig.of(1, 1);
    refused("1 arguments; it has 2 parameters", head, one, Argument.of(5L));
    refused("3 arguments; it has 2 parameters", head, one, Argument.of(5L), Argument.of(1), Argument.of(2));
    refused(
        "an argument of 4 bytes for parameter 'x' of 8", head, one, Argument.of(5), Argument.of(new byte[24]));
    refused(
        "an argument of 23 bytes for parameter 's' of 24", head, one, Argument.of(5L), Argument.of(new byte[23]));
    assertDoesNotThrow(() -> launch("sm_80", head, one, Argument.of(1.0), Argument.of(new byte[24])));
  }

  @Test
  void argumentsLieAsInMemory() {
    assertEquals("[-1]", Arrays.toString(Argument.of((byte) -1).bytes()));
    assertEquals("[2, 1]", Arrays.toString(Argument.of((short) 0x0102).bytes()));
    assertEquals("[4, 3, 2, 1]", Arrays.toString(Argument.of(0x01020304).bytes()));
    assertEquals("[0, 0, -128, 63]", Arrays.toString(Argument.of(1f).bytes()));
    assertEquals("[0, 0, 0, 0, 0, 0, -16, -65]", Arrays.toString(Argument.of(-1.0).bytes()));
  }

  @Test
  void parametersOfAKernel() {
    try (Machine machine = Machine.builder().workers(1).build()) {
      String ptx = KernelRun.module("sm_80", "7.0", ".param .u8 a, .param .u64 b, .param .align 16 .b8 c[20]", "ret;");
      PtxKernel kernel = machine.load(ptx, "test.ptx").kernel("k");
      assertEquals(
          "[Parameter[name=a, offset=0, size=1, align=1], Parameter[name=b, offset=8, size=8, align=8], "
              + "Parameter[name=c, offset=16, size=20, align=16]]",
          kernel.parameters().toString());
    }
  }
}
