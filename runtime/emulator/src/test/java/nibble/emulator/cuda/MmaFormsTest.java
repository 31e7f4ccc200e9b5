package nibble.emulator.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import nibble.emulator.Allocation;
import nibble.emulator.Argument;
import nibble.emulator.DeviceMemory;
import nibble.emulator.LaunchConfig;
import nibble.emulator.Machine;
import nibble.emulator.PtxKernel;
import nibble.emulator.table.MatrixCase;
import nibble.emulator.table.MatrixTile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

/** Kernels of {@code mma_forms.cu}: every {@code mma} of factors of up to 32 bits as inline assembly. */
class MmaFormsTest {
  private static final String SOURCE = "mma_forms";

  /** The kernel that has the instruction. */
  private static String kernel(MatrixCase it) {
    return it.opcode().replaceFirst("mma\\.", "").replace("sync.aligned.", "").replace("row.col.", "")
        .replace("::", "_").replace('.', '_');
  }

  private static Map<String, MatrixCase> cases() {
    Map<String, MatrixCase> cases = new HashMap<>();
    MatrixCase.all().filter(it -> it.bits("a") < 64).forEach(it -> cases.putIfAbsent(kernel(it), it));
    return cases;
  }

  private static byte[] bytes(int[] words) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * words.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(words);
    return bytes.array();
  }

  private static void multiply(Machine machine, PtxKernel kernel, MatrixCase it) {
    MatrixTile tile = new MatrixTile(it, kernel.name().hashCode());
    DeviceMemory memory = machine.memory();
    List<Allocation> buffers =
        List.of(
            memory.allocate(tile.left(), "a"),
            memory.allocate(tile.right(), "b"),
            memory.allocate(tile.addend(), "c"),
            memory.allocate(bytes(tile.metadata(0)), "metadata"),
            memory.allocate(bytes(tile.scales(0, 1, 0, 2)), "scales"),
            memory.allocate(tile.product().length, "d"));
    machine.launch(kernel, LaunchConfig.of(1, 32), buffers.stream().map(Argument::of).toList());
    assertArrayEquals(tile.product(), buffers.get(5).read(), kernel.name());
    buffers.forEach(memory::free);
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void multiply(CudaPtx ptx) {
    Map<String, MatrixCase> cases = cases();
    try (Machine machine = Machine.builder().workers(1).build()) {
      List<PtxKernel> kernels = machine.load(ptx.text(), ptx.name()).kernels();
      assertTrue(kernels.size() >= 24);
      for (PtxKernel kernel : kernels) {
        multiply(machine, kernel, cases.get(kernel.name()));
      }
    }
  }

  /** No instruction is left out; what a vector of scales is by default need not be said. */
  @Test
  void allInstructionsAreThere() {
    TreeSet<String> missing = new TreeSet<>(cases().keySet());
    missing.removeIf(it -> it.contains("block_scale") && !it.contains("scale_vec"));
    try (Machine machine = Machine.builder().workers(1).build()) {
      for (CudaBuild build : CudaBuild.of(SOURCE)) {
        machine.load(build.checkedIn(), build.output()).kernels().forEach(it -> missing.remove(it.name()));
      }
    }
    assertEquals(new TreeSet<>(), missing);
  }
}
