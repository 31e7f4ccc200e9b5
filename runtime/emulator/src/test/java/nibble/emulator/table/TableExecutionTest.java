package nibble.emulator.table;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import nibble.emulator.Argument;
import nibble.emulator.KernelRun;
import nibble.emulator.TensorMap;
import nibble.emulator.tma.TensorDescriptor;
import nibble.emulator.tma.TensorElement;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every row of the table is executed, in both tiers alike. What the results ought to be is for other tests. */
class TableExecutionTest {
  @TestFactory
  Stream<DynamicTest> everyRow() {
    return FormTable.standard().forms().stream()
        .filter(FormSampler::isStraight)
        .map(form -> DynamicTest.dynamicTest(form.text(), () -> execute(form)));
  }

  /** Maps of tensors of one to five dimensions, all of which fit the memory. */
  static byte[] maps(long address) {
    ByteBuffer maps = ByteBuffer.allocate(5 * TensorDescriptor.BYTES);
    long[] extents = {8, 4, 2, 3, 2};
    long[] strides = {32, 128, 256, 768};
    int[] box = {4, 2, 2, 1, 1};
    for (int rank = 1; rank <= 5; rank++) {
      int[] rows = rank == 2 ? new int[] {4, 1} : Arrays.copyOf(box, rank);
      maps.put(
          TensorMap.of(TensorElement.U32, address)
              .dimensions(Arrays.copyOf(extents, rank))
              .strides(Arrays.copyOf(strides, rank - 1))
              .box(rows)
              .encode());
    }
    return maps.array();
  }

  private static void execute(Form form) {
    List<FormSampler.Sample> samples = FormSampler.samples(form);
    SamplePlace place = samples.stream().map(SamplePlace::of).reduce(SamplePlace::and).orElseThrow();
    String ptx = SampleKernel.write(place, samples, true);
    byte[] memory = new byte[16384];
    for (int i = 0; i < memory.length; i++) {
      memory[i] = (byte) (i * 37 >> 3);
    }
    KernelRun run =
        KernelRun.of(ptx)
            .unseen()
            .argument(Argument.of(new byte[128]))
            .buffer("memory", memory)
            .buffer("maps", buffers -> maps(buffers.get("memory").address()))
            .buffer("out", 512)
            .grid(1, SampleKernel.hasWarpgroup(samples) ? 128 : 32);
    assertTrue(run.run().result().forms().containsKey(form), () -> "rows before it hide " + form + ":\n" + ptx);
  }
}
