package nibble.ir.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import nibble.ir.TensorType;
import nibble.ir.eval.Comparison;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.op.AttentionScheme.LowBit;
import nibble.ir.op.AttentionScheme.Weights;
import nibble.ir.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Low-bit attention on synthetic heads of 2048 keys and 128 elements, four of them with 128 queries each: its errors
 * are those of an emulation of the published schemes that shares no code with this one.
 */
class LowBitAttentionTest {
  private static final int KEYS = 2048;
  private static final int QUERIES = 128;
  private static final int DRAWS = 4;
  private static final int DEPTH = 128;

  private record Head(List<Tensor> operands, double[] exact) {}

  private static final Map<String, Head> HEADS = new ConcurrentHashMap<>();

  private static Head head(String distribution, int seed) {
    return HEADS.computeIfAbsent(distribution + seed, key -> {
      Random random = new Random(seed);
      double spread = distribution.equals("wide") ? 3 : 1;
      boolean biased = distribution.equals("biased");
      List<Tensor> operands = List.of(
          normal(QUERIES, spread, biased ? 2 : 0, random), normal(KEYS, spread, biased ? 5 : 0, random),
          normal(KEYS, spread, 0, random));
      return new Head(operands, op().eval(operands, type(QUERIES)).elements());
    });
  }

  private static Attention op() {
    return Attention.of(1 / Math.sqrt(DEPTH), Formats.F32);
  }

  private static TensorType type(int rows) {
    return TensorType.of(Shape.of(rows, DEPTH), Formats.F16);
  }

  private static Tensor normal(int rows, double spread, double bias, Random random) {
    double[] biases = IntStream.range(0, DEPTH).mapToDouble(i -> bias * random.nextGaussian()).toArray();
    double[] elements = new double[rows * DEPTH];
    for (int i = 0; i < elements.length; i++) {
      elements[i] = spread * random.nextGaussian() + biases[i % DEPTH];
    }
    return Tensor.of(type(rows), elements).rounded();
  }

  private static List<Comparison> comparisons(LowBit scheme, String distribution) {
    return IntStream.range(0, DRAWS).mapToObj(draw -> comparison(scheme, head(distribution, draw))).toList();
  }

  private static Comparison comparison(LowBit scheme, Head head) {
    return Comparison.of(head.exact(), new LowBitAttention(op(), scheme, head.operands()).eval());
  }

  private static LowBit scheme(String name) {
    LowBit block = AttentionScheme.SAGE1.lowBit();
    // Weights of INT8 in steps are relative to the largest score so far, and finer than those of a whole row.
    return switch (name) {
      case "block_rough" -> block.withoutSmoothing();
      case "block" -> block;
      case "thread" -> AttentionScheme.SAGE2.lowBit().withWeights(Weights.HALF, 1, Formats.F32);
      case "sage2" -> AttentionScheme.SAGE2.lowBit();
      case "sage2pp" -> AttentionScheme.SAGE2PP.lowBit();
      case "bytes" -> AttentionScheme.SAGE1_INT8.lowBit().withStep(KEYS);
      case "int4" -> AttentionScheme.SAGE2_INT4.lowBit();
      case "nvfp4_direct" -> AttentionScheme.SAGE3.lowBit().withWeights(Weights.NVFP4_DIRECT, 6, Formats.F32);
      case "nvfp4" -> AttentionScheme.SAGE3.lowBit();
      default -> throw new IllegalArgumentException(name);
    };
  }

  /**
   * Cosines and relative L1 distances are those of one emulation, which has no RMSE, and RMSE that of a second one, on
   * draws of its own. What was published of RMSE is of layers of models, or of heads whose number of keys is not said.
   */
  @ParameterizedTest
  @CsvSource({
      "block_rough, normal, .99991, .0130, 0.000471",
      "block_rough, biased, .99795, .0677, 0.0099",
      "block_rough, wide, .99905, .0323, 0.0975",
      "block, normal, .99992, .0129, 0.000471",
      "block, biased, .99977, .0215, 0.00405",
      "block, wide, .99911, .0309, 0.097",
      "thread, normal, .99994, .0111, 0.000407",
      "thread, biased, .99983, .0184, 0.00344",
      "thread, wide, .99935, .0262, 0.0858",
      "sage2, normal, .99928, .0380, 0.00136",
      "sage2, biased, .99938, .0349, 0.00607",
      "sage2, wide, .99898, .0394, 0.107",
      "sage2pp, normal, .99927, .0384, 0.00136",
      "sage2pp, biased, .99943, .0334, 0.00566",
      "sage2pp, wide, .99898, .0394, 0.107",
      "bytes, normal, .99940, .0324, 0.00124",
      "bytes, biased, .99900, .0458, 0.00747",
      "bytes, wide, .99906, .0351, 0.0998",
      "int4, normal, .97854, .2080, 0.00759",
      "int4, biased, .98564, .1634, 0.029",
      "int4, wide, .83403, .4594, 1.36",
      "nvfp4_direct, normal, .98193, .1891, 0.00698",
      "nvfp4_direct, biased, .98839, .1499, 0.0266",
      "nvfp4_direct, wide, .90712, .3599, 1.04",
      "nvfp4, normal, .98189, .1890, 0.00694",
      "nvfp4, biased, .98879, .1461, 0.0256",
      "nvfp4, wide, .90769, .3528, 1.02"})
  void errorsAreThoseOfAnotherEmulation(
      String name, String distribution, double cosine, double relative, double rmse) {
    List<Comparison> comparisons = comparisons(scheme(name), distribution);
    // A cosine stands for an angle, and is printed to five digits.
    double least = Math.acos(Math.min(1, cosine + 5e-6));
    double most = Math.acos(cosine - 5e-6);
    require(comparisons, distribution, Comparison::relativeL1, relative, relative);
    require(comparisons, distribution, Comparison::rmse, rmse, rmse);
    require(comparisons, distribution, LowBitAttentionTest::angle, least, most);
  }

  private static double angle(Comparison comparison) {
    return Math.acos(Math.min(1, comparison.cosine()));
  }

  /** Errors meet an interval, give or take a tenth. */
  private static void require(
      List<Comparison> comparisons, String distribution, ToDoubleFunction<Comparison> error, double least,
      double most) {
    DoubleSummaryStatistics ofDraws = comparisons.stream().mapToDouble(error).summaryStatistics();
    // With biases much depends on the largest that is drawn: theirs is one draw, and lies among ours.
    boolean isBiased = distribution.equals("biased");
    double from = isBiased ? ofDraws.getMin() : ofDraws.getAverage();
    double to = isBiased ? ofDraws.getMax() : ofDraws.getAverage();
    assertTrue(from <= 1.1 * most && to >= 0.9 * least, () -> ofDraws + ", not " + least);
  }

  private static double relative(String name, String distribution) {
    return comparisons(scheme(name), distribution).stream().mapToDouble(Comparison::relativeL1).average().orElseThrow();
  }

  /** What was published of the order of schemes. */
  @Test
  void schemesAreInOrder() {
    assertTrue(3 * relative("block", "biased") < relative("block_rough", "biased"));
    assertEquals(relative("block", "normal"), relative("block_rough", "normal"), 0.05 * relative("block", "normal"));
    for (String distribution : List.of("normal", "biased", "wide")) {
      assertTrue(relative("thread", distribution) < relative("block", distribution));
      assertTrue(relative("thread", distribution) < relative("sage2", distribution));
      assertEquals(
          relative("sage2", distribution), relative("sage2pp", distribution), 0.05 * relative("sage2", distribution));
      assertTrue(2 * relative("sage2", distribution) < relative("nvfp4", distribution));
      assertTrue(relative("nvfp4", distribution) < relative("int4", distribution));
    }
  }
}
