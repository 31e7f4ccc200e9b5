package nibble.codegen.ptx.pass;

import static nibble.codegen.ptx.KernelText.lines;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import nibble.codegen.ptx.Kernel;
import nibble.codegen.ptx.MiniMachine;

class PtxPassesTest {
  @Property
  void everyPassKeepsWhatAKernelDoes(@ForAll Random random) {
    Kernel kernel = RandomKernels.kernel(random);
    List<String> expected = MiniMachine.run(kernel);
    for (PtxPass pass : PtxPasses.STANDARD) {
      Kernel changed = pass.apply(kernel);
      assertEquals(expected, MiniMachine.run(changed), () -> pass + " changes the meaning");
      kernel = changed;
    }
  }

  @Property(tries = 100)
  void passesComeToAnEnd(@ForAll Random random) {
    Kernel kernel = RandomKernels.kernel(random);
    for (int round = 0; round < 8; round++) {
      kernel = PtxPasses.optimize(kernel);
    }
    assertEquals(lines(kernel), lines(PtxPasses.optimize(kernel)));
  }
}
