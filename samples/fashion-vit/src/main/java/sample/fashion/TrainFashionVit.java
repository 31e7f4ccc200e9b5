package sample.fashion;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import sample.training.ParameterFile;

/**
 * Trains {@code fashion-vit.safetensors}: {@code TrainFashionVit FOLDER FILE [EPOCHS]}, where FOLDER holds the four
 * files of Fashion-MNIST. On one thread.
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
    ParameterFile.write(Path.of(arguments[1]), training.model().parameters(), TrainFashionVit.class);
  }
}
