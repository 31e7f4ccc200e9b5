package nibble.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import nibble.codegen.Backend;
import nibble.codegen.Program;
import nibble.codegen.Program.CompiledKernel;
import nibble.codegen.target.Targets;
import nibble.emulator.Allocation;
import nibble.emulator.Argument;
import nibble.emulator.Counters;
import nibble.emulator.LaunchConfig;
import nibble.emulator.LaunchConfig.Extent;
import nibble.emulator.LaunchResult;
import nibble.emulator.LineCounters;
import nibble.emulator.Machine;
import nibble.emulator.MemoryCounter;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Registry;
import nibble.ir.TensorPart;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.text.Parser;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What one block of a product of 4096 x 4096 x 4096 does on the PTX machine, counted: the first 128 rows and columns of
 * the result, which are all that its buffers hold.
 */
class LargeProductProfileTest {
  private static final int SIZE = 4096;
  private static final int TILE = 128;
  private static final int SECTOR = 32;
  private static final String NV = "scale<group(16), ue4m3, scale<tensor, f32>>";
  private static final String MX = "scale<group(32), ue8m0, up>";

  /**
   * Types of both operands and a target; machine instructions for each tensor instruction in the main loop of a kernel
   * that others wrote, of the same formats, as ptxas 13.0 compiles it, which ours has at most.
   */
  enum Case {
    S8("sm_80", "i8, scale<token, f32>", "i8, scale<axis 0, f32>", "CUTLASS", 150.0 / 64),
    S4("sm_80", "i4, scale<token, f32>", "i4, scale<axis 0, f32>", "CUTLASS", 150.0 / 64),
    F16("sm_80", "f16", "f16", "CUTLASS", 162.0 / 64),
    BF16("sm_80", "bf16", "bf16", "CUTLASS", 162.0 / 64),
    S8_BLOCK("sm_80", "i8, scale<block(1,128), f32>", "i8, scale<block(128,128), f32>", "llama.cpp", 2287.0 / 128),
    E4M3_ADA("sm_89", "e4m3, scale<token, f32>", "e4m3, scale<axis 0, f32>", "CUTLASS", 312.0 / 64),
    E4M3_BLOCK_ADA(
        "sm_89", "e4m3, scale<block(1,128), f32>", "e4m3, scale<block(128,128), f32>", "CUTLASS", 312.0 / 64),
    S8_HOPPER("sm_90a", "i8, scale<token, f32>", "i8, scale<axis 0, f32>", "CUTLASS", 69.0 / 4),
    F16_HOPPER("sm_90a", "f16", "f16", "CUTLASS", 69.0 / 4),
    BF16_HOPPER("sm_90a", "bf16", "bf16", "DeepGEMM", 129.0 / 16),
    E4M3_HOPPER("sm_90a", "e4m3, scale<token, f32>", "e4m3, scale<axis 0, f32>", "CUTLASS", 147.0 / 4),
    E4M3_BLOCK_HOPPER(
        "sm_90a", "e4m3, scale<block(1,128), f32>", "e4m3, scale<block(128,128), f32>", "DeepGEMM", 925.0 / 32),
    E4M3_BLACKWELL("sm_120a", "e4m3, scale<token, f32>", "e4m3, scale<axis 0, f32>", "CUTLASS", 278.0 / 64),
    E4M3_BLOCK_BLACKWELL(
        "sm_120a", "e4m3, scale<block(1,128), f32>", "e4m3, scale<block(128,128), f32>", "CUTLASS", 256.0 / 64),
    MXFP8_BLACKWELL("sm_120a", "e4m3, " + MX, "e4m3, " + MX, "CUTLASS", 228.0 / 64),
    MXFP4_BLACKWELL("sm_120a", "e2m1, " + MX, "e2m1, " + MX, "llama.cpp", 1316.0 / 128),
    NVFP4_BLACKWELL("sm_120a", "e2m1, " + NV, "e2m1, " + NV, "CUTLASS", 129.0 / 32);

    private final String target;
    private final String left;
    private final String right;
    private final String peer;
    private final double figureOfPeer;

    Case(String target, String left, String right, String peer, double figureOfPeer) {
      this.target = target;
      this.left = left;
      this.right = right;
      this.peer = peer;
      this.figureOfPeer = figureOfPeer;
    }

    private String text() {
      return """
          module @m {
            func @f(%%a: tensor<[4096,4096] x %s>, %%b: tensor<[4096,4096] x %s>) {
              %%0 = matmul %%a, %%b {transposeB = true, to = f32} : tensor<[4096,4096] x f32>
              return %%0
            }
          }
          """.formatted(left, right);
    }
  }

  /** Bytes of a part of an operand that a tile has, and of the least that it must read: each once. */
  private static long bytes(TensorType type) {
    long rows = type.shape().dim(0).constant();
    long all = type.shape().size().constant() * type.format().storageBits() / Byte.SIZE;
    return all * Math.max(1, Math.min(rows, TILE * rows / SIZE)) / rows;
  }

  private static List<TensorType> parts(Value value) {
    List<TensorType> parts = new ArrayList<>();
    for (TensorPart part : value.tensorType().parts()) {
      parts.add(part.type());
    }
    return parts;
  }

  @ParameterizedTest
  @EnumSource
  void profile(Case product) {
    Module module = Parser.parse(product.text(), "test", Registry.core());
    Function function = module.functions().get("f");
    Program program = new Backend().compile(module, function, Targets.get(product.target));
    CompiledKernel compiled = program.kernels().getFirst();
    try (Machine machine = Machine.builder().counters(true).build()) {
      List<Argument> arguments = new ArrayList<>();
      List<Long> addresses = new ArrayList<>();
      long least = 0;
      for (Value value : List.of(
          function.parameters().get(0), function.parameters().get(1), function.results().getFirst())) {
        for (TensorType part : parts(value)) {
          Allocation allocation = machine.memory().allocate(bytes(part), "part");
          addresses.add(allocation.address());
          arguments.add(Argument.of(allocation));
        }
      }
      // Of tensors that are there in part; what is read is.
      arguments.addAll(MapArguments.of(compiled.code().maps(), addresses));
      for (Value value : function.parameters()) {
        least += parts(value).stream().mapToLong(part -> Math.ceilDiv(bytes(part), SECTOR)).sum();
      }
      least += TILE * TILE * Float.BYTES / SECTOR;
      LaunchConfig config = new LaunchConfig(
          new Extent(1, 1, 1), new Extent(compiled.code().threads(), 1, 1), compiled.code().sharedBytes());
      LaunchResult result = machine.launch(
          machine.load(program.module().text(), "product.ptx").kernel(compiled.name()), config, arguments);
      check(product, result, least);
    }
  }

  private static void check(Case product, LaunchResult result, long least) {
    Counters counters = result.counters().orElseThrow();
    long multiplies = counters.tensorOperations().values().stream().mapToLong(Long::longValue).sum();
    long loop = counters.lines().stream().filter(line -> isInLoop(line)).mapToLong(LineCounters::warps).sum();
    double perMultiply = (double) loop / multiplies;
    long sectors = counters.memory().of(MemoryCounter.GLOBAL_SECTORS_READ)
        + counters.memory().of(MemoryCounter.GLOBAL_SECTORS_WRITTEN);
    long conflicts = counters.memory().of(MemoryCounter.BANK_CONFLICTS);
    System.out.println(String.format(
        Locale.ROOT, "| %s | %s | %d | %d of %d wavefronts | %.3f | %.2f | %s %.2f |", product, product.target,
        multiplies,
        conflicts, counters.memory().of(MemoryCounter.SHARED_WAVEFRONTS), (double) sectors / least, perMultiply,
        product.peer, product.figureOfPeer));
    assertEquals(0, conflicts, "bank conflicts");
    assertTrue(sectors <= 1.05 * least, () -> sectors + " sectors, where " + least + " do");
    assertTrue(perMultiply <= product.figureOfPeer, () -> perMultiply + " instructions for each multiply-add");
  }

  /** Whether an instruction is executed in every iteration of the main loop: those outside are so once by each warp. */
  private static boolean isInLoop(LineCounters line) {
    return line.warps() >= SIZE / TILE;
  }
}
