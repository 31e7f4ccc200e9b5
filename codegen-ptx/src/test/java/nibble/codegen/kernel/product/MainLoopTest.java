package nibble.codegen.kernel.product;

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
import nibble.codegen.layout.BankConflicts;
import nibble.codegen.layout.Dimension;
import nibble.codegen.layout.LdmatrixPlan;
import nibble.codegen.layout.LinearLayout;
import nibble.codegen.layout.SharedAccess;
import nibble.codegen.layout.SharedLayout;
import nibble.codegen.layout.VectorAccess;
import nibble.codegen.target.Targets;
import nibble.codegen.tile.SharedType;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.op.CopyAsync;
import nibble.codegen.tile.op.SharedAlloc;
import nibble.codegen.tile.op.SharedLoad;
import nibble.ir.Module;
import nibble.ir.Operation;
import nibble.ir.Registry;
import nibble.ir.format.Formats;
import nibble.ir.text.Parser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The main loops of large products: what they consist of, counted in PTX, and in machine code where there is a
 * disassembler.
 */
class MainLoopTest {
  private static final int STAGES = 3;
  private static final int SLOTS_OF_SCALES = 2;
  private static final AssemblerChoice ASSEMBLERS = AssemblerChoice.ofThisMachine();

  /**
   * Kernels of a tile each.
   *
   * <p>For each iteration: {@code mma} of a warp, {@code ldmatrix.x4} that give their operands, {@code cp.async} of 16
   * bytes of a thread that fill a stage. For each {@code mma}: PTX and machine instructions, so much and no more.
   */
  enum Case {
    S8("[M,1024] x i8, scale<token, f32>", "[1024,1024] x i8, scale<axis 0, f32>", true, 64, 16, 8, 2.0, 2.2, 255),
    S8_TENSOR(
        "[M,1024] x i8, scale<tensor, f32>", "[1024,1024] x i8, scale<tensor, f32>", true, 64, 16, 8, 2.0, 2.2, 255),
    /**
     * A block's sum is converted and added to others with its scales: two instructions for each of 64 accumulators.
     */
    S8_BLOCK(
        "[M,1024] x i8, scale<block(1,128), f32>", "[1024,1024] x i8, scale<block(128,128), f32>", true, 64, 24, 8, 4.9,
        5.2, 255),
    F16("[M,1024] x f16", "[1024,1024] x f16", false, 64, 16, 8, 2.0, 2.3, 255),
    F16_TRANSPOSED("[M,1024] x f16", "[1024,1024] x f16", true, 64, 16, 8, 2.0, 2.2, 255),
    BF16("[M,1024] x bf16", "[1024,1024] x bf16", false, 64, 16, 8, 2.0, 2.3, 255),
    BF16_TRANSPOSED("[M,1024] x bf16", "[1024,1024] x bf16", true, 64, 16, 8, 2.0, 2.2, 255),
    TF32_TRANSPOSED("[M,1024] x tf32", "[1024,1024] x tf32", true, 64, 16, 8, 2.0, 2.3, 255),
    /** Narrow, of symbolic depth: probabilities times values. */
    F16_NARROW("[B,12,S,S] x f16", "[B,12,S,32] x f16", false, 32, 16, 10, 4.1, 4.6, 168);

    private final String text;
    private final int multiplies;
    private final int matrices;
    private final int copies;
    private final double ptx;
    private final double sass;
    private final int registers;

    Case(
        String left, String right, boolean transposeB, int multiplies, int matrices, int copies, double ptx,
        double sass, int registers) {
      String rows = left.startsWith("[B") ? "[B,12,S,32]" : "[M,1024]";
      this.text = """
          module @m {
            symbol M
            symbol B
            symbol S multiple of 8
            func @f(%%a: tensor<%s>, %%b: tensor<%s>) {
              %%0 = matmul %%a, %%b {transposeB = %s, to = f32} : tensor<%s x f32>
              return %%0
            }
          }
          """.formatted(left, right, transposeB, rows);
      this.multiplies = multiplies;
      this.matrices = matrices;
      this.copies = copies;
      this.ptx = ptx;
      this.sass = sass;
      this.registers = registers;
    }

    private Program program(String target) {
      Module module = Parser.parse(text, "test", Registry.core());
      return new Backend().compile(module, module.functions().get("f"), Targets.get(target));
    }

    private CompiledKernel kernel() {
      return program("sm_80").kernels().getFirst();
    }
  }

  @ParameterizedTest
  @EnumSource
  void instructions(Case product) {
    MainLoop loop = MainLoop.of(product.kernel().code().kernel());
    assertEquals(product.multiplies, loop.count("mma."));
    assertEquals(product.matrices, loop.count("ldmatrix.sync.aligned.m8n8.x4"));
    assertEquals(product.matrices, loop.count("ldmatrix"), "narrower loads");
    assertEquals(product.copies, loop.count("cp.async.cg"));
    assertEquals(1, loop.count("bar.sync"));
    assertEquals(0, loop.count("st.") + loop.count("div") + loop.count("rem"));
    assertTrue(loop.perMultiply() <= product.ptx, () -> loop.perMultiply() + " PTX instructions for each mma");
  }

  @ParameterizedTest
  @EnumSource
  void stages(Case product) {
    CompiledKernel kernel = product.kernel();
    MainLoop loop = MainLoop.of(kernel.code().kernel());
    String wait = loop.instructions().stream()
        .filter(instruction -> instruction.mnemonic().equals("cp.async.wait_group"))
        .findFirst().orElseThrow().toString();
    assertEquals("cp.async.wait_group " + (STAGES - 2) + ";", wait);
    int bytes = 0;
    for (Operation operation : kernel.lowered().body().operations()) {
      if (operation.op() instanceof SharedAlloc(SharedType type)) {
        assertEquals(type.format().equals(Formats.F32) ? SLOTS_OF_SCALES : STAGES, type.stages());
        bytes += type.bytes();
      }
    }
    assertEquals(bytes, kernel.code().sharedBytes());
    // With scales of blocks there is room for so many stages on some targets; others have a stage less.
    int limit = Targets.get(product == Case.S8_BLOCK ? "sm_80" : "sm_89").limits().sharedPerBlock();
    assertTrue(bytes <= limit, bytes + " bytes");
    for (String target : List.of("sm_86", "sm_89", "sm_120a")) {
      int shared = product.program(target).kernels().getFirst().code().sharedBytes();
      assertTrue(shared <= Targets.get(target).limits().sharedPerBlock(), () -> shared + " bytes for " + target);
    }
  }

  @ParameterizedTest
  @EnumSource
  void bankConflicts(Case product) {
    int[] accesses = new int[1];
    product.kernel().lowered().body().walk(operation -> {
      switch (operation.op()) {
        case CopyAsync copy -> {
          SharedLayout shared = ((SharedType) operation.operand(2).type()).layout();
          LinearLayout copied = ((TileType) operation.operand(1).type()).layout();
          SharedAccess write = SharedAccess.vector(
              copied, VectorAccess.of(copied, shared.layout(), shared.elementBits(), 16));
          assertTrue(BankConflicts.isConflictFree(write, shared), () -> "writes to " + shared);
          accesses[0]++;
        }
        case SharedLoad load when operation.operands().size() == 3 -> {
          SharedLayout shared = ((SharedType) operation.operand(0).type()).layout();
          LinearLayout block = LinearLayout.of(load.result().layout().bases(), shared.layout().outputs());
          SharedAccess read =
              SharedAccess.vector(block, VectorAccess.of(block, shared.layout(), shared.elementBits(), 16));
          assertTrue(BankConflicts.isConflictFree(read, shared), () -> "reads of " + shared);
          accesses[0]++;
        }
        case SharedLoad load -> {
          SharedLayout shared = ((SharedType) operation.operand(0).type()).layout();
          int[] extents = shared.layout().outputs().stream().mapToInt(Dimension::size).toArray();
          boolean swapped = load.axes().getFirst() == 1;
          LinearLayout part = swapped ? load.result().layout().transpose(1, 0) : load.result().layout();
          LinearLayout fragment = part.cover(extents);
          LdmatrixPlan plan = LdmatrixPlan.find(fragment, shared).orElseThrow();
          SharedAccess read = plan.transposed()
              ? SharedAccess.ldmatrixTransposed(fragment, plan.matrices())
              : SharedAccess.ldmatrix(fragment, plan.matrices(), shared.elementBits());
          assertTrue(BankConflicts.isConflictFree(read, shared), () -> "reads of " + shared);
          accesses[0]++;
        }
        default -> { }
      }
    });
    assertTrue(accesses[0] >= 4, () -> accesses[0] + " accesses");
  }

  /**
   * Of columns that lie together, no row of a matrix has neighbours of the depth: lanes load 32-bit elements
   * themselves.
   */
  @Test
  void columnsOfTf32() {
    Module module = Parser.parse(
        Case.TF32_TRANSPOSED.text.replace("transposeB = true", "transposeB = false"), "test", Registry.core());
    CompiledKernel kernel =
        new Backend().compile(module, module.functions().get("f"), Targets.get("sm_80")).kernels().getFirst();
    MainLoop loop = MainLoop.of(kernel.code().kernel());
    assertEquals(64, loop.count("mma."));
    // The left operand; of the right one, two words for each of eight columns of instructions.
    assertEquals(8, loop.count("ldmatrix.sync.aligned.m8n8.x4"));
    assertEquals(32, loop.count("ld.shared.b32"));
    int[] loads = new int[1];
    kernel.lowered().body().walk(operation -> {
      if (operation.op() instanceof SharedLoad load && load.axes().getFirst() == 0
          && load.result().extents().get(0) == 8) {
        SharedLayout shared = ((SharedType) operation.operand(0).type()).layout();
        LinearLayout fragment = load.result().layout()
            .cover(shared.layout().outputs().stream().mapToInt(Dimension::size).toArray());
        SharedAccess read = SharedAccess.vector(
            fragment, VectorAccess.of(fragment, shared.layout(), shared.elementBits(), 16));
        assertTrue(BankConflicts.isConflictFree(read, shared), () -> "reads of " + shared);
        loads[0]++;
      }
    });
    assertTrue(loads[0] > 0);
  }

  @ParameterizedTest
  @EnumSource
  void registers(Case product) {
    for (String target : List.of("sm_80", "sm_89", "sm_90a", "sm_120a")) {
      AssembledKernels.check(product.program(target).module(), assembled -> {
        assertEquals(0, assembled.spillBytes(), assembled.log());
        int most = assembled.kernels().stream().mapToInt(KernelResources::registers).max().orElseThrow();
        assertTrue(most <= product.registers, () -> target + ": " + most + " registers");
      });
    }
  }

  @ParameterizedTest
  @EnumSource
  void machineInstructions(Case product) throws Exception {
    Optional<Path> disassembler = SassLoops.disassembler();
    assumeTrue(disassembler.isPresent(), "no nvdisasm on the search path or in $NVDISASM: machine code is not counted");
    Verdict verdict = ASSEMBLERS.assemble(product.program("sm_80").module());
    assumeTrue(verdict instanceof Verdict.Assembled, () -> "no assembler: " + verdict);
    List<SassLoops.Loop> loops = SassLoops.of(disassembler.orElseThrow(), ((Verdict.Assembled) verdict).cubin());
    assertEquals(1, loops.size(), "loops that multiply");
    assertEquals(product.multiplies, loops.getFirst().multiplies());
    double perMultiply = loops.getFirst().perMultiply();
    System.out.printf("%s: %.2f machine instructions for each mma%n", product, perMultiply);
    assertTrue(perMultiply <= product.sass, () -> perMultiply + " machine instructions for each mma");
  }

  /** The reader of machine code, on a text as nvdisasm prints it: a loop in a loop, a jump forward, a second kernel. */
  @Test
  void loopsOfMachineCode() {
    List<SassLoops.Loop> loops = SassLoops.parse("""
        \t.section\t.text.first,"ax",@progbits
        .text.first:
                /*0000*/                   MOV R1, c[0x0][0x28] ;
        .L_x_1:
                /*0010*/                   LDSM.16.M88.4 R4, [R2] ;
        .L_x_2:
                /*0020*/                   IMMA.16832.S8.S8 R4, R8.ROW, R10.COL, R4 ;
                /*0030*/              @!P1 HMMA.16816.F32 R4, R8, R10, R4 ;
                /*0040*/               @P0 BRA `(.L_x_2) ;
                /*0050*/                   BRA `(.L_x_3) ;
                /*0060*/               @P2 BRA `(.L_x_1) ;
        .L_x_3:
                /*0070*/                   EXIT ;
        .L_x_4:
                /*0080*/                   BRA `(.L_x_4);
        \t.section\t.text.second,"ax",@progbits
        .L_x_5:
                /*0000*/                   IMMA.16832.S8.S8 R4, R8.ROW, R10.COL, R4 ;
                /*0010*/               @P0 BRA `(.L_x_5) ;
        """);
    assertEquals(List.of("first", "second"), loops.stream().map(SassLoops.Loop::kernel).toList());
    assertEquals(List.of("IMMA.16832.S8.S8", "HMMA.16816.F32", "BRA"), loops.getFirst().opcodes());
    assertEquals(1.5, loops.getFirst().perMultiply());
    assertEquals(2, loops.getLast().perMultiply());
  }
}
