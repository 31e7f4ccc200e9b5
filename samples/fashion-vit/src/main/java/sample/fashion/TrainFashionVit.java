package sample.fashion;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import nibble.engine.file.SafetensorsFile;
import nibble.engine.tensor.HostTensor;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.shape.Shape;

/**
 * Trains {@code fashion-vit.safetensors}: {@code TrainFashionVit FOLDER FILE [EPOCHS]}, where FOLDER holds the four files of
 * Fashion-MNIST. On one thread.
 */
public final class TrainFashionVit {
  private static final int BATCH = 100;
  private static final int EPOCHS = 10;
  private static final long SEED = 20170825;

  private TrainFashionVit() {}

  /** Trains, says how it goes, and writes the weights. */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length < 2) {
      System.err.println("usage: TrainFashionVit FOLDER FILE [EPOCHS]");
      System.exit(2);
    }
    Path folder = Path.of(arguments[0]);
    int epochs = arguments.length > 2 ? Integer.parseInt(arguments[2]) : EPOCHS;
    FashionImages tests = FashionImages.read(folder, "t10k");
    Training training = new Training(ModelSizes.SAMPLE, BATCH, FashionImages.read(folder, "train"), SEED);
    long start = System.nanoTime();
    training.run(epochs, (epoch, loss) -> System.out.printf(
        Locale.ROOT, "epoch %2d  loss %.4f  accuracy on %d test images %.4f  %.0f s%n", epoch + 1, loss, tests.count(),
        training.accuracy(tests), (System.nanoTime() - start) / 1e9));
    write(Path.of(arguments[1]), training.model());
  }

  private static void write(Path file, VisionTransformer model) {
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    for (Parameter parameter : model.parameters()) {
      long[] extents = new long[parameter.extents().length];
      double[] values = new double[parameter.value().length];
      for (int i = 0; i < extents.length; i++) {
        extents[i] = parameter.extents()[i];
      }
      for (int i = 0; i < values.length; i++) {
        values[i] = parameter.value()[i];
      }
      TensorType type = TensorType.of(Shape.of(extents), Formats.F32);
      tensors.put(parameter.name(), HostTensor.encode(Tensor.of(type, values)));
    }
    SafetensorsFile.write(file, tensors, Map.of("trained by", TrainFashionVit.class.getName()));
  }
}
