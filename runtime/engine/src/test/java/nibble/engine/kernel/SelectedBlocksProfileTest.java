package nibble.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import nibble.codegen.Backend;
import nibble.codegen.Program.CompiledKernel;
import nibble.codegen.Program;
import nibble.codegen.target.Targets;
import nibble.emulator.Allocation;
import nibble.emulator.Argument;
import nibble.emulator.Counters;
import nibble.emulator.LaunchConfig.Extent;
import nibble.emulator.LaunchConfig;
import nibble.emulator.Machine;
import nibble.emulator.MemoryCounter;
import nibble.ir.Module;
import nibble.ir.Registry;
import nibble.ir.text.Parser;
import org.junit.jupiter.api.Test;

/** What an attention over lists of blocks does on the PTX machine, counted: as much as blocks are listed. */
class SelectedBlocksProfileTest {
  private static final int SECTOR = 32;
  private static final int BLOCK = 64;

  /**
   * An attention of so many queries and keys, over lists of blocks or over all keys.
   *
   * @param queries number of queries
   * @param keys number of keys
   * @param depth elements of queries, keys and values
   */
  private record Case(int queries, int keys, int depth) {
    int rows() {
      return Math.ceilDiv(queries, BLOCK);
    }

    int entries() {
      return 1 + Math.ceilDiv(keys, BLOCK);
    }

    Program program(boolean isListed) {
      String text = """
          module @m {
            func @f(%%q: tensor<[%1$d,%3$d] x f16>, %%k: tensor<[%2$d,%3$d] x f16>, %%v: tensor<[%2$d,%3$d] x f16>%4$s) {
              %%0 = attention %%q, %%k, %%v%5$s {scale = 0.125, causal = none%6$s, to = f16} : tensor<[%1$d,%3$d] x f16>
              return %%0
            }
          }
          """.formatted(
          queries, keys, depth, isListed ? ", %b: tensor<[" + rows() + "," + entries() + "] x i32>" : "",
          isListed ? ", %b" : "", isListed ? ", blocks = [64,64]" : "");
      Module module = Parser.parse(text, "test", Registry.core());
      return new Backend().compile(module, module.functions().get("f"), Targets.get("sm_80"));
    }

    /** Runs the only kernel of the attention on these queries, keys, values and, perhaps, lists. */
    Run run(List<byte[]> operands) {
      Program program = program(operands.size() > 3);
      assertEquals(1, program.kernels().size());
      CompiledKernel compiled = program.kernels().getFirst();
      try (Machine machine = Machine.builder().counters(true).build()) {
        List<Argument> arguments = new ArrayList<>();
        for (byte[] operand : operands) {
          arguments.add(Argument.of(machine.memory().allocate(operand, "part" + arguments.size())));
        }
        Allocation result = machine.memory().allocate(2L * queries * depth, "result");
        arguments.add(Argument.of(result));
        LaunchConfig config = new LaunchConfig(
            new Extent((int) compiled.grid().getFirst().constant(), 1, 1),
            new Extent(compiled.code().threads(), 1, 1), compiled.code().sharedBytes());
        Counters counters = machine.launch(
            machine.load(program.module().text(), "attention.ptx").kernel(compiled.name()), config, arguments)
            .counters().orElseThrow();
        return new Run(counters, result.read());
      }
    }

    /** Lists of the same blocks for all rows, or for the last row alone. */
    byte[] lists(List<Integer> selected, boolean isLastAlone) {
      ByteBuffer bytes = ByteBuffer.allocate(rows() * entries() * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      for (int row = isLastAlone ? rows() - 1 : 0; row < rows(); row++) {
        bytes.position(row * entries() * Integer.BYTES);
        bytes.putInt(selected.size());
        selected.forEach(bytes::putInt);
      }
      return bytes.array();
    }
  }

  /** What was counted, and the result. */
  private record Run(Counters counters, byte[] result) {}

  /** Numbers of f16 between 1 and 2, and between -2 and -1. */
  private static byte[] random(int rows, int depth, long seed) {
    byte[] bytes = new byte[2 * rows * depth];
    new Random(seed).nextBytes(bytes);
    for (int i = 1; i < bytes.length; i += 2) {
      bytes[i] = (byte) (bytes[i] & 0x83 | 0x3c);
    }
    return bytes;
  }

  @Test
  void workIsThatOfListedBlocks() {
    Case all = new Case(512, 512, 32);
    long queries = 512L * 32 * Short.BYTES;
    // Keys and values of a block, for each block of queries.
    long block = 2L * BLOCK * 32 * Short.BYTES;
    List<byte[]> operands = List.of(random(512, 32, 1), random(512, 32, 2), random(512, 32, 3));
    Run dense = all.run(operands);
    long products = products(dense);
    for (int count : new int[] {0, 1, 2, 4, 8}) {
      // The last blocks, so that lists are no prefixes.
      List<Integer> selected = IntStream.range(8 - count, 8).boxed().toList();
      List<byte[]> listed = new ArrayList<>(operands);
      listed.add(all.lists(selected, false));
      Run run = all.run(listed);
      assertEquals(queries + all.rows() * count * block, run.counters().memory().of(MemoryCounter.ASYNC_BYTES));
      assertEquals(products * count / 8, products(run));
      // X12: all blocks are the attention without lists, bit for bit; X15: none are zeros.
      if (count == 0 || count == 8) {
        assertArrayEquals(count == 8 ? dense.result() : new byte[dense.result().length], run.result());
      }
      // What a list costs to read is a sector for each of the threads' requests, twice an iteration.
      long sectors = run.counters().memory().of(MemoryCounter.GLOBAL_SECTORS_READ);
      long lists = sectors - (queries + all.rows() * count * block) / SECTOR;
      assertTrue(lists <= all.rows() * 4L * (1 + 2 * count + 2), count + ": " + lists);
    }
  }

  private static long products(Run run) {
    return run.counters().tensorOperations().values().stream().mapToLong(Long::longValue).sum();
  }

  /** X17, X18: of a video of 100,000 tokens, three blocks are the attention over their keys, bit for bit. */
  @Test
  void farBlocks() {
    int depth = 64;
    Case whole = new Case(100_032, 100_000, depth);
    byte[] keys = random(whole.keys(), depth, 2);
    byte[] values = random(whole.keys(), depth, 3);
    byte[] queries = random(whole.queries(), depth, 1);
    List<Integer> selected = List.of(3, 1000, 1562);
    byte[] result =
        whole.run(List.of(queries, keys, values, whole.lists(selected, true))).result();
    Case few = new Case(BLOCK, 160, depth);
    int last = 2 * depth * (whole.queries() - BLOCK);
    byte[] expected = few.run(List.of(
        Arrays.copyOfRange(queries, last, queries.length), picked(keys, selected, depth),
        picked(values, selected, depth))).result();
    assertArrayEquals(expected, Arrays.copyOfRange(result, last, result.length));
    assertArrayEquals(new byte[last], Arrays.copyOf(result, last));
  }

  private static byte[] picked(byte[] rows, List<Integer> blocks, int depth) {
    ByteArrayOutputStream picked = new ByteArrayOutputStream();
    for (int block : blocks) {
      int from = 2 * depth * BLOCK * block;
      picked.write(rows, from, Math.min(2 * depth * BLOCK, rows.length - from));
    }
    return picked.toByteArray();
  }
}
