package nibble.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
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
import nibble.emulator.Machine;
import nibble.emulator.MemoryCounter;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Registry;
import nibble.ir.TensorPart;
import nibble.ir.text.Parser;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What one block of an attention does on the PTX machine, counted: 64 queries and 256 keys. */
class AttentionProfileTest {
  private static final int QUERIES = 64;
  private static final int KEYS = 256;
  private static final int SECTOR = 32;
  private static final String GROUPS = "group 16, ue4m3";

  @ParameterizedTest
  @CsvSource({
      "16, sm_80", "32, sm_80", "64, sm_80", "128, sm_80", "256, sm_80", "16, sm_90a", "64, sm_90a", "128, sm_90a",
      "256, sm_90a"})
  void accesses(int depth, String target) {
    Module module = Parser.parse("""
        module @m {
          func @f(%%q: tensor<[%2$d,%1$d] x f16>, %%k: tensor<[%3$d,%1$d] x f16>, %%v: tensor<[%3$d,%1$d] x f16>) {
            %%0 = attention %%q, %%k, %%v {scale = 0.125, causal = none, to = f16} : tensor<[%2$d,%1$d] x f16>
            return %%0
          }
        }
        """.formatted(depth, QUERIES, KEYS), "test", Registry.core());
    Counters counters = counters(module, target);
    long written = (long) QUERIES * depth * Short.BYTES / SECTOR;
    long read = 2L * (QUERIES + 2 * KEYS) * depth / SECTOR;
    assertEquals(0, counters.memory().of(MemoryCounter.BANK_CONFLICTS), "bank conflicts");
    // Operands are read once. A row of a product of eight columns is half a sector, so the result is written in halves.
    assertEquals(read, counters.memory().of(MemoryCounter.GLOBAL_SECTORS_READ));
    assertEquals(2 * written, counters.memory().of(MemoryCounter.GLOBAL_SECTORS_WRITTEN));
  }

  /** Codes of a scheme: nothing but shared memory is asked about, for threads read scales for themselves. */
  @ParameterizedTest
  @CsvSource({
      "sage2, 32, sm_89", "sage2, 64, sm_89", "sage2, 128, sm_89", "sage2pp, 64, sm_89", "sage2_int4, 64, sm_89",
      "sage2_int4, 128, sm_90a", "sage3, 64, sm_120a", "sage3, 128, sm_120a"})
  void codes(String scheme, int depth, String target) {
    boolean isFloat = scheme.equals("sage3");
    String scores = isFloat ? "e2m1" : scheme.endsWith("int4") ? "i4" : "i8";
    Module module = Parser.parse("""
        module @m {
          func @f(%%q: tensor<[%2$d,%1$d] x %5$s, scale<%6$s>>, %%k: tensor<[%3$d,%1$d] x %5$s, scale<%7$s>>, \
              %%v: tensor<[%1$d,%3$d] x %8$s, scale<%9$s>>) {
            %%0 = attention %%q, %%k, %%v {scale = 0.125, causal = none, scheme = %4$s, to = f16} : tensor<[%2$d,%1$d] x f16>
            return %%0
          }
        }
        """.formatted(depth, QUERIES, KEYS, scheme, scores,
            isFloat ? GROUPS : "interleaved(32,8,1), f32", isFloat ? GROUPS : "interleaved(64,8,2), f32",
            isFloat ? "e2m1" : "e4m3", isFloat ? GROUPS : "token, f32"), "test", Registry.core());
    assertEquals(0, counters(module, target).memory().of(MemoryCounter.BANK_CONFLICTS), "bank conflicts");
  }

  /** Codes as {@code sage1} makes them, of which a warp has 32 queries. */
  @ParameterizedTest
  @CsvSource({"64, sm_80", "128, sm_80", "128, sm_120a"})
  void codesOfBlocks(int depth, String target) {
    Module module = Parser.parse("""
        module @m {
          func @f(%%q: tensor<[128,%1$d] x i8, scale<block(128,%1$d), f32>>, \
              %%k: tensor<[%2$d,%1$d] x i8, scale<block(64,%1$d), f32>>, %%v: tensor<[%2$d,%1$d] x f16>) {
            %%0 = attention %%q, %%k, %%v {scale = 0.125, causal = none, to = f16} : tensor<[128,%1$d] x f16>
            return %%0
          }
        }
        """.formatted(depth, KEYS), "test", Registry.core());
    assertEquals(0, counters(module, target).memory().of(MemoryCounter.BANK_CONFLICTS), "bank conflicts");
  }

  /** What one block of the only kernel of a function counts. */
  private static Counters counters(Module module, String target) {
    Function function = module.functions().get("f");
    Program program = new Backend().compile(module, function, Targets.get(target));
    CompiledKernel compiled = program.kernels().getFirst();
    List<TensorPart> parts = Stream.concat(function.parameters().stream(), function.results().stream())
        .flatMap(value -> value.tensorType().parts().stream()).toList();
    try (Machine machine = Machine.builder().counters(true).build()) {
      List<Argument> arguments = new ArrayList<>();
      List<Long> addresses = new ArrayList<>();
      for (TensorPart part : parts) {
        long bits = part.type().shape().size().constant() * part.type().format().storageBits();
        Allocation allocation = machine.memory().allocate(bits / Byte.SIZE, "part");
        addresses.add(allocation.address());
        arguments.add(Argument.of(allocation));
      }
      arguments.addAll(MapArguments.of(compiled.code().maps(), addresses));
      LaunchConfig config = new LaunchConfig(
          new Extent(1, 1, 1), new Extent(compiled.code().threads(), 1, 1), compiled.code().sharedBytes());
      LaunchResult result = machine.launch(
          machine.load(program.module().text(), "attention.ptx").kernel(compiled.name()), config, arguments);
      return result.counters().orElseThrow();
    }
  }
}
