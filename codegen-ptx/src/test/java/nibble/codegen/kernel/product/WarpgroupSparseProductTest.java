package nibble.codegen.kernel.product;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import nibble.codegen.Backend;
import nibble.codegen.Program;
import nibble.codegen.kernel.AssembledKernels;
import nibble.codegen.kernel.MainLoop;
import nibble.codegen.ptx.Instruction;
import nibble.codegen.ptx.PtxModule;
import nibble.codegen.target.Targets;
import nibble.ir.Module;
import nibble.ir.Registry;
import nibble.ir.text.Parser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Products with compressed weights for sm_90a: which are made of {@code wgmma.sp}, and what their main loops consist
 * of.
 */
class WarpgroupSparseProductTest {
  private static final ImmutableList<String> ORDERED = ImmutableList.of(
      "cp.async.wait_group", "cp.async.commit_group", "fence.proxy.async", "bar.sync", "wgmma.fence",
      "wgmma.mma_async.sp", "wgmma.commit_group", "wgmma.wait_group");

  /** Types of both operands, the layout, the instruction, and how many of it a stage is for. */
  enum Case {
    F16("f16", "", "f16", "", "2:4", "m64n128k32.f32.f16.f16", 4),
    BF16("bf16", "", "bf16", "", "2:4", "m64n128k32.f32.bf16.bf16", 4),
    TF32("tf32", "", "tf32", "", "1:2", "m64n128k16.f32.tf32.tf32", 4),
    S8("i8", "token", "i8", "axis 0", "2:4", "m64n128k64.s32.s8.s8", 4),
    /** Sums of each stage are added in f32: two sets of sums, and stages half as deep. */
    FP8("e4m3", "token", "e5m2", "axis 0", "2:4", "m64n128k64.f32.e5m2.e4m3", 2),
    VENOM("f16", "", "f16", "", "128:2:8", "m64n128k32.f32.f16.f16", 4);

    private final String left;
    private final String right;
    private final String layout;
    private final String instruction;
    private final int multiplies;

    Case(String left, String scales, String right, String scalesOfRight, String layout, String instruction,
        int multiplies) {
      this.left = type(left, scales);
      this.right = type(right, scalesOfRight);
      this.layout = layout;
      this.instruction = "wgmma.mma_async.sp.sync.aligned." + instruction;
      this.multiplies = multiplies;
    }

    private static String type(String format, String scales) {
      return format + (scales.isEmpty() ? "" : ", scale<" + scales + ", f32>");
    }

    PtxModule module(Object rows, int outputs) {
      return program(rows, outputs).module();
    }

    Program program(Object rows, int outputs) {
      Module module = Parser.parse("""
          module @m {
            symbol M
            func @f(%%x: tensor<[%1$s,1024] x %3$s>, %%w: tensor<[%2$d,1024] x %4$s, sparse<%5$s>>) {
              %%0 = decompress %%w : tensor<[%2$d,1024] x %4$s>
              %%1 = matmul %%x, %%0 {transposeB = true, to = f32} : tensor<[%1$s,%2$d] x f32>
              return %%1
            }
          }
          """.formatted(rows, outputs, left, right, layout), "test", Registry.core());
      return new Backend().compile(module, module.functions().get("f"), Targets.get("sm_90a"));
    }

    List<Instruction> instructions(Object rows, int outputs) {
      return program(rows, outputs).kernels().getFirst().code().kernel().instructions().toList();
    }
  }

  private static long count(List<Instruction> instructions, String prefix) {
    return instructions.stream().filter(instruction -> instruction.mnemonic().startsWith(prefix)).count();
  }

  @ParameterizedTest
  @EnumSource
  void instructions(Case product) {
    List<Instruction> all = product.instructions("M", 1024);
    assertEquals(product.multiplies, count(all, product.instruction));
    assertEquals(product.multiplies, count(all, "wgmma.mma_async"));
    assertEquals(0, count(all, "mma.s"));
  }

  /** What copies have brought is shown to the tensor cores; the next copies start while these work. */
  @ParameterizedTest
  @EnumSource
  void order(Case product) {
    List<String> expected = new ArrayList<>(List.of(
        "cp.async.wait_group", "fence.proxy.async", "bar.sync", "wgmma.fence"));
    expected.addAll(Collections.nCopies(product.multiplies, "wgmma.mma_async.sp"));
    expected.addAll(List.of("wgmma.commit_group", "cp.async.commit_group", "wgmma.wait_group"));
    MainLoop loop = MainLoop.of(product.program("M", 1024).kernels().getFirst().code().kernel());
    assertEquals(expected, loop.instructions().stream().map(Instruction::mnemonic)
        .flatMap(mnemonic -> ORDERED.stream().filter(mnemonic::startsWith)).toList());
  }

  /** Assemblers find nothing that would make tensor cores wait. */
  @ParameterizedTest
  @EnumSource
  void assembled(Case product) {
    AssembledKernels.checkAll(product.module("M", 1024), assembled -> {
      assertEquals(0, assembled.spillBytes(), assembled.log());
      assertFalse(assembled.log().contains("warning"), assembled.log());
    });
  }

  /** Small products are those of warps, but for FP8, which these do not multiply. */
  @Test
  void smallProducts() {
    for (Case product : Case.values()) {
      if (product != Case.VENOM) {
        List<Instruction> few = product.instructions(32, 64);
        assertEquals(product == Case.FP8, count(few, "wgmma.mma_async.sp.sync.aligned.m64n64") > 0, product.toString());
        assertEquals(product != Case.FP8, count(few, "mma.sp") > 0, product.toString());
      }
    }
    assertTrue(count(Case.VENOM.instructions("M", 64 * 16), "wgmma.mma_async.sp") > 0);
  }
}
