package sample.video;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.primitives.Floats;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import nibble.codegen.Program;
import nibble.codegen.target.Targets;
import nibble.engine.compile.LowerModel;
import nibble.engine.compile.OpenModel;
import nibble.engine.compile.PrepareModel;
import nibble.engine.compile.PreparedModel;
import nibble.engine.compile.ReadModel;
import nibble.engine.compile.RecipeChoice;
import nibble.engine.compile.Toolchain;
import nibble.engine.cost.ModelLaunches;
import nibble.engine.cost.ModelledLaunch;
import nibble.engine.sample.ModelArgument;
import nibble.engine.sample.ModelOptions;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import org.junit.jupiter.api.Test;

/**
 * A video is denoised in steps, each of which takes a part of the noise away that the model sees, with and without a delta cache:
 * the table of {@code README.md}. {@code -Dnibble.bless=true} writes it anew.
 */
class DeltaCacheTest {
  private static final int STEPS = 12;
  private static final double[] LIMITS = {0, 0.05, 0.1, 0.2, 10};
  private static final String START = "<!-- steps -->\n";
  private static final String END = "<!-- /steps -->\n";
  private static final Path PAGE = Path.of("README.md");

  /** What became of the video, and which steps reused what the layer added before. */
  private record Denoised(double[] video, List<Integer> reused) {}

  private static PreparedModel prepare(OpenModel model, Toolchain toolchain, String pass) {
    return PrepareModel.with(toolchain).prepare(
        model, new RecipeChoice.Passes("canonicalize,fuse-attention," + pass + "specialize{B=1},cast{to=f16},canonicalize,dce"));
  }

  /** From the noise of the sample's step down to none: the model's video, and that part of the noise which is left for the next step. */
  private static Denoised denoise(PreparedModel model, WeightSource weights) {
    float[] latents = MakeVideoDit.noisy(MakeVideoDit.SEED).latents();
    Tensor video = Tensor.generate(model.prepared().parameters().get(0).tensorType(), i -> latents[i]);
    Tensor start = Tensor.generate(model.prepared().parameters().get(1).tensorType(), _ -> MakeVideoDit.STEP);
    List<Tensor> inputs = model.firstRun(List.of(video, start));
    List<Integer> reused = new ArrayList<>();
    for (int step = 0; step < STEPS; step++) {
      boolean hasCache = inputs.size() > 2;
      if (hasCache && inputs.getLast().elements()[0] != 0) {
        reused.add(step);
      }
      List<Tensor> results = new Interpreter(Mode.FAITHFUL, weights).run(model.prepared(), inputs);
      double[] clean = results.getFirst().elements();
      double[] noisy = inputs.getFirst().elements();
      double left = (STEPS - step - 1.0) / (STEPS - step);
      double level = MakeVideoDit.STEP * (STEPS - step - 1.0) / STEPS;
      List<Tensor> next = new ArrayList<>();
      next.add(Tensor.generate(video.type(), i -> clean[i] + left * (noisy[i] - clean[i])));
      next.add(Tensor.generate(start.type(), _ -> level));
      next.addAll(results.subList(1, results.size()));
      inputs = next;
    }
    return new Denoised(inputs.getFirst().elements(), reused);
  }

  /** Modelled microseconds of all steps on a target: those that reuse launch what is needed then. */
  private static double microseconds(Program program, int reused) {
    List<ModelledLaunch> all = new ModelLaunches(new Toolchain(Toolchain.withPlugins(List.of()).plugins()).backend())
        .of(program, java.util.Map.of());
    double computed = 0;
    double skipped = 0;
    for (int i = 0; i < all.size(); i++) {
      double time = all.get(i).time().microseconds();
      computed += program.launches().get(i).when().containsValue(true) ? 0 : time;
      skipped += program.launches().get(i).when().containsValue(false) ? 0 : time;
    }
    return (STEPS - reused) * computed + reused * skipped;
  }
}
