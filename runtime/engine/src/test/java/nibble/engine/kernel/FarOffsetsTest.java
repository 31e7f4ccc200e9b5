package nibble.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import nibble.codegen.Backend;
import nibble.codegen.KernelArithmetic;
import nibble.codegen.Program;
import nibble.emulator.LaunchConfig.Extent;
import nibble.engine.kernel.FarMemory.Piece;
import nibble.engine.testing.ProvenRun;
import nibble.engine.verify.ElementCheck;
import nibble.ir.TensorType;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.RunningBounds;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;
import org.junit.jupiter.api.Test;

/**
 * Tensors of more elements than 32 bits count, 2^31 and more: kernels read them and write them at their far ends. Each
 * result is held to the bound of the same computation of what the blocks see.
 */
class FarOffsetsTest {
  private static final int SIZE = 64;
  private static final int NEAR_KEYS = 128;

  private static final String FUSED = """
      module @m {
        func @f(%%x: tensor<[%1$d,3,2,64] x f16>) {
          %%0 = transpose %%x {axes = [1,2,0,3]} : tensor<[3,2,%1$d,64] x f16>
          %%1 = slice %%0 {axis = 0, from = 0, to = 1, step = 1} : tensor<[1,2,%1$d,64] x f16>
          %%2 = slice %%0 {axis = 0, from = 1, to = 2, step = 1} : tensor<[1,2,%1$d,64] x f16>
          %%3 = slice %%0 {axis = 0, from = 2, to = 3, step = 1} : tensor<[1,2,%1$d,64] x f16>
          %%4 = attention %%1, %%2, %%3 {scale = 0.125, causal = bottom_right, window = 64, to = f16}
              : tensor<[1,2,%1$d,64] x f16>
          return %%4
        }
      }
      """;

  private static Program compile(String parameters, String op, Shape result) {
    return ProvenRun.compile(ProvenRun.parse("""
        module @m {
          func @f(%s) {
            %%0 = %s : tensor<%s x f16>
            return %%0
          }
        }
        """.formatted(parameters, op, result)), new Backend());
  }

  private static String attention(Shape queries, Shape keys) {
    return "%%q: tensor<%1$s x f16>, %%k: tensor<%2$s x f16>, %%v: tensor<%2$s x f16>".formatted(queries, keys);
  }

  private static Tensor normal(Random random, long... extents) {
    return Tensor.inOrder(
        TensorType.of(Shape.of(extents), Formats.F16), i -> Formats.F16.round(random.nextGaussian()));
  }

  private static Tensor part(Tensor tensor, int index) {
    Shape shape = tensor.type().shape();
    int size = tensor.size() / (int) shape.dim(0).constant();
    return Tensor.generate(
        tensor.type().withShape(shape.with(0, Dim.ONE)), i -> tensor.elements()[index * size + i]);
  }

  /** Within the bound of a program of one kernel, and not the same by chance. */
  private static void assertProven(Program near, List<Tensor> inputs, Tensor actual) {
    List<Approximate> expected = new RunningBounds(new KernelArithmetic(near.target())).run(
        near.launches().getFirst().operation().regions().getFirst(), inputs.stream().map(Approximate::given).toList());
    ElementCheck check = ElementCheck.of(expected.getFirst(), actual);
    assertEquals(Optional.empty(), check.fault());
    assertTrue(check.maxError() > 0 && check.unbounded() == 0, check.toString());
  }

  /** Keys of two heads, of each of which a window lets queries see the last tiles. */
  @Test
  void keysOfTheSecondHeadAreFound() {
    long count = (1L << 24) + SIZE;
    String op = "attention %q, %k, %v {scale = 0.125, causal = bottom_right, window = 64, to = f16}";
    Shape queries = Shape.of(2, 16, SIZE);
    Program far = compile(attention(queries, Shape.of(2, count, SIZE)), op, queries);
    Program near = compile(attention(queries, Shape.of(2, NEAR_KEYS, SIZE)), op, queries);
    Random random = new Random(3);
    Tensor q = normal(random, 2, 16, SIZE);
    Tensor k = normal(random, 2, NEAR_KEYS, SIZE);
    Tensor v = normal(random, 2, NEAR_KEYS, SIZE);
    long first = (count - NEAR_KEYS) * SIZE;
    Tensor actual = FarMemory.all(far).run(List.of(
        new Piece(0, 0, q), new Piece(1, first, part(k, 0)), new Piece(1, first + count * SIZE, part(k, 1)),
        new Piece(2, first, part(v, 0)), new Piece(2, first + count * SIZE, part(v, 1))), 0, queries);
    assertProven(near, List.of(q, k, v), actual);
  }

  /** Queries and results of 40,000 heads of 1,024; the last block of the last of them. */
  @Test
  void queriesAndResultsOfTheLastHeadAreFound() {
    int heads = 40_000;
    int count = 1024;
    String op = "attention %q, %k, %v {scale = 0.125, causal = none, to = f16}";
    Shape queries = Shape.of(heads, count, SIZE);
    Program far = compile(attention(queries, Shape.of(1, NEAR_KEYS, SIZE)), op, queries);
    List<Integer> grid = far.kernels().getFirst().grid().stream().map(extent -> (int) extent.constant()).toList();
    assertEquals(heads, grid.get(1));
    int rows = count / grid.get(0);
    Shape block = Shape.of(1, rows, SIZE);
    Random random = new Random(4);
    Tensor q = normal(random, 1, rows, SIZE);
    Tensor k = normal(random, 1, NEAR_KEYS, SIZE);
    Tensor v = normal(random, 1, NEAR_KEYS, SIZE);
    long first = queries.size().constant() - block.size().constant();
    Tensor actual = new FarMemory(far, new Extent(grid.get(0) - 1, heads - 1, 0), new Extent(1, 1, 1)).run(
        List.of(new Piece(0, first, q), new Piece(1, 0, k), new Piece(2, 0, v)), first, block);
    assertProven(compile(attention(block, Shape.of(1, NEAR_KEYS, SIZE)), op, block), List.of(q, k, v), actual);
  }

  /** Addresses of 64 bits take a few instructions more, in all of a kernel. */
  @Test
  void farHeadsCostAFewInstructions() {
    String op = "attention %q, %k, %v {scale = 0.125, causal = none, to = f16}";
    List<Long> instructions = IntStream.of(1000, 40_000).mapToObj(heads -> {
      Shape shape = Shape.of(heads, 1024, SIZE);
      return compile(attention(shape, shape), op, shape).module().text().lines().filter(line -> line.endsWith(";"))
          .count();
    }).toList();
    assertTrue(Math.abs(instructions.get(1) - instructions.get(0)) <= 16, instructions.toString());
  }

  /**
   * Queries, keys and values side by side in rows of one tensor, of which the last rows lie behind 2^31 elements; a
   * window lets the last block of queries see the last keys.
   */
  @Test
  void rowsOfAFusedProjectionAreFound() {
    long count = 5_600_000 - 5_600_000 % 128;
    int rows = 256;
    Random random = new Random(6);
    Tensor last = normal(random, rows, 3, 2, SIZE);
    Program far = ProvenRun.compile(ProvenRun.parse(FUSED.formatted(count)), new Backend());
    Program near = ProvenRun.compile(ProvenRun.parse(FUSED.formatted(rows)), new Backend());
    int blocks = (int) far.kernels().getFirst().grid().getFirst().constant();
    int each = (int) (count / blocks);
    Approximate all = new RunningBounds(new KernelArithmetic(near.target())).run(
        near.launches().getFirst().operation().regions().getFirst(), List.of(Approximate.given(last))).getFirst();
    for (int head = 0; head < 2; head++) {
      Shape block = Shape.of(1, each, SIZE);
      long from = (head * count + count - each) * SIZE;
      Tensor actual = new FarMemory(far, new Extent(blocks - 1, head, 0), new Extent(1, 1, 1)).run(
          List.of(new Piece(0, (count - rows) * 3 * 2 * SIZE, last)), from, block);
      int start = (head * rows + rows - each) * SIZE;
      Tensor exact = Tensor.generate(actual.type(), i -> all.exact().elements()[start + i]);
      ElementCheck check = ElementCheck.of(
          new Approximate(exact, Arrays.copyOfRange(all.error(), start, start + exact.size())), actual);
      assertEquals(Optional.empty(), check.fault());
      assertTrue(check.maxError() > 0 && check.unbounded() == 0, check.toString());
    }
  }

  /** Rows of a product: the last of 2^24 and some more, in and out. */
  @Test
  void rowsOfProductsAreFound() {
    long count = (1L << 24) + 128;
    String types = "%%a: tensor<[%d,128] x f16>, %%b: tensor<[128,128] x f16>";
    String op = "matmul %a, %b {transposeB = true, to = f16}";
    Program far = compile(types.formatted(count), op, Shape.of(count, 128));
    List<Long> grid = far.kernels().getFirst().grid().stream().map(extent -> extent.constant()).toList();
    int rows = (int) (count / Math.max(grid.get(0), grid.get(1)));
    int last = (int) (count / rows) - 1;
    boolean alongX = grid.get(0) > grid.get(1);
    Random random = new Random(5);
    Tensor a = normal(random, rows, 128);
    Tensor b = normal(random, 128, 128);
    long first = (count - rows) * 128;
    Tensor actual = new FarMemory(
        far, new Extent(alongX ? last : 0, alongX ? 0 : last, 0),
        new Extent(alongX ? 1 : (int) (long) grid.get(0), alongX ? (int) (long) grid.get(1) : 1, 1)).run(
            List.of(new Piece(0, first, a), new Piece(1, 0, b)), first, Shape.of(rows, 128));
    assertProven(compile(types.formatted(rows), op, Shape.of(rows, 128)), List.of(a, b), actual);
  }

  /** The last row of a sum of more than 2^31 elements. */
  @Test
  void elementsOfTheLastRowAreFound() {
    int rows = 65536;
    int columns = 32768 + 64;
    Program far = compile(
        "%%a: tensor<[%d,1] x f16>, %%b: tensor<[%d,%d] x f16>".formatted(rows, rows, columns), "add %a, %b",
        Shape.of(rows, columns));
    long blocks = far.kernels().getFirst().grid().getFirst().constant();
    Tensor one = Tensor.generate(TensorType.of(Shape.of(1, 1), Formats.F16), i -> 1000);
    Tensor row = Tensor.generate(TensorType.of(Shape.of(1, columns), Formats.F16), i -> i % 1000);
    long first = (rows - 1L) * columns;
    Tensor actual = new FarMemory(far, new Extent((int) blocks - 1, 0, 0), new Extent(1, 1, 1)).run(
        List.of(new Piece(0, rows - 1, one), new Piece(1, first, row)), first, Shape.of(1, columns));
    for (int i = 0; i < columns; i++) {
      assertEquals(1000 + i % 1000, actual.elements()[i]);
    }
  }

  /** Rows that a table has at numbers which threads know each for itself. */
  @Test
  void offsetsOfThreadsAreRefused() {
    InputException refused = assertThrows(InputException.class, () -> compile(
        "%t: tensor<[33554432,128] x f16>, %i: tensor<[8] x i32>", "gather %t, %i {axis = 0}", Shape.of(8, 128)));
    assertTrue(refused.getMessage().contains("offsets inside of a tile have 32 bits"), refused.getMessage());
  }
}
