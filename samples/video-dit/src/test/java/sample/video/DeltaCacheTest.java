package sample.video;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.primitives.Doubles;
import com.google.common.primitives.Floats;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
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
 * A video is denoised in steps, each of which takes a part of the noise away that the model sees, with and without a
 * delta cache: the table of {@code README.md}. {@code -Dnibble.bless=true} writes it anew.
 */
class DeltaCacheTest {
  private static final int STEPS = 12;
  private static final double[] LIMITS = {0.12, 0.2, 10};
  private static final String THRESHOLD = "0.15";
  private static final String TARGET = "sm_120a";
  private static final Toolchain TOOLCHAIN = Toolchain.withPlugins(List.of());
  private static final String START = "<!-- steps -->\n";
  private static final String END = "<!-- /steps -->\n";
  private static final Path PAGE = Path.of("README.md");

  private static final String ROUTE = "route-products{at=layer[*].**, "
      + "weight=[e2m1:group 16:ue4m3:tensor f32, i8:channel], act=[e2m1:group 16:ue4m3:tensor f32, i8:token], "
      + "threshold=%s},";
  private static final String ROTATE = "hadamard{at=layer[*].**, size=32},";

  /** What became of the video, and how many steps reused what the layer added before, or had narrow products. */
  private record Denoised(double[] video, int reused, int narrow) {}

  private static PreparedModel prepare(OpenModel model, String pass) {
    return PrepareModel.with(TOOLCHAIN).prepare(
        model, new RecipeChoice.Passes("canonicalize,fuse-attention," + pass
            + "specialize{B=1},cast{to=f16},canonicalize,fold-dequantize,cse,dce"));
  }

  /** From the noise of the sample's step down to none: each step leaves a part of the noise that the model sees. */
  private static Denoised denoise(PreparedModel model, WeightSource weights) {
    float[] latents = MakeVideoDit.noisy(MakeVideoDit.SEED).latents();
    Tensor video = Tensor.generate(model.prepared().parameters().get(0).tensorType(), i -> latents[i]);
    Tensor start = Tensor.generate(model.prepared().parameters().get(1).tensorType(), _ -> MakeVideoDit.STEP);
    List<Tensor> inputs = model.firstRun(List.of(video, start));
    int reused = 0;
    int narrow = 0;
    for (int step = 0; step < STEPS; step++) {
      boolean reuses = isTrue(model, inputs, ".reuse");
      reused += reuses ? 1 : 0;
      narrow += !reuses && isTrue(model, inputs, ".calm") ? 1 : 0;
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
    return new Denoised(inputs.getFirst().elements(), reused, narrow);
  }

  /** A truth value of the state of the layer; false where there is none. */
  private static boolean isTrue(PreparedModel model, List<Tensor> inputs, String name) {
    return IntStream.range(0, inputs.size()).anyMatch(i ->
        model.prepared().parameters().get(i).name().endsWith(name) && inputs.get(i).elements()[0] != 0);
  }

  /** Launches, and their modelled microseconds on a target, of steps that are alike. */
  private record Cost(int launches, double microseconds) {
    static Cost of(Program program, int steps, boolean reuses, boolean isCalm) {
      List<ModelledLaunch> all = new ModelLaunches(TOOLCHAIN.backend()).of(program, Map.of());
      List<ModelledLaunch> made = IntStream.range(0, all.size())
          .filter(i -> program.launches().get(i).when().entrySet().stream().allMatch(condition ->
              condition.getValue() == (condition.getKey().name().endsWith(".reuse") ? reuses : isCalm)))
          .mapToObj(all::get).toList();
      return new Cost(steps * made.size(), steps * ModelLaunches.microseconds(made));
    }

    static Cost of(Program program, Denoised denoised) {
      return of(program, denoised.reused, true, false)
          .plus(of(program, denoised.narrow, false, true))
          .plus(of(program, STEPS - denoised.reused - denoised.narrow, false, false));
    }

    Cost plus(Cost other) {
      return new Cost(launches + other.launches, microseconds + other.microseconds);
    }
  }

  @Test
  void isFresh() throws IOException {
    ModelArgument sample = ModelArgument.resolve(Path.of("."), ModelOptions.NONE);
    SyntheticVideo clean = MakeVideoDit.clean(MakeVideoDit.SEED);
    StringBuilder table = new StringBuilder(START)
        .append("| | steps that reuse | narrow steps | distance | mean square error | launches | modelled time |\n")
        .append("| --- | --- | --- | --- | --- | --- | --- |\n");
    try (OpenModel model =
        ReadModel.read(sample, new RecipeChoice.None(), TOOLCHAIN, ReadModel.Weights.REQUIRED)) {
      double[] all = row("f16", "", model, clean, Optional.empty(), table).video;
      List<Integer> counts = new ArrayList<>();
      for (double limit : LIMITS) {
        String pass = "cache-deltas{at=layer[*], limit=" + limit + "},";
        counts.add(row("`limit = " + limit + "`", pass, model, clean, Optional.of(all), table).reused);
      }
      // Two steps to know a change, then two of three.
      assertEquals(7, counts.getLast());
      assertEquals(counts.stream().sorted().toList(), counts, "a larger limit reuses more");
      Denoised routed = row(
          "NVFP4 up to a change of " + THRESHOLD + ", else INT8", ROTATE + ROUTE.formatted(THRESHOLD), model, clean,
          Optional.of(all), table);
      assertTrue(routed.narrow > 0 && routed.narrow < STEPS - 1, "some steps are calm");
      row("both, `limit = 0.2`", ROTATE + "cache-deltas{at=layer[*], limit=0.2}," + ROUTE.formatted(THRESHOLD), model,
          clean,
          Optional.of(all), table);
    }
    table.append(END);
    System.out.print(table);
    if (Boolean.getBoolean("nibble.bless")) {
      String page = Files.readString(PAGE);
      Files.writeString(PAGE, page.substring(0, page.indexOf(START)) + table
          + page.substring(page.indexOf(END) + END.length()));
    }
    String page = Files.readString(PAGE);
    assertEquals(page.substring(page.indexOf(START), page.indexOf(END) + END.length()), table.toString(),
        "-Dnibble.bless=true writes the table anew");
  }

  private static Denoised row(
      String name, String passes, OpenModel model, SyntheticVideo clean, Optional<double[]> all, StringBuilder table) {
    PreparedModel prepared = prepare(model, passes);
    Denoised denoised = denoise(prepared, prepared.weights(model.weights().orElseThrow()));
    Cost cost = Cost.of(new LowerModel(TOOLCHAIN).lower(prepared, Targets.get(TARGET)), denoised);
    table.append(String.format(
        Locale.ROOT, "| %s | %d | %d | %s | %.4f | %d | %.0f us |%n", name, denoised.reused, denoised.narrow,
        all.map(video -> String.format(Locale.ROOT, "%.4f", distance(video, denoised.video))).orElse(""),
        error(clean, denoised), cost.launches, cost.microseconds));
    return denoised;
  }

  private static double error(SyntheticVideo clean, Denoised denoised) {
    return clean.meanSquareError(Floats.toArray(Doubles.asList(denoised.video)));
  }

  /** Relative L1. */
  private static double distance(double[] from, double[] to) {
    double moved = 0;
    double sum = 0;
    for (int i = 0; i < from.length; i++) {
      moved += Math.abs(from[i] - to[i]);
      sum += Math.abs(from[i]);
    }
    return moved / sum;
  }
}
