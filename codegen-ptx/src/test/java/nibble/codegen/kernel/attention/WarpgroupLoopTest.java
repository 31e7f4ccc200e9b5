package nibble.codegen.kernel.attention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import nibble.codegen.Backend;
import nibble.codegen.Program;
import nibble.codegen.Program.CompiledKernel;
import nibble.codegen.assemble.AssemblerChoice;
import nibble.codegen.assemble.PtxasAssembler;
import nibble.codegen.assemble.Verdict;
import nibble.codegen.kernel.MainLoop;
import nibble.codegen.target.Target;
import nibble.codegen.target.Targets;
import nibble.ir.Module;
import nibble.ir.Registry;
import nibble.ir.text.Parser;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The main loops of attentions by warpgroups: what they consist of, counted in PTX, and what assemblers say of them.
 */
class WarpgroupLoopTest {
  private static final AssemblerChoice ASSEMBLERS = AssemblerChoice.ofThisMachine();

  /**
   * Heads of a size. For each step: keys, {@code wgmma} of a warpgroup, PTX instructions for each of them, without and
   * with those that hide keys of a step; threads of a block.
   */
  enum Case {
    F16_64("f16", 64, "none", 128, 4 + 8, 38, 54, 384),
    BF16_64_CAUSAL("bf16", 64, "top_left", 128, 4 + 8, 39, 81, 384),
    F16_128("f16", 128, "none", 64, 8 + 4, 28, 37, 384),
    F16_128_CAUSAL("f16", 128, "top_left", 64, 8 + 4, 29, 50, 384),
    F16_256("f16", 256, "none", 64, 16 + 4, 23, 28, 160);

    private final String format;
    private final int depth;
    private final String causal;
    private final int keys;
    private final int multiplies;
    private final double perMultiply;
    private final double perMultiplyAtMost;
    private final int threads;

    Case(
        String format, int depth, String causal, int keys, int multiplies, double perMultiply,
        double perMultiplyAtMost, int threads) {
      this.format = format;
      this.depth = depth;
      this.causal = causal;
      this.keys = keys;
      this.multiplies = multiplies;
      this.perMultiply = perMultiply;
      this.perMultiplyAtMost = perMultiplyAtMost;
      this.threads = threads;
    }

    private Program program(Target target) {
      String type = "tensor<[B,12,S," + depth + "] x " + format + ">";
      Module module = Parser.parse("""
          module @m {
            symbol B
            symbol S multiple of 8
            func @f(%%q: %1$s, %%k: %1$s, %%v: %1$s) {
              %%0 = attention %%q, %%k, %%v {scale = 0.125, causal = %2$s, to = %3$s} : %1$s
              return %%0
            }
          }
          """.formatted(type, causal, format), "test", Registry.core());
      return new Backend().compile(module, module.functions().get("f"), target);
    }
  }

  @ParameterizedTest
  @EnumSource
  void instructions(Case attention) {
    CompiledKernel kernel = attention.program(Targets.get("sm_90a")).kernels().getFirst();
    MainLoop loop = MainLoop.of(kernel.code().kernel());
    assertEquals(attention.threads, kernel.code().threads());
    assertEquals(attention.multiplies, loop.count("wgmma.mma_async"));
    // Both products are under way before the first of them is waited for.
    assertEquals(2, loop.count("wgmma.commit_group"));
    assertEquals(2, loop.count("wgmma.wait_group"));
    // A thread has two rows and half of the keys in all; weights are packed two by two where they are.
    assertEquals(attention.keys / 2 + 2, loop.count("ex2"));
    assertEquals(attention.keys / 4, loop.count("cvt"));
    assertEquals(4, loop.count("shfl"));
    assertEquals(0, loop.count("ld.") + loop.count("st.") + loop.count("ldmatrix") + loop.count("bar.sync"));
    double usually =
        (double) loop.usual(kernel.code().kernel()).instructions().size() / attention.multiplies;
    assertTrue(usually <= attention.perMultiply, () -> usually + " PTX instructions for each wgmma");
    double most = (double) loop.instructions().size() / attention.multiplies;
    assertTrue(most <= attention.perMultiplyAtMost, () -> most + " PTX instructions for each wgmma at most");
  }

  /** No spills; and nothing of what assemblers warn of where they make products wait for each other. */
  @ParameterizedTest
  @EnumSource
  void assembled(Case attention) {
    Target target = Targets.get("sm_90a");
    Program program = attention.program(target);
    switch (ASSEMBLERS.assemble(program.module())) {
      case Verdict.Assembled assembled -> check(assembled);
      case Verdict.Rejected rejected -> throw new AssertionError(rejected.describe());
      case Verdict.Skipped skipped -> assumeTrue(false, "skipped: " + skipped.reason());
    }
    PtxasAssembler.onPath().ifPresentOrElse(
        ptxas -> check((Verdict.Assembled) ptxas.assemble(program.module().text(), target)),
        () -> System.out.println("skipped: there is no ptxas on the search path"));
  }

  private static void check(Verdict.Assembled assembled) {
    assertEquals(0, assembled.spillBytes(), assembled.log());
    assertTrue(!assembled.log().contains("serialized"), assembled.log());
  }
}
