package sample.video;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.primitives.Doubles;
import com.google.common.primitives.Floats;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.IntBinaryOperator;
import nibble.engine.compile.OpenModel;
import nibble.engine.compile.ReadModel;
import nibble.engine.compile.RecipeChoice;
import nibble.engine.compile.Toolchain;
import nibble.engine.sample.ModelArgument;
import nibble.engine.sample.ModelOptions;
import nibble.ir.TensorType;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the constructed weights are meant to do they do: take noise away, with heads that look along frames and patches.
 */
class DenoisingTest {
  private static final Path FOLDER = Path.of(".");
  private static final int PATCHES = SyntheticVideo.EDGE * SyntheticVideo.EDGE;
  private static final int TOKENS = SyntheticVideo.FRAMES * PATCHES;

  /** Runs an entry point on videos of some seeds, with the noise that the sample has. */
  private static double[] run(String entry, long... seeds) {
    ModelArgument sample = ModelArgument.resolve(FOLDER, ModelOptions.NONE);
    try (OpenModel model =
        ReadModel.read(sample, new RecipeChoice.None(), Toolchain.withPlugins(List.of()), ReadModel.Weights.REQUIRED)) {
      int edge = SyntheticVideo.EDGE;
      Shape shape = Shape.of(seeds.length, SyntheticVideo.FRAMES, edge, edge, SyntheticVideo.CHANNELS);
      double[] videos =
          Doubles.concat(Arrays.stream(seeds).mapToObj(DenoisingTest::noisy).toArray(double[][]::new));
      double[] steps = new double[seeds.length];
      Arrays.fill(steps, 300);
      return new Interpreter(Mode.FAITHFUL, model.weights().orElseThrow())
          .run(
              model.module(), model.module().function(entry).orElseThrow(),
              List.of(
                  Tensor.of(TensorType.of(shape, Formats.F32), videos),
                  Tensor.of(TensorType.of(Shape.of(seeds.length), Formats.F32), steps)))
          .getFirst().values();
    }
  }

  private static double[] noisy(long seed) {
    float[] latents = MakeVideoDit.noisy(seed).latents();
    double[] values = new double[latents.length];
    Arrays.setAll(values, i -> latents[i]);
    return values;
  }

  @Test
  void mostOfTheNoiseIsTakenAway() {
    long[] seeds = {MakeVideoDit.SEED, 1, 2, 3};
    double[] denoised = run("denoise", seeds);
    int size = denoised.length / seeds.length;
    for (int i = 0; i < seeds.length; i++) {
      SyntheticVideo clean = MakeVideoDit.clean(seeds[i]);
      double before = clean.meanSquareError(MakeVideoDit.noisy(seeds[i]).latents());
      double after =
          clean.meanSquareError(Floats.toArray(Doubles.asList(Arrays.copyOfRange(denoised, i * size, (i + 1) * size))));
      System.out.printf(Locale.ROOT, "video %d: mean square error %.3f, denoised %.3f%n", seeds[i], before, after);
      assertTrue(after < before / 2, after + " of " + before);
    }
  }

  @Test
  void theFirstHeadLooksAtItsFrameAndTheSecondAtItsPatch() {
    double[] map = run("attention", MakeVideoDit.SEED);
    double frame = share(map, 0, (a, b) -> a / PATCHES == b / PATCHES ? 1 : 0);
    double patch = share(map, 1, (a, b) -> a % PATCHES == b % PATCHES ? 1 : 0);
    double third = share(map, 2, (a, b) -> a / PATCHES == b / PATCHES || a % PATCHES == b % PATCHES ? 1 : 0);
    System.out.printf(
        Locale.ROOT,
        "attention of head 0 within the frame %.3f, of head 1 within the patch %.3f, of head 2 in either %.3f%n",
        frame, patch, third);
    assertTrue(frame > 0.9 && frame < 1, frame + "");
    assertTrue(patch > 0.8 && patch < 1, patch + "");
    assertTrue(third < 0.5, third + "");
  }

  /** The mean share of attention of a head between tokens that belong together. */
  private static double share(double[] map, int head, IntBinaryOperator belongs) {
    double sum = 0;
    for (int a = 0; a < TOKENS; a++) {
      for (int b = 0; b < TOKENS; b++) {
        sum += belongs.applyAsInt(a, b) * map[(head * TOKENS + a) * TOKENS + b];
      }
    }
    return sum / TOKENS;
  }

  @Test
  void theFilesAreThoseThatTheProgramMakes(@TempDir Path folder) throws IOException {
    MakeVideoDit.main(new String[] {folder.toString()});
    for (String file : List.of("video-dit.safetensors", "default-video.npy", "default-step.npy")) {
      assertEquals(-1, Files.mismatch(FOLDER.resolve(file), folder.resolve(file)), file);
    }
  }
}
