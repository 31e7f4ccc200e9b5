package nibble.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import nibble.codegen.Backend;
import nibble.codegen.Program;
import nibble.codegen.Program.CompiledKernel;
import nibble.codegen.target.Targets;
import nibble.emulator.Argument;
import nibble.emulator.LaunchConfig;
import nibble.emulator.LaunchConfig.Extent;
import nibble.emulator.Machine;
import nibble.ir.Module;
import nibble.ir.Registry;
import nibble.ir.text.Parser;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What products of experts multiply on the PTX machine, counted: tiles of 64 members, whatever the number of tokens.
 */
class ExpertsProfileTest {
  private static final int TOKENS = 512;
  private static final int EXPERTS = 4;
  private static final int DEPTH = 64;
  private static final int WIDTH = 64;
  private static final int TILE = 64;

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65, 256, 512})
  void multiplications(int members) {
    Module module = Parser.parse("""
        module @m {
          func @f(%%x: tensor<[%1$d,%3$d] x f16>, %%w: tensor<[%2$d,%3$d,%4$d] x f16>, %%m: tensor<[%2$d,%5$d] x i32>) {
            %%0 = grouped_matmul %%x, %%w, %%m {transposeB = false, to = f32} : tensor<[%2$d,%1$d,%4$d] x f32>
            return %%0
          }
        }
        """.formatted(TOKENS, EXPERTS, DEPTH, WIDTH, TOKENS + 1), "test", Registry.core());
    Program program = new Backend().compile(module, module.functions().get("f"), Targets.get("sm_80"));
    CompiledKernel kernel = program.kernels().getFirst();
    try (Machine machine = Machine.builder().counters(true).build()) {
      List<Argument> arguments = new ArrayList<>();
      arguments.add(Argument.of(machine.memory().allocate(TOKENS * DEPTH * Short.BYTES, "tokens")));
      arguments.add(Argument.of(machine.memory().allocate(EXPERTS * DEPTH * WIDTH * Short.BYTES, "weights")));
      arguments.add(Argument.of(machine.memory().allocate(table(members), "members")));
      arguments.add(Argument.of(machine.memory().allocate(EXPERTS * TOKENS * WIDTH * Float.BYTES, "result")));
      LaunchConfig config = new LaunchConfig(
          new Extent(TOKENS / TILE, 1, EXPERTS), new Extent(kernel.code().threads(), 1, 1),
          kernel.code().sharedBytes());
      long multiplied = machine
          .launch(machine.load(program.module().text(), "experts.ptx").kernel(kernel.name()), config, arguments)
          .counters().orElseThrow().tensorOperations().values().stream().mapToLong(Long::longValue).sum();
      int tiles = EXPERTS * Math.ceilDiv(members, TILE);
      assertEquals((long) tiles * TILE * WIDTH * DEPTH / (16 * 8 * 16), multiplied);
    }
  }

  /** The last tokens are members of each expert. */
  private static byte[] table(int members) {
    ByteBuffer table = ByteBuffer.allocate(EXPERTS * (TOKENS + 1) * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    int[] tokens = IntStream.range(0, TOKENS).map(place -> (place + TOKENS - members) % TOKENS).toArray();
    for (int expert = 0; expert < EXPERTS; expert++) {
      table.putInt(members);
      Arrays.stream(tokens).forEach(table::putInt);
    }
    return table.array();
  }
}
