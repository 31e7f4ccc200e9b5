package sample.accuracy;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import sample.accuracy.DownProducts.Operands;
import sample.accuracy.FallbackErrors.Errors;

/** The page on what a second level of codes can do for products, and why: tables of what is measured on samples. */
final class FallbackPage {
  private static final String ROTATION = "hadamard{at=layer[*].ffn.down, size=256, fit=true}";
  private static final String RECIPE_FRONT = "smooth{at=layer[*].ffn.down, by=norm}, " + ROTATION;

  private FallbackPage() {}

  /** Extents of boxes. */
  private record Boxes(long height, long width) {
    String text() {
      return height + " by " + width;
    }
  }

  private static final List<Boxes> SHAPES = List.of(
      new Boxes(128, 128), new Boxes(32, 32), new Boxes(1, 128), new Boxes(1, 32), new Boxes(1, 16));
  private static final List<Boxes> FRONT_SHAPES =
      List.of(new Boxes(128, 128), new Boxes(128, 256), new Boxes(128, 32), new Boxes(1, 32));

  /** Passes before quantization. */
  record Front(String title, String passes) {}

  static final List<Front> FRONTS = List.of(
      new Front("nothing", ""),
      new Front("sorted channels", "sort-channels{at=layer[*].ffn.down}"),
      new Front("rotated in 32", "hadamard{at=layer[*].ffn.down}"),
      new Front("sorted, rotated in 32", "sort-channels{at=layer[*].ffn.down}, hadamard{at=layer[*].ffn.down}"),
      new Front("rotated in 256", ROTATION),
      new Front("smoothed by norm, rotated in 256", RECIPE_FRONT));

  /** The page. */
  static String text(List<FallbackSubject> subjects, Path root) {
    StringBuilder parts = new StringBuilder();
    StringBuilder bounds = new StringBuilder();
    StringBuilder recipe = new StringBuilder();
    StringBuilder weights = new StringBuilder();
    for (FallbackSubject subject : subjects) {
      try (DownProducts products = subject.open(root)) {
        List<Operands> plain = products.after("");
        parts(subject, plain, parts);
        for (Front front : FRONTS) {
          bounds(subject, front, plain, products.after(front.passes()), bounds);
        }
        List<Operands> changed = products.after(RECIPE_FRONT);
        List<Operands> others = products.afterSeeingOthers(RECIPE_FRONT);
        recipe(subject, plain, changed, others, recipe);
        FallbackWeights.rows(subject, products, RECIPE_FRONT, plain, changed, others, weights);
      }
      System.out.println(subject + " measured");
    }
    return PROLOGUE + PARTS + parts + BOUNDS + bounds + RECIPE + recipe + EPILOGUE + FallbackWeights.PROLOGUE + weights
        + FallbackWeights.EPILOGUE;
  }

  private static void parts(FallbackSubject subject, List<Operands> plain, StringBuilder table) {
    for (int layer : subject.layers()) {
      for (Boxes boxes : SHAPES) {
        FallbackErrors errors =
            new FallbackErrors(plain.get(layer), plain.get(layer), boxes.height(), boxes.width());
        BoxErrors alone = errors.ofActivation();
        BoxErrors both = errors.ofBoth();
        int flagged = FallbackErrors.flagged(both.boxes());
        boolean[] flags = both.largest(flagged);
        boolean[] others = new boolean[flags.length];
        for (int i = 0; i < flags.length; i++) {
          others[i] = !flags[i];
        }
        double sum = both.ofWeight() + both.of(flags) + both.of(others);
        table.append(String.format(
            Locale.ROOT, "| %s, %d | %s | %d of %d | %.2f %% | %.1f %% | %.1f %% | %.1f %% | %.2f | %s | %s |%n",
            subject.title(), layer, boxes.text(), flagged, flags.length, 100 * errors.plainErrors().activation(),
            100 * both.ofWeight() / sum, 100 * both.of(flags) / sum, 100 * both.of(others) / sum,
            FallbackErrors.factor(alone.oneLevel(), alone.left(flags)),
            factor(alone.oneLevel(), alone.atLeast(flagged)), factor(both.oneLevel(), both.atLeast(flagged))));
      }
    }
  }

  private static void bounds(
      FallbackSubject subject, Front front, List<Operands> plain, List<Operands> changed, StringBuilder table) {
    for (int layer : subject.layers()) {
      table.append(String.format(Locale.ROOT, "| %s, %d | %s |", subject.title(), layer, front.title()));
      for (Boxes boxes : FRONT_SHAPES) {
        FallbackErrors errors =
            new FallbackErrors(plain.get(layer), changed.get(layer), boxes.height(), boxes.width());
        double none = Math.pow(errors.plainErrors().activation() / errors.oneLevelErrors().activation(), 2);
        BoxErrors alone = errors.ofActivation();
        // In units of the squared error of one level after the passes.
        Optional<Double> least =
            alone.atLeast(FallbackErrors.flagged(alone.boxes())).map(left -> left / alone.oneLevel());
        table.append(String.format(Locale.ROOT, " %.2f, %s |", Math.sqrt(none), factor(none, least)));
      }
      table.append('\n');
    }
  }

  private static void recipe(
      FallbackSubject subject, List<Operands> plain, List<Operands> changed, List<Operands> others,
      StringBuilder table) {
    for (int layer : subject.layers()) {
      FallbackErrors errors = new FallbackErrors(plain.get(layer), changed.get(layer), 128, 256);
      Errors unseen = new FallbackErrors(plain.get(layer), others.get(layer), 128, 256).twoLevelErrors();
      Errors before = errors.plainErrors();
      Errors one = errors.oneLevelErrors();
      Errors two = errors.twoLevelErrors();
      int boxes = errors.ofActivation().boxes();
      table.append(String.format(
          Locale.ROOT, "| %s, %d | %d of %d | %.2f %% | %.2f %% | %.2f %% | %.2f | %.2f | %.2f %% | %.2f %% | %.2f |%n",
          subject.title(), layer, FallbackErrors.flagged(boxes), boxes, 100 * before.activation(),
          100 * one.activation(), 100 * two.activation(), before.activation() / two.activation(),
          before.activation() / unseen.activation(), 100 * before.both(), 100 * two.both(),
          before.both() / two.both()));
    }
  }

  private static String factor(double plain, Optional<Double> squared) {
    return squared.map(left -> String.format(Locale.ROOT, "%.2f", FallbackErrors.factor(plain, left))).orElse("");
  }

  private static final String PROLOGUE = """
      # What fallback can do

      [fallback](passes/fallback.md) gives some boxes of an activation a second level of INT8. What that is worth depends on how the
      error is spread over the boxes, which this page takes apart for the second feed-forward products (`ffn.down`) of three models:
      MiniLM (GELU, 1,536 channels) on the 8 sentences of its folder, Fashion ViT (SwiGLU, 128 channels) on 64 images, and the text
      decoder (SwiGLU, 256 channels) on 16 passages of 128 characters. `sample.accuracy.WriteFallbackPage` of samples/accuracy measured
      and wrote it; `FallbackPageTest` measures Fashion ViT again, and `BoxErrorsTest` holds the bounds against all choices one by one.

      Errors are norms of what is wrong with the product, over its norm. *Plain* INT8 is one level in the same boxes, of the model as it
      is, with no pass in front; all factors say by how much an error is less than that of plain INT8. At most a fifth of the boxes have
      a second level. Boxes end with a sentence, an image (16 patches) or a passage, and with the channels, so that some are smaller than
      they are called. What a second level costs is in proportion to the flagged boxes where these are as high as the tiles of the product, 128
      rows; lower ones are here to show what they could do.

      """;
  private static final String PARTS = """
      ## Where the error is

      The squared error of plain INT8, by what makes it, where the weight is INT8 in blocks of 128 by 128: the weight's rounding, the fifth
      of the boxes with the largest amax, and the other boxes. Terms have hardly anything to do with each other, so their squares add up.
      Behind that, by how much the error falls if a perfect second level leaves nothing of the boxes with the largest amax; at most, of all
      choices of as many boxes; and at most, where the weight's rounding counts as well, which no second level of the activation removes.

      | product, layer | boxes | flagged | plain error, by the activation | weight | flagged boxes | other boxes | by amax | at most | at most, weight counted |
      | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
      """;
  private static final String BOUNDS = """

      *At most* is a bound, not the best of what was tried. Boxes side by side add up in the product, and their sum is less where they
      cancel; so all choices among the boxes of a row of them are looked at (2^16 for 16), and what each number of second levels leaves
      at least. Over all rows the convex hulls of these are a linear program, of which a choice is one point; its optimum is the bound.
      Nothing is shown where more than 16 boxes are side by side.

      So the choice by amax, which a kernel makes as it quantizes, is the best there is for boxes of 128 rows, and near it for those of one
      row: other criteria (errors that were measured, amax times the norm of the weight's rows) can't help. Plain fallback reaches a factor of 5
      on no gated product with boxes of any shape but one, and no other choice of boxes would. What helps is to change what they hold.

      ## What passes in front add

      By how much the error by the activation is less than that of plain INT8 in the same boxes: with one level after the passes, and at
      most with a second one for a fifth of the boxes.

      | product, layer | in front | 128 by 128 | 128 by 256 | 128 by 32 | 1 by 32 |
      | --- | --- | --- | --- | --- | --- |
      """;
  private static final String RECIPE = """

      [Sorting](passes/sort-channels.md) brings large channels together, so that the fifth holds more of the error. A
      [rotation](passes/hadamard.md) does the opposite: it makes all boxes alike and lowers the amax of all of them. Outliers of gated nets
      are single elements, in other channels for each token, and nothing but a rotation takes them in.
      [Smoothing by norms](passes/smooth.md) suits it.

      On Fashion ViT the bounds stay below 4 whatever stands in front. In nine of ten boxes of 16 patches by 128 channels the amax is 7.6 to 14.7
      times the root of the mean square, and 3.3 to 5.1 times that when smoothed and rotated; 2,048 numbers of a normal distribution have 3.5. So
      what rotations can take is taken.

      ## The recipe

      `fallback-rotated` of [samples/recipes](../samples/recipes): smoothed by norm, rotated in blocks of up to 256, activations in boxes of
      128 by 256, a second level for a fifth of them, weights per channel. Second levels are codes here, not perfect ones, and boxes are
      flagged by the threshold that the pass finds. The second factor is that of factors for smoothing that were found on other inputs: 128
      sentences, 16 images, 8 passages of 64 characters. *Both* counts the weight's rounding to nearest on both sides, in blocks of 128 by 128
      plainly and per channel; what the recipe makes of weights is [below](#weights).

      | product, layer | flagged | plain | one level | two levels | factor | other inputs seen | plain, both | two levels, both | factor, both |
      | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
      """;
  private static final String EPILOGUE = """

      The goal for block fallback was a factor of 5 at `ffn.down` with at most a fifth of the boxes flagged. By the error of the activation,
      which is what the records of the pass say, it is reached on MiniLM and on the text decoder, but on the line in its middle layer: 5.04, and
      4.82 with smoothing by other inputs. Most of it is the rotation's, as the column of one level shows; the second level adds 1.12 to 1.18
      times. Where rounding of the weight to nearest counts as well, the two later layers of the decoder stay below 5. On Fashion ViT it is out of reach.
      """;
}
