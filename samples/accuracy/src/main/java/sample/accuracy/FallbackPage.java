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
  private static final String SMOOTHED = "smooth{at=layer[*].ffn.down, by=norm}, " + ROTATION;

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

  /**
   * Passes before quantization.
   *
   * @param seesOthers whether they see other inputs than those that are measured
   */
  record Front(String title, String passes, boolean seesOthers) {
    Front(String title, String passes) {
      this(title, passes, false);
    }

    static Front transformed(String title, String options) {
      return new Front(title, "transform{at=layer[*].ffn.down, " + options + "}", true);
    }

    List<Operands> of(DownProducts products) {
      return seesOthers ? products.afterSeeingOthers(passes) : products.after(passes);
    }
  }

  static final List<Front> FRONTS = List.of(
      new Front("nothing", ""),
      new Front("sorted channels", "sort-channels{at=layer[*].ffn.down}"),
      new Front("rotated in 32", "hadamard{at=layer[*].ffn.down}"),
      new Front("sorted, rotated in 32", "sort-channels{at=layer[*].ffn.down}, hadamard{at=layer[*].ffn.down}"),
      new Front("rotated in 256", ROTATION),
      new Front("smoothed by norm, rotated in 256", SMOOTHED),
      Front.transformed("transformed in 32", "size=32"),
      Front.transformed("transformed in 128", "size=128"),
      Front.transformed("transformed in 256", "size=256"),
      Front.transformed("transformed in 256, by descent", "size=256, steps=100, rows=128"));

  /** Fronts of recipes. */
  private static final List<Front> RECIPES = List.of(
      new Front("rotated", SMOOTHED), Front.transformed("transformed", "size=256, steps=100, rows=128"));

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
          bounds(subject, front, plain, front.of(products), bounds);
        }
        for (Front front : RECIPES) {
          List<Operands> unseen = products.afterSeeingOthers(front.passes());
          List<Operands> seen = products.after(front.passes());
          recipe(subject, front, plain, unseen, seen, recipe);
          FallbackWeights.rows(subject, products, front, plain, unseen, seen, weights);
        }
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
      FallbackSubject subject, Front front, List<Operands> plain, List<Operands> changed, List<Operands> seen,
      StringBuilder table) {
    for (int layer : subject.recipeLayers()) {
      FallbackErrors errors = new FallbackErrors(plain.get(layer), changed.get(layer), 128, 256);
      Errors same = new FallbackErrors(plain.get(layer), seen.get(layer), 128, 256).twoLevelErrors();
      Errors before = errors.plainErrors();
      Errors one = errors.oneLevelErrors();
      Errors two = errors.twoLevelErrors();
      int boxes = errors.ofActivation().boxes();
      table.append(String.format(
          Locale.ROOT,
          "| %s, %d | %s | %d of %d | %.2f %% | %.2f %% | %.2f %% | %.2f | %.2f | %.2f %% | %.2f %% | %.2f |%n",
          subject.title(), layer, front.title(), FallbackErrors.flagged(boxes), boxes, 100 * before.activation(),
          100 * one.activation(), 100 * two.activation(), before.activation() / two.activation(),
          before.activation() / same.activation(), 100 * before.both(), 100 * two.both(),
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
      most with a second one for a fifth of the boxes. Transforms see other inputs than those that are measured: 128 sentences, 768 images,
      64 passages. The other passes, which learn no more than a number for each channel, see the same.

      | product, layer | in front | 128 by 128 | 128 by 256 | 128 by 32 | 1 by 32 |
      | --- | --- | --- | --- | --- | --- |
      """;
  private static final String RECIPE = """

      [Sorting](passes/sort-channels.md) brings large channels together, so that the fifth holds more of the error. A
      [rotation](passes/hadamard.md) does the opposite: it makes all boxes alike and lowers the amax of all of them. Outliers of gated nets
      are single elements, in other channels for each token, and nothing but a rotation takes them in.
      [Smoothing by norms](passes/smooth.md) suits it.

      Behind all these the bounds on Fashion ViT stay below 4. In nine of ten boxes of 16 patches by 128 channels the amax is 7.6 to 14.7
      times the root of the mean square, and 3.3 to 5.1 times that when smoothed and rotated; 2,048 numbers of a normal distribution have 3.5. So
      what rotations can take is taken.

      A [transform](passes/transform.md) counts as well what channels have to do with each other, and which of their sums the weight takes: 64
      of 128 on Fashion ViT. It is worth the more the larger its blocks are; in blocks of 32 it is no better than a rotation after smoothing.
      Descent lowers the largest magnitudes themselves, which matters where there are many inputs for the channels to learn from.

      ## The recipes

      `fallback-rotated` and `fallback-transformed` ([recipes](recipes.md)): smoothed by norm and rotated in blocks of up to
      256, or transformed in these by 100 steps of descent; activations in boxes of 128 by 256, a second level for a fifth of them, weights
      per channel. Second levels are codes here, not perfect ones, and boxes are flagged by the threshold that the pass finds. What
      passes see are other inputs, as above; the second factor is that where they see those that are measured and no others, which are
      few. *Both* counts the weight's rounding to nearest on both sides, in blocks of 128 by 128 plainly and per channel with the recipes;
      what rounding of another kind makes of weights is [below](#weights).

      | product, layer | recipe | flagged | plain | one level | two levels | factor | same inputs seen | plain, both | two levels, both | factor, both |
      | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
      """;
  private static final String EPILOGUE = """

      The goal for block fallback was a factor of 5 at `ffn.down` with at most a fifth of the boxes flagged. By the error of the activation,
      which is what the records of the pass say, `fallback-transformed` reaches it in all these layers, on inputs that it did not see;
      `fallback-rotated` reaches it on MiniLM, and on the text decoder but on the line in its middle layer, and not on Fashion ViT. Most of it is
      what stands in front, as the column of one level shows; the second level adds 1.12 to 1.31 times. Where the weight's rounding to nearest
      counts as well, `fallback-transformed` keeps above 5 on MiniLM and on the text decoder, and stays below on Fashion ViT: 3.86 and 4.53,
      or 5.40 and 6.40 where the weight has a second level, too.

      On Fashion ViT it takes both descent and inputs to learn from: in closed form the factors are no more than the bounds above, 4.15 and
      5.01, and the sample folder has but 16 images. Nor is a transform free there: the product of an activation by a matrix of 128 by 128
      has twice the operations of the one behind it, which has 64 output channels. In a net with 4,096 it has 6 % of them with blocks of 256.
      """;
}
