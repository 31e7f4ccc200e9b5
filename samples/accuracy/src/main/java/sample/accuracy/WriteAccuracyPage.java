package sample.accuracy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import nibble.engine.sample.ModelArgument;
import nibble.engine.sample.ModelOptions;

/** Measures what recipes cost in accuracy on the samples, and writes the page. By hand; it takes long. */
public final class WriteAccuracyPage {
  private static final String EXTENSION = ".nib";
  private static final String MINILM = "minilm";
  private static final String FASHION = "fashion-vit";
  private static final String DECODER = "text-decoder";
  private static final List<String> SAMPLES = List.of(MINILM, FASHION, DECODER);

  private WriteAccuracyPage() {}

  /** Adds the figures of a recipe on a sample to a page. */
  private interface Measurement {
    AccuracyPage of(String path, String recipe, AccuracyPage page);
  }

  /**
   * Measures and writes.
   *
   * @param args the project's folder, the page, names of samples to measure on, all where none is named, and of recipes
   */
  public static void main(String[] args) throws IOException {
    if (args.length < 2) {
      System.err.println("give the folder of the project, the page, and samples and recipes where not all are meant");
      System.exit(2);
    }
    Path root = Path.of(args[0]);
    Path file = Path.of(args[1]);
    List<String> named = List.of(args).subList(2, args.length);
    List<String> samples = named.stream().filter(SAMPLES::contains).toList();
    List<String> recipes = named.stream().filter(name -> !SAMPLES.contains(name)).toList();
    AccuracyPage page = Files.exists(file) ? AccuracyPage.parse(Files.readString(file)) : AccuracyPage.EMPTY;
    List<Measurement> measurements = (samples.isEmpty() ? SAMPLES : samples).stream()
        .map(sample -> measurement(sample, root.resolve("samples").resolve(sample))).toList();
    for (String recipe : recipes.isEmpty() ? all(root) : recipes) {
      String path = path(root, recipe);
      for (Measurement measurement : measurements) {
        page = measurement.of(path, recipe, page);
      }
      // What has been measured is kept, whatever happens to the next recipe.
      Files.writeString(file, page.text());
    }
  }

  private static Measurement measurement(String sample, Path folder) {
    return switch (sample) {
      case MINILM -> {
        EmbeddingAccuracy embeddings = new EmbeddingAccuracy(folder, Integer.MAX_VALUE);
        yield (path, recipe, page) -> page.with(said(embeddings.measure(path, recipe)));
      }
      case FASHION -> {
        ImageAccuracy images = new ImageAccuracy(folder);
        yield (path, recipe, page) -> page.with(said(images.measure(path, recipe)));
      }
      case DECODER -> {
        TextAccuracy texts = new TextAccuracy(folder, TextAccuracy.PASSAGES);
        yield (path, recipe, page) -> page.with(said(texts.measure(path, recipe)));
      }
      default -> throw new IllegalArgumentException("nothing is measured on " + sample);
    };
  }

  private static <T> T said(T row) {
    System.out.println(row);
    return row;
  }

  /** No recipe, then all of the samples' and of this module's, by name. */
  private static List<String> all(Path root) throws IOException {
    TreeSet<String> names = new TreeSet<>(
        ModelArgument.resolve(root.resolve("samples/minilm"), ModelOptions.NONE).recipeNames());
    try (Stream<Path> own = Files.list(root.resolve("samples/accuracy/recipes"))) {
      own.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(EXTENSION))
          .forEach(name -> names.add(name.substring(0, name.length() - EXTENSION.length())));
    }
    List<String> all = new ArrayList<>(List.of(InterpretedSample.NONE));
    all.addAll(names);
    return all;
  }

  /** The recipe's file in this module where it has one, and else its name. */
  private static String path(Path root, String recipe) {
    Path own = root.resolve("samples/accuracy/recipes").resolve(recipe + EXTENSION);
    return Files.exists(own) ? own.toString() : recipe;
  }
}
