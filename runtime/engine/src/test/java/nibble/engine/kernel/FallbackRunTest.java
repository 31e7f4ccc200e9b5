package nibble.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import nibble.codegen.Backend;
import nibble.codegen.Program;
import nibble.codegen.Program.CompiledKernel;
import nibble.codegen.kernel.KernelProgram.Parameter;
import nibble.codegen.target.Targets;
import nibble.emulator.Allocation;
import nibble.emulator.Argument;
import nibble.emulator.LaunchConfig;
import nibble.emulator.LaunchConfig.Extent;
import nibble.emulator.LaunchResult;
import nibble.emulator.Machine;
import nibble.engine.tensor.HostTensor;
import nibble.engine.testing.ProvenRun;
import nibble.ir.Module;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.format.FixedRounding;
import nibble.ir.format.Formats;
import nibble.ir.op.Quantize;
import nibble.ir.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Products with a second level of codes for some blocks, on the PTX machine: what they compute, and what they cost. The
 * blocks are as high as the tiles of the product.
 */
class FallbackRunTest {
  private static final int BLOCK = 128;
  private static final int ROWS = 2 * BLOCK;
  private static final int COLUMNS = BLOCK;
  private static final int DEPTH = 2 * BLOCK;
  private static final double OUTLIER = 100;

  /** Numbers up to 1, and an outlier in each of those blocks, of which each row has two. */
  private static Tensor activation(int... outliers) {
    Random random = new Random(3);
    double[] x = new double[ROWS * DEPTH];
    Arrays.setAll(x, i -> Formats.F32.round(2 * random.nextDouble() - 1));
    for (int block : outliers) {
      x[(block / 2 * BLOCK + 17) * DEPTH + block % 2 * BLOCK + 5] = OUTLIER;
    }
    return Tensor.of(TensorType.of(Shape.of(ROWS, DEPTH), Formats.F32), x);
  }

  private static Tensor weight() {
    Random random = new Random(4);
    double[] w = new double[COLUMNS * DEPTH];
    Arrays.setAll(w, i -> Formats.F32.round(random.nextGaussian()));
    return Tensor.of(TensorType.of(Shape.of(COLUMNS, DEPTH), Formats.F32), w);
  }

  /** A product of INT8 blocks; without a threshold, of one level. */
  private static Program program(String threshold) {
    boolean isPlain = threshold.isEmpty();
    return ProvenRun.compile(ProvenRun.parse("""
        module @m {
          func @f(%%x: tensor<[%1$d,%3$d] x f32>, %%w: tensor<[%2$d,%3$d] x f32>) {
            %%0 = quantize %%x {rounding = nearest_even%4$s} : tensor<[%1$d,%3$d] x i8, scale<block(128,128), f32>%5$s>
            %%1 = quantize %%w {rounding = nearest_even} : tensor<[%2$d,%3$d] x i8, scale<block(128,128), f32>>
            %%2 = matmul %%0, %%1 {transposeB = true, to = f32} : tensor<[%1$d,%2$d] x f32>
            return %%2, %%0
          }
        }
        """.formatted(
            ROWS, COLUMNS, DEPTH, isPlain ? "" : ", fallback = " + threshold, isPlain ? "" : ", residual<i8>")),
        new Backend());
  }

  private static ProvenRun run(String threshold, Tensor x) {
    ProvenRun run = ProvenRun.of(program(threshold), List.of(x, weight()), WeightSource.NONE);
    assertTrue(run.isProven(), () -> run.wrong().toString());
    return run;
  }

  private static double[] product(String threshold, Tensor x) {
    return run(threshold, x).outputs().getFirst().elements();
  }

  @Test
  void noBlockAboveTheThresholdIsPlainInt8BitForBit() {
    Tensor x = activation(0, 3);
    double[] plain = product("", x);
    assertArrayEquals(plain, product("Infinity", x));
    assertArrayEquals(plain, product("100.0", x));
    assertTrue(!Arrays.equals(plain, product("99.0", x)));
  }

  /** Each element within amax / 64516, and what that makes of the product, besides the roundings of f32. */
  @Test
  void allBlocksAboveTheThresholdAreTwoLevels() {
    Tensor x = activation(1, 2);
    ProvenRun run = run("0.0", x);
    Tensor codes = run.outputs().get(1);
    double[] values = codes.values();
    for (int i = 0; i < values.length; i++) {
      boolean hasOutlier = i / DEPTH / BLOCK != i % DEPTH / BLOCK;
      double amax = hasOutlier ? OUTLIER : 1;
      // The scales are rounded to f32, and so is what the first level leaves.
      assertEquals(x.elements()[i], values[i], amax / 64516 * (1 + 0x1p-15) + amax * 0x1p-23, "element " + i);
    }
  }

  /** What is left of a block decreases with the threshold. */
  @Test
  void errorDoesNotIncreaseAsTheThresholdFalls() {
    Tensor x = activation(0, 3);
    double before = Double.POSITIVE_INFINITY;
    for (String threshold : List.of("Infinity", "50.0", "0.0")) {
      double[] values = run(threshold, x).outputs().get(1).values();
      double error = 0;
      for (int i = 0; i < values.length; i++) {
        error += Math.pow(values[i] - x.elements()[i], 2);
      }
      assertTrue(error < before / 4, threshold + ": " + error + " after " + before);
      before = error;
    }
  }

  /** No state crosses blocks of rows. */
  @Test
  void exchangedBlocksOfRowsExchangeTheirResults() {
    double[] one = product("50.0", activation(0, 3));
    double[] other = product("50.0", exchanged(activation(0, 3), DEPTH));
    TensorType type = TensorType.of(Shape.of(ROWS, COLUMNS), Formats.F32);
    assertArrayEquals(one, exchanged(Tensor.of(type, other), COLUMNS).elements());
  }

  private static Tensor exchanged(Tensor x, int columns) {
    double[] elements = x.elements();
    int half = BLOCK * columns;
    return Tensor.generate(x.type(), i -> elements[(i + half) % elements.length]);
  }

  /** A block of whose first level nothing is left, and the golden block of 10.0, 0.3, -0.7 and 127. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void exactBlocksKeepTheirValues(boolean isWhole) {
    double[] x = new double[ROWS * DEPTH];
    x[0] = 10;
    x[1] = isWhole ? 3 : Formats.F32.round(0.3);
    x[2] = isWhole ? -7 : Formats.F32.round(-0.7);
    x[3] = 127;
    Tensor codes = run("100.0", Tensor.of(TensorType.of(Shape.of(ROWS, DEPTH), Formats.F32), x)).outputs().get(1);
    double[] values = codes.values();
    for (int i = 0; i < 4; i++) {
      assertEquals(x[i], values[i], isWhole ? 0 : 127 * 0x1p-23, "element " + i);
    }
    Tensor second = codes.residual().orElseThrow();
    assertArrayEquals(
        isWhole ? new double[] {0, 0, 0, 0} : new double[] {0, 127, 127, 0}, Arrays.copyOf(second.elements(), 4));
    assertEquals(isWhole ? 1 : 0.3 / 127, second.scales()[0], isWhole ? 0 : 1e-7);
    assertEquals(0, second.scales()[1]);
  }

  private static LaunchResult launch(String threshold, Tensor x, String target) {
    return launch(threshold, x, target, BLOCK);
  }

  /** The product's kernel alone, launched by hand, for what the machine counts; blocks have so many columns. */
  private static LaunchResult launch(String threshold, Tensor x, String target, int width) {
    int rows = x.extents()[0];
    String residual = threshold.isEmpty() ? "" : ", residual<i8>";
    Module module = ProvenRun.parse("""
        module @m {
          func @f(
            %%0: tensor<[%1$d,%3$d] x i8, scale<block(128,%5$d), f32>%4$s>,
            %%1: tensor<[%2$d,%3$d] x i8, scale<block(128,128), f32>>) {
            %%2 = matmul %%0, %%1 {transposeB = true, to = f32} : tensor<[%1$d,%2$d] x f32>
            return %%2
          }
        }
        """.formatted(rows, COLUMNS, DEPTH, residual, width));
    Program program = new Backend().compile(module, module.functions().get("f"), Targets.get(target));
    Optional<Double> fallback = threshold.isEmpty() ? Optional.empty() : Optional.of(Double.valueOf(threshold));
    List<Map<String, MemorySegment>> operands = List.of(
        codes(x, fallback, program.main().parameters().get(0).tensorType()),
        codes(weight(), Optional.empty(), program.main().parameters().get(1).tensorType()));
    CompiledKernel kernel = program.kernels().getFirst();
    try (Machine machine = Machine.builder().counters(true).build()) {
      List<Argument> arguments = new ArrayList<>();
      List<Long> addresses = new ArrayList<>();
      for (Parameter parameter : kernel.parameters()) {
        byte[] bytes = parameter.isResult()
            ? new byte[rows * COLUMNS * Float.BYTES]
            : operands.get(parameter.index()).get(parameter.part()).toArray(ValueLayout.JAVA_BYTE);
        Allocation allocation = machine.memory().allocate(bytes, parameter.part());
        addresses.add(allocation.address());
        arguments.add(Argument.of(allocation));
      }
      arguments.addAll(MapArguments.of(kernel.code().maps(), addresses));
      int[] grid = kernel.grid().stream().mapToInt(extent -> Math.toIntExact(extent.constant())).toArray();
      return machine.launch(
          machine.load(program.module().text(), "product").kernel(kernel.name()),
          new LaunchConfig(
              new Extent(grid[0], grid[1], grid[2]), new Extent(kernel.code().threads(), 1, 1),
              kernel.code().sharedBytes()),
          arguments);
    }
  }

  private static Map<String, MemorySegment> codes(Tensor x, Optional<Double> fallback, TensorType type) {
    return HostTensor.encode(new Quantize(FixedRounding.NEAREST_EVEN, fallback, type).eval(List.of(x), type)).parts();
  }

  /**
   * Four blocks, of which so many are flagged: tensor operations grow by just that share, and what is read of the
   * operand by the bytes of the flagged blocks, besides some scales.
   */
  @Test
  void costGrowsWithTheShareOfFlaggedBlocks() {
    // Instructions of 16 x 8 x 32.
    long base = (long) ROWS * COLUMNS * DEPTH / (16 * 8 * 32);
    assertEquals(List.of(base), operations(launch("", activation(0), "sm_80")));
    LaunchResult none = launch("100.0", activation(0), "sm_80");
    assertEquals(List.of(base), operations(none));
    int[] outliers = {3, 0, 2};
    for (int flagged = 1; flagged <= 4; flagged++) {
      Tensor x = activation(Arrays.copyOf(outliers, Math.min(3, flagged)));
      LaunchResult some = launch(flagged == 4 ? "0.0" : "50.0", x, "sm_80");
      assertEquals(List.of(base + base * flagged / 4), operations(some), flagged + " blocks");
      double bytes = some.globalBytesRead() - none.globalBytesRead();
      // Of scales the residual's, and the right operand's once more.
      assertEquals(flagged * 1.125 * BLOCK * BLOCK, bytes, flagged + " blocks");
    }
  }

  /** The same where warpgroups multiply, of whose instructions each is for 64 x 128 x 32. */
  @Test
  void costOfWarpgroupsGrowsWithTheShareOfFlaggedBlocks() {
    // Each of four warps counts.
    long base = 4L * ROWS * COLUMNS * DEPTH / (64 * 128 * 32);
    assertEquals(List.of(base), operations(launch("", activation(0), "sm_90a")));
    assertEquals(List.of(base), operations(launch("100.0", activation(0), "sm_90a")));
    assertEquals(List.of(base + base / 4), operations(launch("50.0", activation(2), "sm_90a")));
    assertEquals(List.of(2 * base), operations(launch("0.0", activation(2), "sm_90a")));
  }

  /** Five blocks as wide as the product is deep, of which one is flagged: a fifth more. */
  @Test
  void costGrowsWithTheShareOfWideBlocks() {
    Random random = new Random(5);
    Tensor x = Tensor.inOrder(TensorType.of(Shape.of(5 * BLOCK, DEPTH), Formats.F32),
        i -> i == 2 * BLOCK * DEPTH + 7 ? OUTLIER : Formats.F32.round(2 * random.nextDouble() - 1));
    long base = 5L * BLOCK * COLUMNS * DEPTH / (16 * 8 * 32);
    assertEquals(List.of(base), operations(launch("", x, "sm_80", DEPTH)));
    assertEquals(List.of(base + base / 5), operations(launch("50.0", x, "sm_80", DEPTH)));
  }

  private static List<Long> operations(LaunchResult result) {
    assertTrue(result.counters().orElseThrow().tensorOperations().keySet().stream()
        .allMatch(opcode -> opcode.startsWith("mma.sync") || opcode.startsWith("wgmma")));
    return List.copyOf(result.counters().orElseThrow().tensorOperations().values());
  }
}
