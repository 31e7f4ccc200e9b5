package sample.accuracy;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.Doubles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import nibble.engine.compare.RowCosines;
import nibble.engine.sample.TextLines;
import nibble.engine.text.TextTokenizer;
import nibble.engine.text.TokenBatch;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;

/** How near the embeddings of MiniLM are to those without a recipe, on the example sentences. */
final class EmbeddingAccuracy {
  private static final int BATCH = 16;
  private final Path folder;
  private final ImmutableList<ImmutableList<Tensor>> batches;
  private final List<Tensor> exact = new ArrayList<>();

  /**
   * Interprets the model without a recipe.
   *
   * @param folder of the sample
   * @param most sentences that are taken, from the first on
   */
  EmbeddingAccuracy(Path folder, int most) {
    this.folder = folder;
    List<String> sentences = TextLines.read(folder.resolve("sentences.txt"));
    try (InterpretedSample sample = InterpretedSample.open(folder, InterpretedSample.NONE);
        TextTokenizer tokenizer = sample.argument().tokenizer().orElseThrow().open()) {
      batches = tokenizer.batches(sentences.subList(0, Math.min(most, sentences.size())), BATCH).stream()
          .map(EmbeddingAccuracy::inputs).collect(ImmutableList.toImmutableList());
      batches.forEach(inputs -> exact.add(sample.exact(inputs)));
    }
  }

  private static ImmutableList<Tensor> inputs(TokenBatch batch) {
    return ImmutableList.of(batch.ids(Formats.I32), batch.mask(Formats.F32));
  }

  /** How many sentences there are. */
  int count() {
    return batches.stream().mapToInt(inputs -> inputs.getFirst().extents()[0]).sum();
  }

  /** Cosines of the embeddings with a recipe, a name or a file, with those without. */
  EmbeddingRow measure(String recipe, String name) {
    List<Double> cosines = new ArrayList<>();
    try (InterpretedSample sample = InterpretedSample.open(folder, recipe)) {
      for (int i = 0; i < batches.size(); i++) {
        cosines.addAll(Doubles.asList(RowCosines.each(exact.get(i), sample.run(batches.get(i)))));
      }
    }
    double[] sorted = cosines.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    return new EmbeddingRow(
        name, Arrays.stream(sorted).average().orElseThrow(), sorted[sorted.length / 20], sorted[0]);
  }
}
