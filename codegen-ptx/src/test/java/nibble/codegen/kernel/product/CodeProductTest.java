package nibble.codegen.kernel.product;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import nibble.codegen.Backend;
import nibble.codegen.Program;
import nibble.codegen.Program.CompiledKernel;
import nibble.codegen.kernel.AssembledKernels;
import nibble.codegen.kernel.MainLoop;
import nibble.codegen.target.Targets;
import nibble.ir.Module;
import nibble.ir.Registry;
import nibble.ir.text.Parser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Products of codes that tensor cores multiply as they are: instructions of their main loops. */
class CodeProductTest {

  /**
   * Formats and scales of both operands, the target, its instruction, how many of these, of {@code ldmatrix} and of
   * {@code cp.async} of 16 bytes an iteration has, and PTX instructions for each multiply-add.
   */
  enum Case {
    /** Ada's sums are coarse: each of 64 accumulators is added to others in f32. */
    ADA("e4m3", "token", "e4m3", "axis 0", "sm_89", "f32.e4m3.e4m3.f32", 64, 24, 8, 3.2),
    ADA_MIXED("e5m2", "token", "e4m3", "axis 0", "sm_89", "f32.e5m2.e4m3.f32", 64, 24, 8, 3.2),
    ADA_BLOCK("e4m3", "block(1,128)", "e4m3", "block(128,128)", "sm_89", "f32.e4m3.e4m3.f32", 64, 24, 8, 3.9, 4),
    BLACKWELL("e4m3", "token", "e4m3", "axis 0", "sm_120a", "f32.e4m3.e4m3.f32", 64, 16, 8, 2.0),
    BLACKWELL_MIXED("e4m3", "token", "e5m2", "axis 0", "sm_120a", "f32.e4m3.e5m2.f32", 64, 16, 8, 2.0),
    BLACKWELL_6_BITS(
        "e2m3", "token", "e3m2", "axis 0", "sm_120a", "kind::f8f6f4.f32.e2m3.e3m2.f32", 64, 16, 8, 2.0),
    /** With scales: copies of 4 bytes in every eighth iteration, and four loads of a word. */
    MXFP8(
        "e4m3", "group(32), ue8m0, up", "e4m3", "group(32), ue8m0, up", "sm_120a",
        "kind::mxf8f6f4.block_scale.scale_vec::1X.f32.e4m3.e4m3.f32.ue8m0", 128, 32, 16, 2.2, 16),
    MXFP6(
        "e2m3", "group(32), ue8m0, up", "e3m2", "group(32), ue8m0, up", "sm_120a",
        "kind::mxf8f6f4.block_scale.scale_vec::1X.f32.e2m3.e3m2.f32.ue8m0", 128, 32, 16, 2.2, 16),
    /** Two codes to a byte: as many bytes of codes, and twice or four times as many scales. */
    MXFP4(
        "e2m1", "group(32), ue8m0, up", "e2m1", "group(32), ue8m0, up", "sm_120a",
        "kind::mxf4nvf4.block_scale.scale_vec::2X.f32.e2m1.e2m1.f32.ue8m0", 128, 32, 16, 2.2, 8),
    NVFP4(
        "e2m1", "group(16), ue4m3, scale<tensor, f32>", "e2m1", "group(16), ue4m3, scale<tensor, f32>", "sm_120a",
        "kind::mxf4nvf4.block_scale.scale_vec::4X.f32.e2m1.e2m1.f32.ue4m3", 128, 32, 20, 2.2, 0),
    INT4("i4", "token", "i4", "axis 0", "sm_80", "s32.s4.s4.s32", 64, 16, 8, 2.0),
    INT4_BLOCK("i4", "block(1,128)", "i4", "block(128,128)", "sm_89", "s32.s4.s4.s32", 32, 12, 4, 8.1, 4);

    private final String text;
    private final String target;
    private final String instruction;
    private final int multiplies;
    private final int matrices;
    private final int copies;
    private final double most;
    private final int scaleCopies;
    private final boolean loadsScales;

    Case(
        String left, String scaleOfLeft, String right, String scaleOfRight, String target, String instruction,
        int multiplies, int matrices, int copies, double most) {
      this(left, scaleOfLeft, right, scaleOfRight, target, instruction, multiplies, matrices, copies, most, 0);
    }

    Case(
        String left, String scaleOfLeft, String right, String scaleOfRight, String target, String instruction,
        int multiplies, int matrices, int copies, double most, int scaleCopies) {
      this.text = text(left, scales(scaleOfLeft), right, scales(scaleOfRight), true);
      this.target = target;
      this.instruction = instruction;
      this.multiplies = multiplies;
      this.matrices = matrices;
      this.copies = copies;
      this.most = most;
      this.scaleCopies = scaleCopies;
      this.loadsScales = !scaleOfLeft.equals("token");
    }

    private static String scales(String granularity) {
      return granularity.contains(", ") ? granularity : granularity + ", f32";
    }
  }

  private static String text(String left, String scaleOfLeft, String right, String scaleOfRight, boolean transposeB) {
    return """
        module @m {
          symbol M
          func @f(%%a: tensor<[M,1024] x %s, scale<%s>>, %%b: tensor<[1024,1024] x %s, scale<%s>>) {
            %%0 = matmul %%a, %%b {transposeB = %s, to = f32} : tensor<[M,1024] x f32>
            return %%0
          }
        }
        """.formatted(left, scaleOfLeft, right, scaleOfRight, transposeB);
  }

  private static Program program(String text, String target) {
    Module module = Parser.parse(text, "test", Registry.core());
    return new Backend().compile(module, module.functions().get("f"), Targets.get(target));
  }

  private static CompiledKernel kernel(String text, String target) {
    return program(text, target).kernels().getFirst();
  }

  private static long count(CompiledKernel kernel, String part) {
    return kernel.code().kernel().instructions().filter(instruction -> instruction.mnemonic().contains(part)).count();
  }

  @ParameterizedTest
  @EnumSource
  void instructions(Case product) {
    CompiledKernel kernel = kernel(product.text, product.target);
    MainLoop loop = MainLoop.of(kernel.code().kernel());
    assertEquals(product.multiplies, loop.count("mma."));
    assertEquals(product.multiplies, count(kernel, "row.col." + product.instruction));
    assertEquals(product.matrices, loop.count("ldmatrix.sync.aligned.m8n8.x4"));
    assertEquals(product.copies, loop.count("cp.async.cg"));
    assertEquals(product.scaleCopies, loop.count("cp.async.ca"), "copies of scales, in every eighth iteration");
    assertTrue(loop.count("ld.shared") <= (product.loadsScales ? 8 : 0), "loads of scales");
    assertEquals(1, loop.count("bar.sync"));
    assertEquals(0, loop.count("st.") + loop.count("prmt") + loop.count("cvt.") - loop.count("cvt.rn.f32.s32"));
    assertTrue(loop.perMultiply() <= product.most, () -> loop.perMultiply() + " PTX instructions for each mma");
    int shared = Targets.get(product.target).limits().sharedPerBlock();
    assertTrue(kernel.code().sharedBytes() <= shared, () -> kernel.code().sharedBytes() + " bytes");
  }

  @ParameterizedTest
  @EnumSource
  void spills(Case product) {
    AssembledKernels.checkAll(
        program(product.text, product.target).module(),
        assembled -> assertEquals(0, assembled.spillBytes(), assembled.log()));
  }

  /** Depth across memory, scales of fewer elements than an instruction takes, targets that would emulate: unpacked. */
  @Test
  void otherProducts() {
    String across = text("e4m3", "token, f32", "e4m3", "axis 1, f32", false);
    String narrow = text("e4m3", "group(16), f32", "e4m3", "group(16), f32", true);
    for (String text : List.of(across, narrow)) {
      assertEquals(0, count(kernel(text, "sm_120a"), "e4m3"), text);
    }
    for (String target : List.of("sm_80", "sm_100a")) {
      assertEquals(0, count(kernel(Case.ADA.text, target), "e4m3"), target);
    }
    assertEquals(0, count(kernel(Case.BLACKWELL_6_BITS.text, "sm_89"), "e2m3"));
    // Newer targets would take s4 apart; codes become s8 there, as they do where they are not whole words.
    assertEquals(0, count(kernel(Case.INT4.text, "sm_120a"), "s4.s4"));
    String rows = text("i4", "token, f32", "i4", "axis 0, f32", true).replace("1024] x i4", "1020] x i4");
    assertEquals(0, count(kernel(rows, "sm_80"), "s4.s4"));
  }
}
