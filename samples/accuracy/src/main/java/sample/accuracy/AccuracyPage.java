package sample.accuracy;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSortedMap;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The page of accuracy: what was measured, as tables that read back.
 *
 * @param embeddings by recipe
 * @param images by recipe
 * @param texts by recipe
 */
record AccuracyPage(
    ImmutableMap<String, EmbeddingRow> embeddings, ImmutableMap<String, ImageRow> images,
    ImmutableMap<String, TextRow> texts) {
  /** No recipe first, then recipes by name. */
  private static final Comparator<String> ORDER =
      Comparator.comparing((String recipe) -> !recipe.equals(InterpretedSample.NONE)).thenComparing(recipe -> recipe);

  static final AccuracyPage EMPTY = new AccuracyPage(ImmutableMap.of(), ImmutableMap.of(), ImmutableMap.of());

  private static final Pattern EMBEDDING = Pattern.compile(
      "(?m)^\\| `([\\w-]+)` \\| (\\d\\.\\d{5}) \\| (\\d\\.\\d{5}) \\| (\\d\\.\\d{5}) \\|$");
  private static final Pattern IMAGE =
      Pattern.compile("(?m)^\\| `([\\w-]+)` \\| (\\d+) of (\\d+) \\| [^|]* \\| (\\d+) \\|$");
  private static final Pattern TEXT = Pattern.compile(
      "(?m)^\\| `([\\w-]+)` \\| (\\d\\.\\d{4}) \\| [^|]* \\| (\\d+) of (\\d+) \\| [^|]* \\| (\\d+) \\|$");

  AccuracyPage {
    embeddings = ImmutableMap.copyOf(ImmutableSortedMap.copyOf(embeddings, ORDER));
    images = ImmutableMap.copyOf(ImmutableSortedMap.copyOf(images, ORDER));
    texts = ImmutableMap.copyOf(ImmutableSortedMap.copyOf(texts, ORDER));
  }

  /**
   * A technique that recipes differ by.
   *
   * @param name of it
   * @param off the recipe without it
   * @param on the recipe with it
   */
  record Technique(String name, String off, String on) {}

  /** Which of them the page shows. */
  static final ImmutableList<Technique> TECHNIQUES = ImmutableList.of(
      new Technique("INT4: rotated in blocks of 32", "int4", "int4-hadamard"),
      new Technique("INT4: transformed in blocks of up to 128", "int4", "int4-transformed"),
      new Technique("INT8: smoothed", "w8a8", "w8a8-smooth"),
      new Technique("INT8 per tensor: static scales", "w8a8-tensor", "w8a8-static"),
      new Technique("INT8 per tensor: scales of the 16 steps before", "w8a8-tensor", "w8a8-delayed"),
      new Technique("INT8 per tensor: plain integers", "w8a8-static", "iodf"),
      new Technique("INT8 in large blocks: second level above 8", "w8a8-blocks", "fallback"),
      new Technique("FP8: scales in groups of 32", "fp8-token", "fp8"),
      new Technique("MXFP8: OCP's rule of scales, which clips", "mxfp8", "mxfp8-floor"),
      new Technique("MXFP8: rotated in blocks of 32", "mxfp8", "mxfp8-hadamard"),
      new Technique("MXFP8: a tenth of the channels in f16, the largest", "mxfp8", "mxfp8-retained"),
      new Technique("MXFP8: activations in f16", "mxfp8", "mxfp8-weights"),
      new Technique("MXFP8: weights rounded one channel after another", "mxfp8", "mxfp8-calibrated"),
      new Technique("MXFP8: f16 where it costs most, 10 bits on average", "mxfp8", "mxfp8-mixed"),
      new Technique("NVFP4: double blocks", "nvfp4", "tetrajet2-all"),
      new Technique("NVFP4 in double blocks: outliers retained", "tetrajet2-all", "tetrajet2"),
      new Technique("NVFP4: INT8 where it costs most, 6 bits on average", "nvfp4", "mixed-nvfp4-int8"),
      new Technique(
          "NVFP4: weights in ranges of least error, rounded one channel after another", "nvfp4", "nvfp4-calibrated"),
      new Technique(
          "INT4 weights: ranges of least error, rounded one channel after another", "w4a16", "w4a16-calibrated"),
      new Technique("INT4 weights: 0.5 % apart, by magnitude", "w4a16", "requant-outliers"),
      new Technique("INT4 weights: half of these by error", "requant-outliers", "requant"),
      new Technique("2:4: magnitudes times norms of activations", "sparse24", "sparse24-wanda"),
      new Technique("2:4 by activations: shares of rows and columns", "sparse24-wanda", "sparse24-ria"),
      new Technique("2:4 by activations: others make up for what goes", "sparse24-wanda", "sparse24-calibrated"),
      new Technique("2:4: masks that fit both axes", "sparse24", "sparse24-transposable"),
      new Technique("2:4: INT8", "sparse24", "sparse24-i8"),
      new Technique("2:4: FP8", "sparse24", "sparse24-e4m3"),
      new Technique("2:4: one of each two, TF32", "sparse24", "sparse12-tf32"),
      new Technique("64:2:8 by magnitude: channels permuted", "vnm-magnitude", "vnm-magnitude-permuted"),
      new Technique("64:2:8, others make up, INT8: channels permuted", "vnm-i8", "vnm-permuted"),
      new Technique("Jetfire: norms and functions read INT8", "jetfire", "jetfire-dataflow"),
      new Technique("Jetfire: sums read INT8 as well", "jetfire-dataflow", "jetfire-sums"));

  /** Reads the tables of a page. */
  static AccuracyPage parse(String text) {
    ImmutableMap.Builder<String, EmbeddingRow> embeddings = ImmutableMap.builder();
    Matcher row = EMBEDDING.matcher(text);
    while (row.find()) {
      embeddings.put(row.group(1), new EmbeddingRow(
          row.group(1), Double.parseDouble(row.group(2)), Double.parseDouble(row.group(3)),
          Double.parseDouble(row.group(4))));
    }
    ImmutableMap.Builder<String, ImageRow> images = ImmutableMap.builder();
    Matcher image = IMAGE.matcher(text);
    while (image.find()) {
      images.put(image.group(1), new ImageRow(
          image.group(1), Integer.parseInt(image.group(2)), Integer.parseInt(image.group(4)),
          Integer.parseInt(image.group(3))));
    }
    ImmutableMap.Builder<String, TextRow> texts = ImmutableMap.builder();
    Matcher read = TEXT.matcher(text);
    while (read.find()) {
      texts.put(read.group(1), new TextRow(
          read.group(1), Double.parseDouble(read.group(2)), Integer.parseInt(read.group(3)),
          Integer.parseInt(read.group(5)), Integer.parseInt(read.group(4))));
    }
    return new AccuracyPage(embeddings.buildOrThrow(), images.buildOrThrow(), texts.buildOrThrow());
  }

  /** The same with new figures of a recipe. */
  AccuracyPage with(EmbeddingRow row) {
    Map<String, EmbeddingRow> rows = new LinkedHashMap<>(embeddings);
    rows.put(row.recipe(), row);
    return new AccuracyPage(ImmutableMap.copyOf(rows), images, texts);
  }

  /** The same with new figures of a recipe. */
  AccuracyPage with(ImageRow row) {
    Map<String, ImageRow> rows = new LinkedHashMap<>(images);
    rows.put(row.recipe(), row);
    return new AccuracyPage(embeddings, ImmutableMap.copyOf(rows), texts);
  }

  /** The same with new figures of a recipe. */
  AccuracyPage with(TextRow row) {
    Map<String, TextRow> rows = new LinkedHashMap<>(texts);
    rows.put(row.recipe(), row);
    return new AccuracyPage(embeddings, images, ImmutableMap.copyOf(rows));
  }

  /** The page. */
  String text() {
    StringBuilder text = new StringBuilder("""
        # Accuracy

        What recipes cost in accuracy, as `sample.accuracy.WriteAccuracyPage` measured and wrote it. Models are interpreted with the
        roundings of kernels, so a recipe without kernels has its figures as well. What a pass finds on sample inputs it finds on those
        of the sample folder: 8 sentences that are none of those measured here, 16 images, and 8 passages of 64 characters behind those
        measured here. Recipes with state see the same in three steps before; then each batch is a step.

        """);
    embeddings(text);
    images(text);
    texts(text);
    techniques(text);
    floats(text);
    text.append("""

        ## Measured again

        ```console
        $ mvn -q -pl samples/accuracy -am package -DskipTests
        $ java --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED \\
            -cp "samples/accuracy/target/classes:samples/fashion-vit/target/classes:runtime/cli/target/lib/*" \\
            sample.accuracy.WriteAccuracyPage . docs/accuracy.md
        ```

        Names of samples or recipes behind the file measure these alone, and keep what the page has of others. All take a quarter of an hour of one core.
        """);
    return text.toString();
  }

  private void embeddings(StringBuilder text) {
    text.append("""
        ## MiniLM

        Cosines of the embeddings of 220 sentences with those of the model in f32, interpreted in f64 without a recipe: their mean, what
        5 % of them are below, and the least. Sentences of one padded length are 16 in a batch at most.

        | recipe | mean | 5 % | least |
        | --- | --- | --- | --- |
        """);
    embeddings.values().forEach(row -> text.append(String.format(
        Locale.ROOT, "| `%s` | %.5f | %.5f | %.5f |%n", row.recipe(), row.mean(), row.fifth(), row.least())));
  }

  private void images(StringBuilder text) {
    text.append("""

        ## Fashion ViT

        Images that are told right, of the first 2,000 test images, and those of which the model says the same as in f32. The standard
        error of a share is 0.7 points, that of a difference less, as the images are the same.

        | recipe | right | share | as in f32 |
        | --- | --- | --- | --- |
        """);
    images.values().forEach(row -> text.append(String.format(
        Locale.ROOT, "| `%s` | %d of %d | %.2f %% | %d |%n", row.recipe(), row.right(), row.images(), row.percent(),
        row.same())));
  }

  private void texts(StringBuilder text) {
    text.append("""

        ## Text decoder

        What the [decoder](../samples/text-decoder/README.md) says of each next character in 64 passages of 128 characters that it was not
        trained on: cross-entropy in nats a character, perplexity, characters that it holds most probable and that do come, and those of
        which it says the same as in f32. The standard error of the share is 0.5 points, that of a difference less.

        | recipe | cross-entropy | perplexity | right | share | as in f32 |
        | --- | --- | --- | --- | --- | --- |
        """);
    texts.values().forEach(row -> text.append(String.format(
        Locale.ROOT, "| `%s` | %.4f | %.3f | %d of %d | %.2f %% | %d |%n", row.recipe(), row.entropy(),
        row.perplexity(), row.right(), row.characters(), row.percent(), row.same())));
  }

  /** Why MXFP8 is where it is. */
  private void floats(StringBuilder text) {
    EmbeddingRow plain = embeddings.get("mxfp8");
    if (plain == null) {
      return;
    }
    text.append(String.format(Locale.ROOT, """

        ## Codes of three mantissa bits

        A mean cosine of 0.998 is what 8 bits are meant to keep. `mxfp8` has %.5f: its distance from 1 is %.2f times what it may be.
        An element of E4M3 is off by 2.6 %% of its magnitude (root of the mean square), in every channel and in all products, and that of
        a weight counts somewhat more than that of an activation. So what helps integers is worth nothing here: outliers take no codes
        from others, and no channel takes the error with it if it stays in f16; scales that are powers of two align no element with a
        code, whichever power. Scales of f32 do, for the largest element of a group (`fp8`). Within MXFP8
        what is left is to round each weight by what those before it lost (`mxfp8-calibrated`, see [round-weights](passes/round-weights.md)),
        or to keep some products out of it (`mxfp8-mixed`).
        """, plain.mean(), (1 - plain.mean()) / 0.002));
  }

  private void techniques(StringBuilder text) {
    text.append("""

        ## Techniques, off and on

        Each pair differs in one thing. Recipes that are not in [samples/recipes](../samples/recipes) are in
        [samples/accuracy/recipes](../samples/accuracy/recipes).

        | technique | off | on | mean cosine off | on | images right off | on |
        | --- | --- | --- | --- | --- | --- | --- |
        """);
    for (Technique technique : TECHNIQUES) {
      if (isMeasured(technique)) {
        text.append(String.format(
            Locale.ROOT, "| %s | `%s` | `%s` | %.5f | %.5f | %.2f %% | %.2f %% |%n", technique.name(), technique.off(),
            technique.on(), embeddings.get(technique.off()).mean(), embeddings.get(technique.on()).mean(),
            images.get(technique.off()).percent(), images.get(technique.on()).percent()));
      }
    }
    text.append("\nWorse with it than without, on MiniLM: ")
        .append(worse((off, on) -> embeddings.get(on).mean() < embeddings.get(off).mean()))
        .append(".\n\nWorse with it than without, on Fashion ViT: ")
        .append(worse((off, on) -> images.get(on).right() < images.get(off).right())).append(".\n");
  }

  private boolean isMeasured(Technique technique) {
    return Stream.of(technique.off(), technique.on())
        .allMatch(recipe -> embeddings.containsKey(recipe) && images.containsKey(recipe));
  }

  private String worse(BiPredicate<String, String> isWorse) {
    return TECHNIQUES.stream()
        .filter(technique -> isMeasured(technique) && isWorse.test(technique.off(), technique.on()))
        .map(technique -> "`" + technique.on() + "` than `" + technique.off() + "`").collect(Collectors.joining(", "));
  }
}
