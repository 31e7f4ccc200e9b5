package nibble.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import nibble.codegen.Backend;
import nibble.codegen.Program;
import nibble.codegen.Program.CompiledKernel;
import nibble.codegen.target.Targets;
import nibble.emulator.Argument;
import nibble.emulator.Counters;
import nibble.emulator.LaunchConfig;
import nibble.emulator.LaunchConfig.Extent;
import nibble.emulator.Machine;
import nibble.engine.plan.Constants;
import nibble.engine.plan.Session;
import nibble.engine.tensor.HostTensor;
import nibble.engine.testing.ProvenRun;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Value;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.format.Formats;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A filter of attention on the PTX machine: results are proven, and products that it leaves out are not computed. */
class FilteredBlocksRunTest {
  private static final int QUERIES = 130;
  private static final int KEYS = 500;
  private static final int DEPTH = 32;
  private static final int BLOCK = 64;
  private static final int ROWS = 3;
  private static final int COLUMNS = 8;
  private static final int GROUP = 16;

  private static Module module(String attributes) {
    return ProvenRun.parse("""
        module @m {
          func @f(%%q: tensor<[%1$d,%3$d] x f16>, %%k: tensor<[%2$d,%3$d] x f16>, %%v: tensor<[%2$d,%3$d] x f16>, \
        %%b: tensor<[%4$d,%5$d] x i32>) {
            %%0 = attention %%q, %%k, %%v, %%b {scale = 1.0, blocks = [64,64], %6$s, to = f16} : tensor<[%1$d,%3$d] x f16>
            return %%0
          }
        }
        """.formatted(QUERIES, KEYS, DEPTH, ROWS, COLUMNS + 1, attributes));
  }

  /** Each sixteen queries look along a direction of their own, in which keys of one block lie far. */
  private static List<Tensor> operands(Module module) {
    Random random = new Random(11);
    List<Value> parameters = module.functions().get("f").parameters();
    Tensor queries = Tensor.inOrder(parameters.get(0).tensorType(), i ->
        i % DEPTH == i / DEPTH / GROUP ? 4 : Formats.F16.round(random.nextGaussian(0, 0.02)));
    Tensor keys = Tensor.inOrder(parameters.get(1).tensorType(), i -> Formats.F16.round(
        random.nextDouble(-1, 1) + (i % DEPTH % COLUMNS == i / DEPTH / BLOCK ? 3 : 0)));
    Tensor values =
        Tensor.inOrder(parameters.get(2).tensorType(), i -> Formats.F16.round(random.nextGaussian()));
    // All blocks but the third of the first row.
    Tensor lists = Tensor.generate(parameters.get(3).tensorType(), i -> {
      int entry = i % (COLUMNS + 1);
      boolean isFirst = i < COLUMNS + 1;
      return entry == 0 ? isFirst ? COLUMNS - 1 : COLUMNS : isFirst && entry > 2 ? entry : entry - 1;
    });
    return List.of(queries, keys, values, lists);
  }

  /** How many products of sixteen queries with a block of values there are, by the rule. */
  private static int taken(List<Tensor> operands, double filter) {
    double[] q = operands.get(0).elements();
    double[] k = operands.get(1).elements();
    int taken = 0;
    for (int group = 0; group * GROUP < QUERIES; group++) {
      double[] largest = new double[GROUP];
      Arrays.fill(largest, Double.NEGATIVE_INFINITY);
      for (int block = 0; block < COLUMNS; block++) {
        if (group < BLOCK / GROUP && block == 2) {
          continue;
        }
        boolean counts = false;
        for (int i = 0; i < GROUP && group * GROUP + i < QUERIES; i++) {
          double local = Double.NEGATIVE_INFINITY;
          for (int key = block * BLOCK; key < Math.min(KEYS, (block + 1) * BLOCK); key++) {
            double score = 0;
            for (int d = 0; d < DEPTH; d++) {
              score += q[(group * GROUP + i) * DEPTH + d] * k[key * DEPTH + d];
            }
            local = Math.max(local, score);
          }
          largest[i] = Math.max(largest[i], local);
          assertTrue(Math.abs(local - largest[i] - filter) > 1e-3, "roundings do not matter");
          counts |= local - largest[i] >= filter;
        }
        taken += counts ? 1 : 0;
      }
    }
    return taken;
  }

  private static Counters counters(Module module, List<Tensor> operands) {
    Program program = new Backend().compile(module, module.functions().get("f"), Targets.get("sm_80"));
    CompiledKernel compiled = program.kernels().getFirst();
    try (Machine machine = Machine.builder().counters(true).build()) {
      List<Argument> arguments = new ArrayList<>();
      operands.forEach(operand -> arguments.add(Argument.of(machine.memory().allocate(
          HostTensor.encode(operand).parts().values().iterator().next().toArray(ValueLayout.JAVA_BYTE),
          "part" + arguments.size()))));
      arguments.add(Argument.of(machine.memory().allocate(2L * QUERIES * DEPTH, "result")));
      LaunchConfig config = new LaunchConfig(
          new Extent((int) compiled.grid().getFirst().constant(), 1, 1), new Extent(compiled.code().threads(), 1, 1),
          compiled.code().sharedBytes());
      return machine.launch(
          machine.load(program.module().text(), "attention.ptx").kernel(compiled.name()), config, arguments)
          .counters().orElseThrow();
    }
  }

  private static long products(Counters counters) {
    return counters.tensorOperations().values().stream().mapToLong(Long::longValue).sum();
  }

  @Test
  void productsThatAreLeftOutAreNotComputed() {
    Module whole = module("causal = none");
    List<Tensor> operands = operands(whole);
    long all = products(counters(whole, operands));
    // Of each warp of sixteen queries, also those behind the last one: half are products of queries and keys.
    int tiles = (4 * (COLUMNS - 1) + 8 * COLUMNS);
    long of = all / tiles / 2;
    assertEquals(all, 2 * tiles * of);
    int before = tiles;
    for (double filter : new double[] {-100, -16, -8, -4, -1}) {
      int taken = taken(operands, filter);
      assertEquals(
          (tiles + taken) * of, products(counters(module("causal = none, filter = " + filter), operands)),
          "filter " + filter);
      assertTrue(taken <= before);
      before = taken;
    }
    assertTrue(before < tiles / 2, before + " of " + tiles);
  }

  @ParameterizedTest
  @CsvSource({
      "'causal = none', -8.0, sm_80", "'causal = bottom_right', -8.0, sm_80", "'causal = none', -1.0, sm_80",
      "'causal = none, scheme = sage1', -4.0, sm_80", "'causal = none, scheme = sage2pp', -4.0, sm_89"})
  void resultsAreProven(String attributes, double filter, String target) {
    Module module = module(attributes + ", filter = " + filter);
    Function function = module.functions().get("f");
    Program program = new Backend().compile(module, function, Targets.get(target));
    List<Tensor> operands = operands(module);
    ProvenRun run = ProvenRun.of(program, operands, WeightSource.NONE);
    assertTrue(run.isProven(), () -> run.wrong().toString());
    assertEquals(0, run.unbounded());
    // The proof would find a kernel without the filter out.
    Module without = module(attributes);
    double[] all = result(without, operands, target);
    double[] some = run.outputs().getFirst().elements();
    double lost = 0;
    for (int i = 0; i < some.length; i++) {
      lost = Math.max(lost, Math.abs(some[i] - all[i]));
    }
    assertTrue(lost > 0, "something is left out");
  }

  @Test
  void aVeryLowFilterChangesNothing() {
    Module without = module("causal = none");
    Module module = module("causal = none, filter = -1000.0");
    List<Tensor> operands = operands(module);
    assertArrayEquals(result(without, operands, "sm_80"), result(module, operands, "sm_80"));
  }

  private static double[] result(Module module, List<Tensor> operands, String target) {
    Program program = new Backend().compile(module, module.functions().get("f"), Targets.get(target));
    return ProvenRun.launch(
        program, operands, Constants.of(program, WeightSource.NONE), Session.Sharing.NONE, Session.Observer.NONE)
        .getFirst().elements();
  }
}
