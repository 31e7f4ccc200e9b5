package nibble.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import nibble.codegen.Backend;
import nibble.codegen.Program;
import nibble.codegen.kernel.KernelCase;
import nibble.engine.testing.ProvenRun;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.format.Formats;
import nibble.ir.layout.Granularities;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Attention at its edges, on the PTX machine: long sequences, lengths in memory, keys that are all the same. */
class AttentionEdgesRunTest {
  private static KernelCase of(int queries, int keys, String more, String operands, String attributes) {
    return new KernelCase("edges", """
        module @m {
          func @f(%%q: tensor<[2,%1$d,16] x f16>, %%k: tensor<[1,%2$d,16] x f16>, %%v: tensor<[1,%2$d,16] x f16>%3$s) {
            %%0 = attention %%q, %%k, %%v%4$s {scale = 0.25, %5$s, to = f16} : tensor<[2,%1$d,16] x f16>
            return %%0
          }
        }
        """.formatted(queries, keys, more, operands, attributes), ImmutableMap.of());
  }

  private static Tensor tensor(int heads, int rows, double constant) {
    return Tensor.generate(
        TensorType.of(Shape.of(heads, rows, 16), Formats.F16), i -> constant == 0 ? Math.sin(i) : constant).rounded();
  }

  private static Tensor lengths(int... lengths) {
    return Tensor.generate(TensorType.of(Shape.of(lengths.length), Formats.I32), i -> lengths[i]);
  }

  /** One query that sees all of 120,000 keys, and 120,000 queries. */
  @Test
  void longSequences() {
    KernelProof.prove(of(1, 120_000, "", "", "causal = bottom_right"));
    KernelProof.prove(of(120_000, 33, "", "", "causal = top_left, window = 20"));
  }

  /** Schemes deal rows to the scales of threads; some of these have no rows, and must be numbers all the same. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3, 66})
  void threadsWithoutKeys(int keys) {
    KernelProof.prove(of(5, keys, "", "", "causal = none, scheme = sage2"), "sm_89");
    KernelProof.prove(of(5, keys, "", "", "causal = none, scheme = sage2_int4"), "sm_80");
  }

  /** A cache of 120,000 keys that is filled in part: one head reads to its end, the other a few. */
  @Test
  void lengthsOfALongCache() {
    KernelProof.prove(
        of(1, 120_000, ", %n: tensor<[2] x i32>", ", %n", "causal = bottom_right, lengths = keys"),
        tensor(2, 1, 0), tensor(1, 120_000, 0), tensor(1, 120_000, 0), lengths(119_999, 3));
  }

  /** Lengths of nothing, of one token, in the middle of a tile, at its end, and more than there is. */
  @ParameterizedTest
  @ValueSource(strings = {"keys", "tokens", "keys, fill = -1000.0"})
  void lengthsInMemory(String counted) {
    for (int[] lengths : new int[][] {{0, 1}, {63, 64}, {65, 130}, {131, -1}}) {
      for (String target : List.of("sm_80", "sm_90a")) {
        KernelProof.prove(
            of(130, 130, ", %n: tensor<[2] x i32>", ", %n", "causal = top_left, lengths = " + counted), target,
            List.of(tensor(2, 130, 0), tensor(1, 130, 0), tensor(1, 130, 0), lengths(lengths)));
      }
    }
  }

  /** A row of which no block is selected, one with the last block alone, which is not whole, and one with all. */
  @ParameterizedTest
  @ValueSource(strings = {"sm_80", "sm_90a"})
  void rowsOfFewBlocks(String target) {
    Tensor selected = Tensor.generate(TensorType.of(Shape.of(3, 3), Formats.BOOL), i -> i < 5 ? 0 : 1);
    KernelProof.prove(
        of(130, 130, ", %b: tensor<[3,3] x bool>", ", %b", "causal = none, blocks = [64,64]"), target,
        List.of(tensor(2, 130, 0), tensor(1, 130, 0), tensor(1, 130, 0), selected));
  }

  /** Sequences of none, one and many tokens behind each other; by a scheme too. */
  @ParameterizedTest
  @ValueSource(strings = {"causal = none", "causal = top_left, window = 40", "causal = bottom_right, scheme = sage1"})
  void packedSequences(String attributes) {
    KernelProof.prove(
        of(300, 300, ", %n: tensor<[6] x i32>", ", %n", attributes + ", lengths = packed"),
        tensor(2, 300, 0), tensor(1, 300, 0), tensor(1, 300, 0), lengths(3, 3, 4, 130, 190, 290));
  }

  private static TensorType codes(int heads, int rows, int box) {
    return TensorType.of(Shape.of(heads, rows, 64), Formats.I8)
        .withScale(new ScaleLayout(new Granularities.PerBlock(box, 64), Formats.F32));
  }

  /** Scales of codes may have any sign: of a block with a negative one the largest product is the least score. */
  @ParameterizedTest
  @ValueSource(strings = {"causal = none", "causal = top_left", "causal = top_left, fill = -9.0"})
  void scalesOfAnySign(String attributes) {
    Tensor queries = new Tensor(
        codes(2, 300, 128), DoubleStream.iterate(3, code -> (code * 37 + 11) % 251 - 125).limit(2 * 300 * 64).toArray(),
        new double[] {0.003, -0.002, 0.004, 0, 0.003, -0.0025}).rounded();
    Tensor keys = new Tensor(
        codes(1, 300, 64), DoubleStream.iterate(5, code -> (code * 53 + 7) % 249 - 124).limit(300 * 64).toArray(),
        new double[] {0.02, -0.03, 0.04, -0.02, 0.01}).rounded();
    Tensor values = Tensor.generate(TensorType.of(Shape.of(1, 300, 16), Formats.F16), Math::sin).rounded();
    for (String target : List.of("sm_80", "sm_90a")) {
      KernelProof.prove(new KernelCase("edges", """
          module @m {
            func @f(%%q: %s, %%k: %s, %%v: %s) {
              %%0 = attention %%q, %%k, %%v {scale = 0.25, %s, to = f16} : tensor<[2,300,16] x f16>
              return %%0
            }
          }
          """.formatted(queries.type(), keys.type(), values.type(), attributes), ImmutableMap.of()), target,
          List.of(queries, keys, values));
    }
  }

  /** Keys that do not differ are zeros without their mean: blocks of codes without a scale. */
  @ParameterizedTest
  @ValueSource(strings = {"causal = none", "causal = none, scheme = sage1"})
  void keysWithoutVariance(String attributes) {
    for (double value : new double[] {0, 3}) {
      Tensor same = Tensor.generate(TensorType.of(Shape.of(1, 70, 16), Formats.F16), i -> value);
      KernelProof.prove(of(20, 70, "", "", attributes), tensor(2, 20, 0), same, tensor(1, 70, 0));
      KernelProof.prove(of(20, 70, "", "", attributes), tensor(2, 20, 0), same, same);
    }
  }

  /**
   * X18: heads of a fused projection, whose rows are strided, give what heads that lie by themselves give, bit for bit.
   */
  @ParameterizedTest
  @ValueSource(strings = {"causal = bottom_right", "causal = none, scheme = sage1"})
  void x18StridedHeads(String attributes) {
    String attention =
        "attention %q, %k, %v {scale = 0.25, " + attributes + ", to = f16} : tensor<[2,2,70,16] x f16>";
    String part = """
        %%%1$s0 = slice %%x {axis = 2, from = %2$d, to = %3$d, step = 1} : tensor<[2,70,1,2,16] x f16>
        %%%1$s1 = reshape %%%1$s0 {shape = [2,70,2,16]} : tensor<[2,70,2,16] x f16>
        %%%1$s = transpose %%%1$s1 {axes = [0,2,1,3]} : tensor<[2,2,70,16] x f16>
        """;
    Program strided = ProvenRun.compile(ProvenRun.parse("module @m {\n func @f(%x: tensor<[2,70,3,2,16] x f16>) {\n"
        + part.formatted("q", 0, 1) + part.formatted("k", 1, 2) + part.formatted("v", 2, 3)
        + "%o = " + attention + "\n return %o\n }\n}"), new Backend());
    String type = "tensor<[2,2,70,16] x f16>";
    Program apart = ProvenRun.compile(ProvenRun.parse(
        "module @m {\n func @f(%q: " + type + ", %k: " + type + ", %v: " + type + ") {\n"
            + "%o = " + attention + "\n return %o\n }\n}"), new Backend());
    Random random = new Random(18);
    Tensor x = Tensor.inOrder(
        TensorType.of(Shape.of(2, 70, 3, 2, 16), Formats.F16), i -> random.nextGaussian()).rounded();
    List<Tensor> parts = IntStream.range(0, 3).mapToObj(which -> Tensor.generate(
        TensorType.of(Shape.of(2, 2, 70, 16), Formats.F16), i -> x.elements()[
            (((i / 2240) * 70 + i / 16 % 70) * 3 + which) * 32 + i / 1120 % 2 * 16 + i % 16])).toList();
    ProvenRun run = ProvenRun.of(strided, List.of(x), WeightSource.NONE);
    assertTrue(run.isProven());
    assertArrayEquals(
        ProvenRun.of(apart, parts, WeightSource.NONE).outputs().getFirst().elements(),
        run.outputs().getFirst().elements());
  }
}
