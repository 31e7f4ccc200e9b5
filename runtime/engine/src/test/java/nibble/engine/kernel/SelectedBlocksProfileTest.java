package nibble.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import nibble.codegen.Backend;
import nibble.codegen.Program;
import nibble.codegen.Program.CompiledKernel;
import nibble.codegen.target.Targets;
import nibble.emulator.Argument;
import nibble.emulator.Counters;
import nibble.emulator.LaunchConfig;
import nibble.emulator.LaunchConfig.Extent;
import nibble.emulator.Machine;
import nibble.emulator.MemoryCounter;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Registry;
import nibble.ir.text.Parser;
import org.junit.jupiter.api.Test;

/** What an attention over lists of blocks does on the PTX machine, counted: as much as blocks are listed. */
class SelectedBlocksProfileTest {
  private static final int TOKENS = 512;
  private static final int DEPTH = 32;
  private static final int BLOCKS = TOKENS / 64;
  private static final int SECTOR = 32;

  private static Counters run(int selected) {
    Module module = Parser.parse("""
        module @m {
          func @f(%%q: tensor<[%1$d,%2$d] x f16>, %%k: tensor<[%1$d,%2$d] x f16>, %%v: tensor<[%1$d,%2$d] x f16>, \
        %%b: tensor<[%3$d,%4$d] x i32>) {
            %%0 = attention %%q, %%k, %%v, %%b {scale = 0.125, causal = none, blocks = [64,64], to = f16} : \
        tensor<[%1$d,%2$d] x f16>
            return %%0
          }
        }
        """.formatted(TOKENS, DEPTH, BLOCKS, BLOCKS + 1), "test", Registry.core());
    Function function = module.functions().get("f");
    Program program = new Backend().compile(module, function, Targets.get("sm_80"));
    CompiledKernel compiled = program.kernels().getFirst();
    assertEquals(1, program.kernels().size());
    try (Machine machine = Machine.builder().counters(true).build()) {
      List<Argument> arguments = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        arguments.add(Argument.of(machine.memory().allocate(
            i == 3 ? lists(selected) : new byte[TOKENS * DEPTH * Short.BYTES], "part" + i)));
      }
      LaunchConfig config = new LaunchConfig(
          new Extent(TOKENS / 64, 1, 1), new Extent(compiled.code().threads(), 1, 1), compiled.code().sharedBytes());
      return machine.launch(
          machine.load(program.module().text(), "attention.ptx").kernel(compiled.name()), config, arguments)
          .counters().orElseThrow();
    }
  }

  /** Every row of blocks has the last ones, so that lists are no prefixes. */
  private static byte[] lists(int selected) {
    ByteBuffer bytes = ByteBuffer.allocate(BLOCKS * (BLOCKS + 1) * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int row = 0; row < BLOCKS; row++) {
      bytes.putInt(selected);
      for (int place = 0; place < BLOCKS; place++) {
        bytes.putInt(place < selected ? BLOCKS - selected + place : 0);
      }
    }
    return bytes.array();
  }

  @Test
  void workIsThatOfListedBlocks() {
    long queries = (long) TOKENS * DEPTH * Short.BYTES;
    // Keys and values of a block, for each block of queries.
    long block = 2L * 64 * DEPTH * Short.BYTES;
    Counters all = run(BLOCKS);
    long products = all.tensorOperations().values().stream().mapToLong(Long::longValue).sum();
    for (int selected : List.of(0, 1, 2, 4, BLOCKS)) {
      Counters counters = run(selected);
      assertEquals(queries + BLOCKS * selected * block, counters.memory().of(MemoryCounter.ASYNC_BYTES));
      assertEquals(
          products * selected / BLOCKS,
          counters.tensorOperations().values().stream().mapToLong(Long::longValue).sum());
      long read = counters.memory().of(MemoryCounter.GLOBAL_SECTORS_READ) * SECTOR;
      assertTrue(read <= queries + BLOCKS * selected * (block + 4L * 32 * 2 * SECTOR) + 32768, selected + ": " + read);
    }
  }
}
