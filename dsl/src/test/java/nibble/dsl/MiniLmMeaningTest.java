package nibble.dsl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import nibble.ir.Function;
import nibble.ir.TensorType;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.shape.Shape;
import org.junit.jupiter.api.Test;

/** MiniLM at small sizes computes what BERT in plain loops computes, sentence by sentence and without a mask. */
class MiniLmMeaningTest {
  private static final int WIDTH = 6;
  private static final int HEADS = 2;
  private static final int INNER = 4 * WIDTH;
  private static final int LAYERS = 2;
  private static final int LONGEST = 8;

  private final Map<String, double[]> weights = new HashMap<>();
  private final Random random = new Random(7);

  @Test
  void encodesAsBertDoes() {
    String program = Goldens.read(Path.of("../samples/minilm/minilm.nib"))
        .replace("D = 384, H = 12, F = 4 * D, L = 6", "D = 6, H = 2, F = 4 * D, L = 2")
        .replace("V = 30522, P = 512", "V = 11, P = 8");
    Function encode = Nib.compile(new SourceFile("minilm.nib", program), CompileOptions.standard())
        .module().orElseThrow().function("encode").orElseThrow();
    int[][] sentences = {{3, 1, 4, 1, 5, 9, 2, 6}, {10, 8, 2}, {7}};
    double[] ids = new double[sentences.length * LONGEST];
    double[] mask = new double[ids.length];
    for (int b = 0; b < sentences.length; b++) {
      for (int s = 0; s < LONGEST; s++) {
        boolean real = s < sentences[b].length;
        ids[b * LONGEST + s] = real ? sentences[b][s] : 0;
        mask[b * LONGEST + s] = real ? 1 : 0;
      }
    }
    Shape shape = Shape.of(sentences.length, LONGEST);
    Tensor result = new Interpreter(Mode.EXACT, this::weight).run(encode, List.of(
        Tensor.of(TensorType.of(shape, Formats.I32), ids),
        Tensor.of(TensorType.of(shape, Formats.F32), mask))).getFirst();
    assertEquals(Shape.of(sentences.length, WIDTH), result.type().shape());
    for (int b = 0; b < sentences.length; b++) {
      double[] expected = bert(sentences[b]);
      double[] actual = new double[WIDTH];
      System.arraycopy(result.elements(), b * WIDTH, actual, 0, WIDTH);
      assertArrayEquals(expected, actual, 1e-12);
    }
  }

  private Tensor weight(String name, TensorType type) {
    double[] elements = weights.computeIfAbsent(name, ignored ->
        random.doubles(type.shape().size().constant(), -1, 1).toArray());
    return Tensor.of(type, elements);
  }

  private double[] bert(int[] sentence) {
    double[][] x = new double[sentence.length][];
    for (int s = 0; s < sentence.length; s++) {
      x[s] = new double[WIDTH];
      for (int d = 0; d < WIDTH; d++) {
        x[s][d] = weights.get("embeddings.word_embeddings.weight")[sentence[s] * WIDTH + d]
            + weights.get("embeddings.position_embeddings.weight")[s * WIDTH + d]
            + weights.get("embeddings.token_type_embeddings.weight")[d];
      }
      x[s] = norm(x[s], "embeddings.LayerNorm");
    }
    for (int i = 0; i < LAYERS; i++) {
      x = layer(x, "encoder.layer." + i + ".");
    }
    double[] mean = new double[WIDTH];
    double square = 0;
    for (int d = 0; d < WIDTH; d++) {
      for (double[] token : x) {
        mean[d] += token[d] / x.length;
      }
      square += mean[d] * mean[d];
    }
    for (int d = 0; d < WIDTH; d++) {
      mean[d] /= Math.sqrt(square);
    }
    return mean;
  }

  private double[][] layer(double[][] x, String name) {
    int n = x.length;
    double[][] y = new double[n][];
    for (int s = 0; s < n; s++) {
      double[] context = new double[WIDTH];
      double[] query = linear(x[s], name + "attention.self.query", WIDTH);
      int e = WIDTH / HEADS;
      for (int h = 0; h < HEADS; h++) {
        double[] score = new double[n];
        double sum = 0;
        for (int t = 0; t < n; t++) {
          double[] key = linear(x[t], name + "attention.self.key", WIDTH);
          double dot = 0;
          for (int k = h * e; k < (h + 1) * e; k++) {
            dot += query[k] * key[k];
          }
          score[t] = Math.exp(dot / Math.sqrt(e));
          sum += score[t];
        }
        for (int t = 0; t < n; t++) {
          double[] value = linear(x[t], name + "attention.self.value", WIDTH);
          for (int k = h * e; k < (h + 1) * e; k++) {
            context[k] += score[t] / sum * value[k];
          }
        }
      }
      double[] attended = norm(
          add(x[s], linear(context, name + "attention.output.dense", WIDTH)), name + "attention.output.LayerNorm");
      double[] inner = linear(attended, name + "intermediate.dense", INNER);
      for (int k = 0; k < INNER; k++) {
        inner[k] = gelu(inner[k]);
      }
      y[s] = norm(add(attended, linear(inner, name + "output.dense", WIDTH)), name + "output.LayerNorm");
    }
    return y;
  }

  private static double[] add(double[] a, double[] b) {
    double[] sum = a.clone();
    for (int i = 0; i < sum.length; i++) {
      sum[i] += b[i];
    }
    return sum;
  }

  private double[] linear(double[] x, String name, int width) {
    double[] y = weights.get(name + ".bias").clone();
    for (int o = 0; o < width; o++) {
      for (int i = 0; i < x.length; i++) {
        y[o] += x[i] * weights.get(name + ".MatMul")[i * width + o];
      }
    }
    return y;
  }

  private double[] norm(double[] x, String name) {
    double mean = 0;
    double variance = 0;
    for (double value : x) {
      mean += value / x.length;
    }
    for (double value : x) {
      variance += (value - mean) * (value - mean) / x.length;
    }
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = (x[i] - mean) / Math.sqrt(variance + 1e-12) * weights.get(name + ".weight")[i]
          + weights.get(name + ".bias")[i];
    }
    return y;
  }

  /** The normal distribution function by its integral, with Simpson's rule. */
  private static double gelu(double x) {
    int steps = 20_000;
    double width = x / steps;
    double sum = density(0) + density(x);
    for (int i = 1; i < steps; i++) {
      sum += (i % 2 == 1 ? 4 : 2) * density(i * width);
    }
    return x * (0.5 + sum * width / 3);
  }

  private static double density(double x) {
    return Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
  }
}
