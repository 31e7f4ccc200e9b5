package sample.text;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import sample.training.ParameterFile;

/**
 * Trains {@code text-decoder.safetensors}: {@code TrainTextDecoder TEXT FILE [STEPS]}, where TEXT holds verses as
 * {@link Verses} reads them. On one thread.
 */
public final class TrainTextDecoder {
  private static final int SEQUENCES = 16;
  private static final int TOKENS = 128;
  private static final int STEPS = 1500;
  private static final int SAID = 100;
  private static final long SEED = 1611;

  private TrainTextDecoder() {}

  /** Trains, says how it goes, and writes the weights. */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length < 2) {
      System.err.println("usage: TrainTextDecoder TEXT FILE [STEPS]");
      System.exit(2);
    }
    Verses verses = Verses.read(Path.of(arguments[0]));
    int steps = arguments.length > 2 ? Integer.parseInt(arguments[2]) : STEPS;
    Training training = new Training(DecoderSizes.SAMPLE, SEQUENCES, TOKENS, verses.training(), SEED);
    int batches = (verses.heldOut().length - 1) / (SEQUENCES * TOKENS);
    long start = System.nanoTime();
    double[] sum = {0};
    training.run(steps, (step, loss) -> {
      sum[0] += loss;
      if ((step + 1) % SAID == 0) {
        System.out.printf(
            Locale.ROOT, "step %5d  loss %.4f  %.0f s%n", step + 1, sum[0] / SAID, (System.nanoTime() - start) / 1e9);
        sum[0] = 0;
      }
    });
    System.out.printf(Locale.ROOT, "held out: %.4f nats a character%n", training.loss(verses.heldOut(), batches));
    ParameterFile.write(Path.of(arguments[1]), training.model().parameters(), TrainTextDecoder.class);
  }
}
