package nibble.codegen.kernel.product;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import nibble.codegen.Backend;
import nibble.codegen.Program;
import nibble.codegen.Program.CompiledKernel;
import nibble.codegen.kernel.AssembledKernels;
import nibble.codegen.kernel.MainLoop;
import nibble.codegen.layout.BankConflicts;
import nibble.codegen.layout.LinearLayout;
import nibble.codegen.layout.SharedAccess;
import nibble.codegen.layout.SharedLayout;
import nibble.codegen.layout.VectorAccess;
import nibble.codegen.ptx.Instruction;
import nibble.codegen.target.Targets;
import nibble.codegen.tile.SharedType;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.op.CopyAsync;
import nibble.ir.Module;
import nibble.ir.Registry;
import nibble.ir.text.Parser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Products for sm_90a: which are made of {@code wgmma}, and what their main loops consist of. */
class WarpgroupProductTest {
  private static final String BOX = "cp.async.bulk.tensor.2d";
  private static final ImmutableList<String> ORDERED = ImmutableList.of(
      "cp.async.wait_group", "cp.async.commit_group", "fence.proxy.async", "bar.sync", "bar.warp.sync",
      "wgmma.fence", "wgmma.mma_async",
      "wgmma.commit_group", "wgmma.wait_group",
      "mbarrier.try_wait", "mbarrier.expect_tx", "mbarrier.arrive.expect_tx", "mbarrier.arrive.shared", BOX);
  /** An operand that starts in the middle of a row. */
  /** Two rows of each three, at two distances from each other. */
  private static final String PAIRS = """
      module @m {
        symbol M
        func @f(%x: tensor<[M,3,1024] x f16>, %b: tensor<[1024,1024] x f16>) {
          %p = slice %x {axis = 1, from = 0, to = 2, step = 1} : tensor<[M,2,1024] x f16>
          %a = reshape %p {shape = [2*M,1024]} : tensor<[2*M,1024] x f16>
          %0 = matmul %a, %b {transposeB = true, to = f32} : tensor<[2*M,1024] x f32>
          return %0
        }
      }
      """;

  /**
   * Types of both operands; the order of the right one; the instruction; PTX instructions of an iteration, of which
   * those behind 26 scale and add the sum of a tile, for each of 64 accumulators, and bring scales.
   */
  enum Case {
    F16("[M,1024] x f16", "[1024,1024] x f16", false, "m64n128k16.f32.f16.f16", 26),
    F16_TRANSPOSED("[M,1024] x f16", "[1024,1024] x f16", true, "m64n128k16.f32.f16.f16", 26),
    BF16("[M,1024] x bf16", "[1024,1024] x bf16", false, "m64n128k16.f32.bf16.bf16", 26),
    BF16_TRANSPOSED("[M,1024] x bf16", "[1024,1024] x bf16", true, "m64n128k16.f32.bf16.bf16", 26),
    TF32("[M,1024] x tf32", "[1024,1024] x tf32", true, "m64n128k8.f32.tf32.tf32", 26),
    S8("[M,1024] x i8, scale<token, f32>", "[1024,1024] x i8, scale<axis 0, f32>", true, "m64n128k32.s32.s8.s8", 26),
    S8_BLOCK(
        "[M,1024] x i8, scale<block(1,128), f32>", "[1024,1024] x i8, scale<block(128,128), f32>", true,
        "m64n128k32.s32.s8.s8", 170),
    E4M3(
        "[M,1024] x e4m3, scale<token, f32>", "[1024,1024] x e4m3, scale<axis 0, f32>", true,
        "m64n128k32.f32.e4m3.e4m3", 89),
    E4M3_BLOCK(
        "[M,1024] x e4m3, scale<block(1,128), f32>", "[1024,1024] x e4m3, scale<block(128,128), f32>", true,
        "m64n128k32.f32.e4m3.e4m3", 106);

    private final String text;
    private final String instruction;
    private final int most;

    Case(String left, String right, boolean transposeB, String instruction, int most) {
      this.text = text(left, right, transposeB, "[M,1024]");
      this.instruction = "wgmma.mma_async.sync.aligned." + instruction;
      this.most = most;
    }
  }

  private static String text(String left, String right, boolean transposeB, String result) {
    return """
        module @m {
          symbol M
          func @f(%%a: tensor<%s>, %%b: tensor<%s>) {
            %%0 = matmul %%a, %%b {transposeB = %s, to = f32} : tensor<%s x f32>
            return %%0
          }
        }
        """.formatted(left, right, transposeB, result);
  }

  private static Program program(String text, String target) {
    Module module = Parser.parse(text, "test", Registry.core());
    return new Backend().compile(module, module.functions().get("f"), Targets.get(target));
  }

  private static CompiledKernel kernel(String text, String target) {
    return program(text, target).kernels().getFirst();
  }

  private static long count(CompiledKernel kernel, String prefix) {
    return kernel.code().kernel().instructions().map(Instruction::mnemonic).filter(m -> m.startsWith(prefix)).count();
  }

  /** Four instructions of a warpgroup take a stage of 128 bytes; operands never pass through registers. */
  @ParameterizedTest
  @EnumSource
  void instructions(Case product) {
    CompiledKernel kernel = kernel(product.text, "sm_90a");
    assertEquals(4, count(kernel, product.instruction));
    assertEquals(4, count(kernel, "wgmma.mma_async"));
    assertEquals(0, count(kernel, "ldmatrix") + count(kernel, "mma.sync"));
    assertEquals(product.name().endsWith("BLOCK") ? 2 : 0, count(kernel, "ld.shared"), "loads of scales");
    MainLoop loop = MainLoop.of(kernel.code().kernel());
    assertEquals(0, loop.count("cp.async") + loop.count("bar.sync"));
    assertTrue(loop.instructions().size() <= product.most, () -> loop.instructions().size() + " PTX instructions");
    assertTrue(kernel.code().sharedBytes() <= Targets.get("sm_90a").limits().sharedPerBlock());
  }

  /** The instructions of a loop on whose order it depends that nobody reads too early. */
  private static List<String> order(List<Instruction> loop) {
    return loop.stream().map(Instruction::mnemonic)
        .flatMap(mnemonic -> ORDERED.stream().filter(mnemonic::startsWith)).toList();
  }

  /** A stage is waited for, read, and freed when the products are there; no thread waits for another warp. */
  @ParameterizedTest
  @EnumSource
  void order(Case product) {
    List<String> order = new ArrayList<>(List.of(
        "mbarrier.try_wait", "wgmma.fence", "wgmma.mma_async", "wgmma.mma_async", "wgmma.mma_async", "wgmma.mma_async",
        "wgmma.commit_group", "wgmma.wait_group", "mbarrier.arrive.shared"));
    if (product.name().endsWith("BLOCK")) {
      // Scales are read by the lanes themselves.
      order.add(order.size() - 1, "bar.warp.sync");
    }
    assertEquals(order, order(MainLoop.of(kernel(product.text, "sm_90a").code().kernel()).instructions()));
  }

  /**
   * Sums that the next products alone need are waited for an iteration later, and the stage is freed then; behind the
   * loop, all are. What is scaled is needed at once.
   */
  @ParameterizedTest
  @EnumSource
  void waits(Case product) {
    CompiledKernel kernel = kernel(product.text, "sm_90a");
    boolean isScaled = product.name().matches("E4M3.*|S8_BLOCK");
    assertEquals(
        isScaled ? List.of("0") : List.of("1"), waits(MainLoop.of(kernel.code().kernel()).instructions().stream()));
    assertEquals(isScaled ? List.of("0") : List.of("1", "0"), waits(kernel.code().kernel().instructions()));
  }

  private static List<String> waits(Stream<Instruction> instructions) {
    return instructions.filter(instruction -> instruction.mnemonic().startsWith("wgmma.wait_group"))
        .map(instruction -> instruction.operands().getFirst().toString()).toList();
  }

  /** One thread waits until a stage is free, says how many bytes come, and starts the copies; scales come first. */
  @ParameterizedTest
  @EnumSource
  void copies(Case product) {
    List<Instruction> all = kernel(product.text, "sm_90a").code().kernel().instructions().toList();
    List<String> order = order(all).stream().limit(order(all).indexOf("wgmma.fence") - 1)
        .filter(mnemonic -> !mnemonic.startsWith("bar")).toList();
    List<String> copies = new ArrayList<>(List.of("mbarrier.try_wait"));
    if (product.name().endsWith("BLOCK")) {
      copies.addAll(List.of("mbarrier.expect_tx", BOX));
    }
    copies.add("mbarrier.arrive.expect_tx");
    // 128 bytes are a row of a box: 64 columns of the right operand where these are contiguous.
    long boxes = product.name().matches("B?F16") ? 3 : 2;
    copies.addAll(Collections.nCopies((int) boxes, BOX));
    assertEquals(copies, order);
  }

  /** An operand that no tensor map tells comes by copies of all threads, while the tensor cores work on others. */
  @Test
  void copiesByThreads() {
    CompiledKernel kernel = kernel(PAIRS, "sm_90a");
    MainLoop loop = MainLoop.of(kernel.code().kernel());
    assertEquals(ImmutableList.of(), kernel.code().maps());
    assertEquals(8, loop.count("cp.async.cg"));
    assertEquals(
        List.of("cp.async.wait_group", "fence.proxy.async", "bar.sync", "wgmma.fence", "wgmma.mma_async",
            "wgmma.mma_async", "wgmma.mma_async", "wgmma.mma_async", "wgmma.commit_group", "cp.async.commit_group",
            "wgmma.wait_group"),
        order(loop.instructions()));
  }

  @Test
  void bankConflicts() {
    int[] copies = new int[1];
    kernel(PAIRS, "sm_90a").lowered().body().walk(operation -> {
      if (operation.op() instanceof CopyAsync) {
        SharedLayout shared = ((SharedType) operation.operand(2).type()).layout();
        LinearLayout copied = ((TileType) operation.operand(1).type()).layout();
        SharedAccess write =
            SharedAccess.vector(copied, VectorAccess.of(copied, shared.layout(), shared.elementBits(), 16));
        assertTrue(BankConflicts.isConflictFree(write, shared), () -> "writes to " + shared);
        copies[0]++;
      }
    });
    assertTrue(copies[0] >= 4, () -> copies[0] + " copies");
  }

  @ParameterizedTest
  @EnumSource
  void spills(Case product) {
    AssembledKernels.checkAll(program(product.text, "sm_90a").module(), assembled -> {
      assertEquals(0, assembled.spillBytes(), assembled.log());
      // Where instructions touch what wgmma still works on, assemblers say that they serialize.
      assertFalse(assembled.log().contains("warning"), assembled.log());
    });
  }

  /** Bytes whose depth is not contiguous, few rows, few columns, f32, and other targets: as ever. */
  @Test
  void otherProducts() {
    String bytes = text(
        "[M,1024] x i8, scale<token, f32>", "[1024,1024] x i8, scale<axis 1, f32>", false, "[M,1024]");
    String fewRows = text("[16,1024] x f16", "[1024,1024] x f16", true, "[16,1024]");
    String fewColumns = text("[M,1024] x f16", "[64,1024] x f16", true, "[M,64]");
    String wide = text("[M,1024] x f32", "[1024,1024] x f32", true, "[M,1024]");
    for (String text : List.of(bytes, fewRows, fewColumns, wide)) {
      assertEquals(0, count(kernel(text, "sm_90a"), "wgmma"), text);
    }
    for (String target : List.of("sm_80", "sm_89", "sm_100a", "sm_120a")) {
      assertEquals(0, count(kernel(Case.F16.text, target), "wgmma"), target);
    }
  }
}
