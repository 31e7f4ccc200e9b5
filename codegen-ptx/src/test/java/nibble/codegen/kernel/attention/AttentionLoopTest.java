package nibble.codegen.kernel.attention;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
import nibble.ir.text.Parser;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The main loops of attentions: what they consist of, counted in PTX, and registers of machine code. */
class AttentionLoopTest {
  /** Rows that a thread has of scores, where a warp has 32 queries. */
  private static final int ROWS = 4;
  private static final AssemblerChoice ASSEMBLERS = AssemblerChoice.ofThisMachine();

  /**
   * Heads of a size. A block has 32 queries for each of four warps, and steps of 64 keys.
   *
   * <p>For each step: barriers, {@code mma} of a warp, {@code ldmatrix.x4} that give their operands, {@code cp.async}
   * of 16 bytes of a thread; PTX instructions for each {@code mma}, without and with those that hide keys and those
   * that rescale sums.
   */
  enum Case {
    F16_64(64, "f16", "none", 1, 128, 32, 8, 4.4, 5.6, 49152),
    BF16_64_CAUSAL(64, "bf16", "top_left", 1, 128, 32, 8, 4.5, 7.4, 49152),
    /**
     * Fragments of queries are loaded again in each step: they would need too many registers. Values have one stage.
     */
    F16_128(128, "f16", "none", 2, 256, 64 + 16, 16, 3.1, 4.2, 81920),
    F16_128_CAUSAL(128, "f16", "top_left", 2, 256, 64 + 16, 16, 3.2, 5.0, 81920);

    private final String text;
    private final int barriers;
    private final int multiplies;
    private final int matrices;
    private final int copies;
    private final double perMultiply;
    private final double perMultiplyAtMost;
    private final int shared;

    Case(
        int depth, String format, String causal, int barriers, int multiplies, int matrices, int copies,
        double perMultiply, double perMultiplyAtMost, int shared) {
      this.barriers = barriers;
      this.multiplies = multiplies;
      this.matrices = matrices;
      this.copies = copies;
      this.perMultiply = perMultiply;
      this.perMultiplyAtMost = perMultiplyAtMost;
      this.shared = shared;
      String type = "tensor<[B,12,S," + depth + "] x " + format + ">";
      this.text = """
          module @m {
            symbol B
            symbol S multiple of 8
            func @f(%%q: %1$s, %%k: %1$s, %%v: %1$s) {
              %%0 = attention %%q, %%k, %%v {scale = 0.125, causal = %2$s, to = %3$s} : %1$s
              return %%0
            }
          }
          """.formatted(type, causal, format);
    }

    private Program program(String target) {
      Module module = Parser.parse(text, "test", Registry.core());
      return new Backend().compile(module, module.functions().get("f"), Targets.get(target));
    }
  }

  @ParameterizedTest
  @EnumSource
  void instructions(Case attention) {
    CompiledKernel kernel = attention.program("sm_80").kernels().getFirst();
    MainLoop loop = MainLoop.of(kernel.code().kernel());
    assertEquals(attention.multiplies, loop.count("mma."));
    assertEquals(attention.matrices, loop.count("ldmatrix.sync.aligned.m8n8.x4"));
    assertEquals(attention.matrices, loop.count("ldmatrix"), "narrower loads");
    assertEquals(attention.copies, loop.count("cp.async.cg"));
    assertEquals(attention.barriers, loop.count("bar.sync"));
    // 16 scores of each row of a thread; weights are packed two by two where they are.
    assertEquals(17 * ROWS, loop.count("ex2"));
    assertEquals(2 * ROWS, loop.count("shfl"));
    assertEquals(8 * ROWS, loop.count("cvt"));
    assertEquals(0, loop.count("st.") + loop.count("div") + loop.count("rem"));
    double usually = loop.usual(kernel.code().kernel()).perMultiply();
    assertTrue(usually <= attention.perMultiply, () -> usually + " PTX instructions for each mma");
    double most = loop.perMultiply();
    assertTrue(most <= attention.perMultiplyAtMost, () -> most + " PTX instructions for each mma at most");
    assertEquals(attention.shared, kernel.code().sharedBytes());
  }

  @ParameterizedTest
  @EnumSource
  void registers(Case attention) {
    for (String target : List.of("sm_80", "sm_89", "sm_90a", "sm_120a")) {
      AssembledKernels.check(attention.program(target).module(), assembled -> {
        assertEquals(0, assembled.spillBytes(), assembled.log());
        int most = assembled.kernels().stream().mapToInt(KernelResources::registers).max().orElseThrow();
        // Two blocks of 128 threads.
        assertTrue(most <= 255, () -> target + ": " + most + " registers");
      });
    }
  }

  /** Machine instructions for each {@code mma}, but those that hide keys and those that rescale sums. */
  @ParameterizedTest
  @CsvSource({"F16_64, 4.63", "F16_128, 3.68"})
  void machineInstructions(Case attention, double most) throws Exception {
    Optional<Path> disassembler = SassLoops.disassembler();
    assumeTrue(disassembler.isPresent(), "no nvdisasm on the search path or in $NVDISASM: machine code is not counted");
    Verdict verdict = ASSEMBLERS.assemble(attention.program("sm_80").module());
    assumeTrue(verdict instanceof Verdict.Assembled, () -> "no assembler: " + verdict);
    SassLoops.Loop loop =
        SassLoops.of(disassembler.orElseThrow(), ((Verdict.Assembled) verdict).cubin()).getFirst();
    assertEquals(attention.multiplies, loop.multiplies());
    double perMultiply = loop.usuallyPerMultiply();
    System.out.printf("%s: %.2f machine instructions for each mma%n", attention, perMultiply);
    assertTrue(perMultiply <= most, () -> perMultiply + " machine instructions for each mma");
  }
}
