package nibble.emulator.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import nibble.emulator.Allocation;
import nibble.emulator.LaunchConfig;
import org.junit.jupiter.params.ParameterizedTest;

/** The whole program {@code transformer.cu}: two layers, compared with double precision on the host. */
class TransformerTest {
  private static final int ROWS = 21;
  private static final int WIDTH = 48;
  private static final int HEADS = 3;
  private static final int INNER = 4 * WIDTH;
  private static final int WORDS = 70;
  private static final int LAYERS = 2;

  /** Weights of a linear map, a row for each output, and its bias. */
  private record Linear(float[] weights, float[] bias, int inner, int outer) {
    static Linear random(Random random, int inner, int outer) {
      return new Linear(numbers(random, inner * outer, 0.6 / Math.sqrt(inner)), numbers(random, outer, 0.1), inner,
          outer);
    }

    double[] of(double[] in) {
      double[] out = new double[in.length / inner * outer];
      for (int i = 0; i < out.length; i++) {
        out[i] = bias[i % outer];
        for (int k = 0; k < inner; k++) {
          out[i] += in[i / outer * inner + k] * weights[i % outer * inner + k];
        }
      }
      return out;
    }
  }

  private record Norm(float[] scale, float[] shift) {
    static Norm random(Random random) {
      float[] scale = numbers(random, WIDTH, 0.2);
      for (int i = 0; i < WIDTH; i++) {
        scale[i] += 1;
      }
      return new Norm(scale, numbers(random, WIDTH, 0.1));
    }

    double[] of(double[] in) {
      double[] out = new double[in.length];
      for (int row = 0; row < in.length / WIDTH; row++) {
        double mean = 0;
        double square = 0;
        for (int i = 0; i < WIDTH; i++) {
          mean += in[row * WIDTH + i] / WIDTH;
          square += in[row * WIDTH + i] * in[row * WIDTH + i] / WIDTH;
        }
        double factor = 1 / Math.sqrt(square - mean * mean + 1e-5);
        for (int i = 0; i < WIDTH; i++) {
          out[row * WIDTH + i] = (in[row * WIDTH + i] - mean) * factor * scale[i] + shift[i];
        }
      }
      return out;
    }
  }

  private record Layer(Norm first, Linear qkv, Linear mixed, Norm second, Linear up, Linear down) {
    static Layer random(Random random) {
      return new Layer(
          Norm.random(random), Linear.random(random, WIDTH, 3 * WIDTH), Linear.random(random, WIDTH, WIDTH),
          Norm.random(random), Linear.random(random, WIDTH, INNER), Linear.random(random, INNER, WIDTH));
    }
  }

  private record Model(float[] words, float[] places, List<Layer> layers, Norm last) {
    static Model random(long seed) {
      Random random = new Random(seed);
      List<Layer> layers = new ArrayList<>();
      for (int i = 0; i < LAYERS; i++) {
        layers.add(Layer.random(random));
      }
      return new Model(
          numbers(random, WORDS * WIDTH, 0.5), numbers(random, ROWS * WIDTH, 0.2), layers, Norm.random(random));
    }
  }

  private static float[] numbers(Random random, int count, double scale) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (float) (random.nextGaussian() * scale);
    }
    return numbers;
  }

  // On the host

  private static double[] attend(double[] qkv) {
    int head = WIDTH / HEADS;
    double[] out = new double[ROWS * WIDTH];
    for (int query = 0; query < ROWS; query++) {
      for (int column = 0; column < WIDTH; column++) {
        int start = column / head * head;
        double sum = 0;
        double mixed = 0;
        for (int key = 0; key <= query; key++) {
          double score = 0;
          for (int i = start; i < start + head; i++) {
            score += qkv[query * 3 * WIDTH + i] * qkv[key * 3 * WIDTH + WIDTH + i];
          }
          double weight = Math.exp(score / Math.sqrt(head));
          sum += weight;
          mixed += weight * qkv[key * 3 * WIDTH + 2 * WIDTH + column];
        }
        out[query * WIDTH + column] = mixed / sum;
      }
    }
    return out;
  }

  private static double[] add(double[] x, double[] y) {
    double[] sum = x.clone();
    for (int i = 0; i < x.length; i++) {
      sum[i] += y[i];
    }
    return sum;
  }

  private static double[] logits(Model model, int[] tokens) {
    double[] x = new double[ROWS * WIDTH];
    for (int i = 0; i < x.length; i++) {
      x[i] = model.words[tokens[i / WIDTH] * WIDTH + i % WIDTH] + model.places[i];
    }
    for (Layer layer : model.layers) {
      x = add(x, layer.mixed.of(attend(layer.qkv.of(layer.first.of(x)))));
      double[] inner = layer.up.of(layer.second.of(x));
      for (int i = 0; i < inner.length; i++) {
        double v = inner[i];
        inner[i] = 0.5 * v * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v * v * v)));
      }
      x = add(x, layer.down.of(inner));
    }
    return new Linear(model.words, new float[WORDS], WIDTH, WORDS).of(model.last.of(x));
  }

  // On the device

  private static final class Device {
    private final DeviceProgram program;
    private final Allocation x;
    private final Allocation normal;

    Device(DeviceProgram program) {
      this.program = program;
      this.x = program.zeros(4 * ROWS * WIDTH, "x");
      this.normal = program.zeros(4 * ROWS * WIDTH, "normal");
    }

    void normalize(Norm norm) {
      program.launch(
          "normalize", ROWS, 64, x, program.floats("scale", norm.scale), program.floats("shift", norm.shift), normal,
          WIDTH);
    }

    void linear(String kernel, Linear map, Allocation in, Allocation out) {
      LaunchConfig config =
          LaunchConfig.of(
              new LaunchConfig.Extent((map.outer + 15) / 16, (ROWS + 15) / 16, 1),
              new LaunchConfig.Extent(16, 16, 1));
      Allocation weights = program.floats("weights", map.weights);
      program.launch(
          kernel, config, in, weights, program.floats("bias", map.bias), out, ROWS, map.inner, map.outer);
    }

    void layer(Layer layer) {
      Allocation qkv = program.zeros(4 * ROWS * 3 * WIDTH, "qkv");
      Allocation attended = program.zeros(4 * ROWS * WIDTH, "attended");
      Allocation inner = program.zeros(4 * ROWS * INNER, "inner");
      normalize(layer.first);
      linear("linear", layer.qkv, normal, qkv);
      LaunchConfig heads =
          LaunchConfig.of(new LaunchConfig.Extent(ROWS, HEADS, 1), new LaunchConfig.Extent(32, 1, 1))
              .withDynamicShared(4 * ROWS);
      program.launch("attend", heads, qkv, attended, WIDTH, WIDTH / HEADS);
      linear("linear_add", layer.mixed, attended, x);
      normalize(layer.second);
      linear("linear_gelu", layer.up, normal, inner);
      linear("linear_add", layer.down, inner, x);
    }

    float[] logits(Model model, int[] tokens) {
      program.launch(
          "embed", ROWS, 64, program.ints("tokens", tokens), program.floats("words", model.words),
          program.floats("places", model.places), x, WIDTH);
      model.layers.forEach(this::layer);
      normalize(model.last);
      Allocation logits = program.zeros(4 * ROWS * WORDS, "logits");
      linear("linear", new Linear(model.words, new float[WORDS], WIDTH, WORDS), normal, logits);
      return DeviceProgram.floats(logits);
    }
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource("transformer")
  void forward(CudaPtx ptx) {
    Model model = Model.random(3);
    int[] tokens = new Random(4).ints(ROWS, 0, WORDS).toArray();
    double[] expected = logits(model, tokens);
    try (DeviceProgram program = new DeviceProgram(ptx)) {
      float[] found = new Device(program).logits(model, tokens);
      // Single precision through sums of up to 192 terms; fast functions are good to some 1e-6.
      double tolerance = ptx.isFast() ? 1e-3 : 1e-4;
      for (int i = 0; i < expected.length; i++) {
        assertEquals(expected[i], found[i], tolerance, "logit " + i);
      }
    }
  }
}
