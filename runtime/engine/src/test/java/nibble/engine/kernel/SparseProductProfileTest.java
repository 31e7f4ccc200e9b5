package nibble.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import nibble.codegen.Backend;
import nibble.codegen.Program;
import nibble.codegen.Program.CompiledKernel;
import nibble.codegen.assemble.AssemblerChoice;
import nibble.codegen.assemble.Verdict;
import nibble.codegen.kernel.KernelProgram.Parameter;
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
import nibble.engine.testing.ProvenRun;
import nibble.ir.Module;
import nibble.ir.Operation;
import nibble.ir.TensorPart;
import nibble.ir.TensorType;
import nibble.ir.layout.StoredArray;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What one block of a large product with a compressed weight does on the PTX machine, counted, beside that of the same
 * product with a dense one: the first 128 rows and columns of the result, which are all that its buffers hold.
 */
class SparseProductProfileTest {
  private static final int SIZE = 4096;
  private static final int DEPTH = 1024;
  private static final int TILE = 128;
  private static final int SECTOR = 32;
  private static final Pattern MULTIPLY = Pattern.compile("mma\\.sp::\\S+ .*, (%\\w+), [01];");
  private static final Pattern BY_WARPGROUPS =
      Pattern.compile("wgmma\\.mma_async\\.sp\\S+ .*}, %\\w+, %\\w+, (%\\w+), 0, .*;");
  /** Of a warp, instructions of warps that do as much as one of its warpgroup. */
  private static final int WARPGROUP_COLUMNS = TILE / 8;
  private static final Pattern LOAD = Pattern.compile("(?:ldmatrix|ld\\.shared)\\S* \\{?([^}\\[]*)}?, \\[");

  /** A target, types of both operands, and the columns of each block that are kept, if not all are. */
  enum Case {
    F16("sm_80", "f16", "f16", "2:4"),
    BF16("sm_120a", "bf16", "bf16", "2:4"),
    TF32("sm_80", "tf32", "tf32", "1:2"),
    TF32_BLACKWELL("sm_120a", "tf32", "tf32", "1:2"),
    S8("sm_80", "i8, scale<token, f32>", "i8, scale<axis 0, f32>", "2:4"),
    S8_BLOCK("sm_80", "i8, scale<block(1,128), f32>", "i8, scale<block(128,128), f32>", "2:4"),
    S4("sm_80", "i4, scale<token, f32>", "i4, scale<axis 0, f32>", "4:8"),
    E4M3_ADA("sm_89", "e4m3, scale<token, f32>", "e4m3, scale<axis 0, f32>", "2:4"),
    E4M3_BLACKWELL("sm_120a", "e4m3, scale<token, f32>", "e4m3, scale<axis 0, f32>", "2:4"),
    F16_HOPPER("sm_90a", "f16", "f16", "2:4"),
    TF32_HOPPER("sm_90a", "tf32", "tf32", "1:2"),
    S8_HOPPER("sm_90a", "i8, scale<token, f32>", "i8, scale<axis 0, f32>", "2:4"),
    S8_BLOCK_HOPPER("sm_90a", "i8, scale<block(1,128), f32>", "i8, scale<block(128,128), f32>", "2:4"),
    E4M3_HOPPER("sm_90a", "e4m3, scale<token, f32>", "e4m3, scale<axis 0, f32>", "2:4"),
    F16_VENOM_HOPPER("sm_90a", "f16", "f16", "128:2:8"),
    F16_VENOM("sm_80", "f16", "f16", "128:2:8"),
    S8_VENOM("sm_80", "i8, scale<token, f32>", "i8, scale<axis 0, f32>", "128:2:16");

    private final String target;
    private final String left;
    private final String right;
    private final String layout;

    Case(String target, String left, String right, String layout) {
      this.target = target;
      this.left = left;
      this.right = right;
      this.layout = layout;
    }

    /** Bytes of the kept columns of the dense operand, and of all other operands, that the tile needs. */
    long leastBytes(Program program) {
      long least = 0;
      for (Parameter parameter : program.kernels().getFirst().parameters()) {
        long all = parameter.isResult() ? 0 : bytes(part(program, parameter));
        boolean isLeft = parameter.index() == 0 && parameter.part().equals(TensorPart.ELEMENTS);
        least += isLeft && isGathered() ? 4 * all / Long.parseLong(layout.substring(layout.lastIndexOf(':') + 1)) : all;
      }
      return least;
    }

    boolean isGathered() {
      return layout.indexOf(':') != layout.lastIndexOf(':');
    }

    /** The product; of a dense weight where that is asked for. */
    Program program(boolean sparse) {
      return program(sparse, DEPTH);
    }

    private Program program(boolean sparse, int depth) {
      Module module = ProvenRun.parse("""
          module @m {
            func @f(%%x: tensor<[%1$d,%2$d] x %3$s>, %%w: tensor<[%1$d,%2$d] x %4$s%5$s>) {
              %6$s
              %%1 = matmul %%x, %%%7$s {transposeB = true, to = f32} : tensor<[%1$d,%1$d] x f32>
              return %%1
            }
          }
          """.formatted(
              SIZE, depth, left, right, sparse ? ", sparse<" + layout + ">" : "",
              sparse ? "%%0 = decompress %%w : tensor<[%d,%d] x %s>".formatted(SIZE, depth, right) : "",
              sparse ? "0" : "w"));
      return new Backend().compile(module, module.functions().get("f"), Targets.get(target));
    }
  }

  /** Bytes of the part of an array that belongs to the first rows. */
  private static long bytes(TensorType type) {
    long rows = type.shape().dim(0).constant();
    long all = type.shape().size().constant() * type.format().storageBits() / Byte.SIZE;
    return all * Math.max(1, Math.min(rows, TILE * rows / SIZE)) / rows;
  }

  private static TensorType part(Program program, Parameter parameter) {
    Operation operation = program.launches().getFirst().operation();
    TensorType type = (parameter.isResult() ? operation.results() : operation.operands())
        .get(parameter.index()).tensorType();
    return type.parts().stream().filter(part -> part.name().equals(parameter.part())).findFirst()
        .map(TensorPart::type).orElseThrow();
  }

  /** What an array starts with: metadata and columns that are legal. */
  private static byte[] contents(Parameter parameter, long bytes) {
    byte[] contents = new byte[Math.toIntExact(bytes)];
    switch (parameter.part()) {
      case StoredArray.METADATA -> Arrays.fill(contents, (byte) 0xEE);
      case StoredArray.COLUMNS -> Arrays.setAll(new Byte[contents.length], i -> contents[i] = (byte) (2 * (i % 4)));
      default -> { }
    }
    return contents;
  }

  private static LaunchResult launch(Program program) {
    CompiledKernel kernel = program.kernels().getFirst();
    try (Machine machine = Machine.builder().counters(true).build()) {
      List<Argument> arguments = new ArrayList<>();
      List<Long> addresses = new ArrayList<>();
      for (Parameter parameter : kernel.parameters()) {
        Allocation allocation = machine.memory().allocate(
            contents(parameter, bytes(part(program, parameter))), parameter.part());
        addresses.add(allocation.address());
        arguments.add(Argument.of(allocation));
      }
      arguments.addAll(MapArguments.of(kernel.code().maps(), addresses));
      return machine.launch(
          machine.load(program.module().text(), "product.ptx").kernel(kernel.name()),
          new LaunchConfig(
              new Extent(1, 1, 1), new Extent(kernel.code().threads(), 1, 1), kernel.code().sharedBytes()),
          arguments);
    }
  }

  private static long multiplies(LaunchResult result) {
    return result.counters().orElseThrow().tensorOperations().values().stream().mapToLong(Long::longValue).sum();
  }

  /** Instructions that warps execute more than once, for each tensor instruction. */
  private static double perMultiply(Program program, LaunchResult result) {
    long warps = program.kernels().getFirst().code().threads() / 32;
    long loop = result.counters().orElseThrow().lines().stream()
        .filter(line -> line.warps() > warps).mapToLong(LineCounters::warps).sum();
    return (double) loop / multiplies(result);
  }

  /** Instructions that load metadata, for each sparse instruction: those that define what these take. */
  private static double metadataLoads(String text) {
    Map<String, Integer> definedBy = new HashMap<>();
    Set<Integer> loads = new HashSet<>();
    int multiplies = 0;
    int number = 0;
    for (String line : text.lines().map(String::strip).toList()) {
      number++;
      Matcher load = LOAD.matcher(line);
      if (load.find()) {
        for (String register : load.group(1).split(",")) {
          definedBy.put(register.strip(), number);
        }
      }
      Matcher multiply = MULTIPLY.matcher(line);
      if (multiply.find()) {
        multiplies++;
        loads.add(definedBy.get(multiply.group(1)));
      }
      Matcher byWarpgroup = BY_WARPGROUPS.matcher(line);
      if (byWarpgroup.find()) {
        multiplies += WARPGROUP_COLUMNS;
        loads.add(definedBy.get(byWarpgroup.group(1)));
      }
    }
    assertTrue(!loads.contains(null), "metadata that were not loaded");
    return (double) loads.size() / multiplies;
  }

  /** None of the kernels spills. */
  @Test
  void assembledWithoutSpills() {
    for (Case product : Case.values()) {
      Verdict verdict = AssemblerChoice.ofThisMachine().assemble(product.program(true).module());
      Assumptions.assumeFalse(verdict instanceof Verdict.Skipped, verdict::toString);
      assertEquals(0, ((Verdict.Assembled) verdict).spillBytes(), product.toString());
    }
  }

  @ParameterizedTest
  @EnumSource
  void profile(Case product) {
    Program program = product.program(true);
    LaunchResult sparse = launch(program);
    Program ofDense = product.program(false);
    LaunchResult dense = launch(ofDense);
    Counters counters = sparse.counters().orElseThrow();
    long conflicts = counters.memory().of(MemoryCounter.BANK_CONFLICTS);
    long sectors = counters.memory().of(MemoryCounter.GLOBAL_SECTORS_READ)
        + counters.memory().of(MemoryCounter.GLOBAL_SECTORS_WRITTEN);
    long least = program.kernels().getFirst().parameters().stream()
        .mapToLong(parameter -> parameter.isResult()
            ? (long) TILE * TILE * Float.BYTES / SECTOR : bytes(part(program, parameter)) / SECTOR).sum();
    double loads = metadataLoads(program.module().text());
    System.out.println(String.format(
        Locale.ROOT, "| %s | %s | %d of %d | %d conflicts | %.3f sectors | %.2f of %.2f instructions | %.3f loads |",
        product, product.target, multiplies(sparse), multiplies(dense), conflicts, (double) sectors / least,
        perMultiply(program, sparse), perMultiply(ofDense, dense), loads));
    if (!product.isGathered()) {
      assertEquals(multiplies(dense), 2 * multiplies(sparse), "one sparse instruction for two dense ones");
      assertTrue(sectors <= 1.05 * least, () -> sectors + " sectors, where " + least + " do");
    }
    assertEquals(0, conflicts, "bank conflicts");
    // Of the main loop: what is read besides does not grow with the depth.
    Program deeper = product.program(true, 2 * DEPTH);
    long bytes = launch(deeper).globalBytesRead() - sparse.globalBytesRead();
    long leastBytes = product.leastBytes(deeper) - product.leastBytes(program);
    assertTrue(bytes <= 1.05 * leastBytes, () -> bytes + " bytes, where " + leastBytes + " do");
    assertTrue(loads <= 0.25, () -> loads + " loads of metadata for each instruction");
  }
}
