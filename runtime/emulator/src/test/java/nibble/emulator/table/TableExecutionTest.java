package nibble.emulator.table;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import nibble.emulator.Argument;
import nibble.emulator.KernelRun;
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

  private static void execute(Form form) {
    List<FormSampler.Sample> samples = FormSampler.samples(form);
    SamplePlace place = samples.stream().map(SamplePlace::of).reduce(SamplePlace::and).orElseThrow();
    String ptx = SampleKernel.write(place, samples, true);
    byte[] memory = new byte[16384];
    for (int i = 0; i < memory.length; i++) {
      memory[i] = (byte) (i * 37 >> 3);
    }
    KernelRun run =
        KernelRun.of(ptx).argument(Argument.of(new byte[64])).buffer("memory", memory).buffer("out", 128);
    assertTrue(run.run().result().forms().containsKey(form), () -> "rows before it hide " + form + ":\n" + ptx);
  }
}
