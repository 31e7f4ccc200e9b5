package nibble.codegen.kernel.attention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import nibble.codegen.Backend;
import nibble.codegen.Program;
import nibble.codegen.Program.CompiledKernel;
import nibble.codegen.assemble.AssemblerChoice;
import nibble.codegen.assemble.KernelResources;
import nibble.codegen.assemble.Verdict;
import nibble.codegen.kernel.AssembledKernels;
import nibble.codegen.kernel.MainLoop;
import nibble.codegen.kernel.SassLoops;
import nibble.codegen.target.Targets;
import nibble.ir.Module;
import nibble.ir.Registry;
import nibble.ir.diagnostic.InputException;
import nibble.ir.text.Parser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The main loops of low-bit attentions, counted in PTX, and registers of machine code. */
class LowBitLoopTest {
  private static final AssemblerChoice ASSEMBLERS = AssemblerChoice.ofThisMachine();

  private static Program program(String scheme, int depth, String target) {
    String type = "tensor<[B,12,S," + depth + "] x f16>";
    Module module = Parser.parse("""
        module @m {
          symbol B
          symbol S multiple of 64
          func @f(%%q: %1$s, %%k: %1$s, %%v: %1$s) {
            %%0 = attention %%q, %%k, %%v {scale = 0.125, causal = none, scheme = %2$s, to = f16} : %1$s
            return %%0
          }
        }
        """.formatted(type, scheme), "test", Registry.core());
    return new Backend().compile(module, module.functions().get("f"), Targets.get(target));
  }

  private static CompiledKernel attention(Program program) {
    return program.kernels().stream().filter(kernel -> kernel.name().startsWith("attention")).findFirst().orElseThrow();
  }

  /**
   * For each step of 64 keys: rows of a thread; {@code mma} of a warp, each of twice the work of one of f16;
   * {@code ldmatrix.x4};
   * conversions of scores, where these have no origin that makes them numbers of f32, of weights and of sums; PTX
   * instructions for each {@code mma}, with those that rescale sums, and moves between registers of integers and of
   * f32, which are none of the machine.
   */
  @ParameterizedTest
  @CsvSource({
      "sage2, 64, sm_89, 4, 64, 16, 32, 12.2", "sage2, 128, sm_89, 4, 128, 40, 32, 7.9",
      "sage2pp, 64, sm_89, 4, 64, 16, 96, 13.7",
      "sage2pp, 128, sm_89, 4, 128, 40, 224, 9.3", "sage2pp, 128, sm_120a, 2, 64, 32, 80, 9.2"})
  void instructions(
      String scheme, int depth, String target, int rows, int multiplies, int matrices, int conversions,
      double perMultiply) {
    MainLoop loop = MainLoop.of(attention(program(scheme, depth, target)).code().kernel());
    assertEquals(multiplies, loop.count("mma."));
    assertEquals(matrices, loop.count("ldmatrix.sync.aligned.m8n8.x4"));
    assertEquals(matrices, loop.count("ldmatrix"), "narrower loads");
    assertEquals(conversions, loop.count("cvt"));
    // 16 scores of a thread in each of its rows; no weight moves to another thread.
    assertEquals(17 * rows, loop.count("ex2"));
    assertEquals(2 * rows, loop.count("shfl"));
    // Two scales of keys; those of queries are read once.
    assertEquals(1, loop.count("ld.global"));
    assertEquals(0, loop.count("st.") + loop.count("div") + loop.count("rem"));
    assertTrue(loop.perMultiply() <= perMultiply, () -> loop.perMultiply() + " PTX instructions for each mma");
  }

  /**
   * Machine instructions for each {@code mma}, but those that hide keys and those that rescale sums. What SageAttention
   * publishes, compiled, has at most as many as are given here; it rescales in every step.
   */
  @ParameterizedTest
  @CsvSource({
      "sage1, 64, sm_80, 96, 5.76", "sage1, 64, sm_89, 96, 5.76", "sage1, 128, sm_80, 192, 4.39",
      "sage1, 128, sm_89, 192, 4.30", "sage2, 64, sm_89, 64, 9.20",
      "sage2, 128, sm_89, 128, 6.36", "sage2pp, 128, sm_89, 128, 7.37"})
  void machineInstructions(String scheme, int depth, String target, int multiplies, double most) throws Exception {
    Optional<Path> disassembler = SassLoops.disassembler();
    assumeTrue(disassembler.isPresent(), "no nvdisasm on the search path or in $NVDISASM: machine code is not counted");
    Verdict verdict = ASSEMBLERS.assemble(program(scheme, depth, target).module());
    assumeTrue(verdict instanceof Verdict.Assembled, () -> "no assembler: " + verdict);
    SassLoops.Loop loop = SassLoops.of(disassembler.orElseThrow(), ((Verdict.Assembled) verdict).cubin()).stream()
        .filter(found -> found.kernel().startsWith("attention")).findFirst().orElseThrow();
    assertEquals(multiplies, loop.multiplies());
    double perMultiply = loop.usuallyPerMultiply();
    System.out.printf("%s %d: %.2f machine instructions for each mma%n", scheme, depth, perMultiply);
    assertTrue(perMultiply <= most, () -> perMultiply + " machine instructions for each mma");
  }

  /**
   * For each step of 128 keys, {@code mma} of four times the work of one of f16: conversions of weights by twos, and of
   * their scales; shuffles for the largest scores of groups and of rows, and for scales.
   */
  @ParameterizedTest
  @CsvSource({"64, 32, 16, 27.0", "128, 64, 32, 15.0"})
  void instructionsOfGroups(int depth, int multiplies, int matrices, double perMultiply) {
    MainLoop loop = MainLoop.of(attention(program("sage3", depth, "sm_120a")).code().kernel());
    assertEquals(multiplies, loop.count("mma."));
    assertEquals(matrices, loop.count("ldmatrix"));
    // 64 weights of a thread, in two rows; and for each row a scale of four groups.
    assertEquals(64 / 2, loop.count("cvt.rn.satfinite.e2m1x2.f32"));
    assertEquals(8 / 2 / 2, loop.count("cvt.rn.satfinite.e4m3x2.f32"));
    assertEquals(64 + 8 + 2, loop.count("ex2"));
    assertEquals(8 + 2 + 1, loop.count("shfl"));
    // What means of queries add, of one row for all queries of a block.
    assertEquals(32 / 4, loop.count("ld.global"));
    assertEquals(0, loop.count("st.") + loop.count("div") + loop.count("rem"));

    assertTrue(loop.perMultiply() <= perMultiply, () -> loop.perMultiply() + " PTX instructions for each mma");
  }

  @ParameterizedTest
  @CsvSource({
      "sage2, 64, 255", "sage2, 128, 255", "sage2pp, 64, 255", "sage2pp, 128, 255", "sage1, 64, 255", "sage1, 128, 255",
      "sage2_int4, 64, 168", "sage3, 64, 255", "sage3, 128, 255"})
  void registers(String scheme, int depth, int registers) {
    List<String> targets = scheme.equals("sage3") ? List.of("sm_120a") : List.of("sm_89", "sm_90a", "sm_120a");
    for (String target : targets) {
      AssembledKernels.check(program(scheme, depth, target).module(), assembled -> {
        assertEquals(0, assembled.spillBytes(), assembled.log());
        int most = assembled.kernels().stream().mapToInt(KernelResources::registers).max().orElseThrow();
        assertTrue(most <= registers, () -> target + ": " + most + " registers");
      });
    }
  }

  /** Groups of four bits that become f16 take four times the shared memory. */
  @Test
  void isRefusedWithoutSharedMemory() {
    InputException refusal = assertThrows(InputException.class, () -> program("sage3", 256, "sm_89"));
    String reason = "no kernel computes attention by sage3 of heads of 256 on sm_89: its tiles take 163840 bytes of "
        + "shared memory, and a block has 101376";
    assertTrue(refusal.getMessage().contains(reason), refusal::getMessage);
  }
}
