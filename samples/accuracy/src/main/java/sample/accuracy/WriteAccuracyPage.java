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

  private WriteAccuracyPage() {}

  /**
   * Measures and writes.
   *
   * @param args the project's folder, the page, and the recipes to measure; all recipes where none is named
   */
  public static void main(String[] args) throws IOException {
    if (args.length < 2) {
      System.err.println("give the folder of the project, the page, and recipes where not all are meant");
      System.exit(2);
    }
    Path root = Path.of(args[0]);
    Path file = Path.of(args[1]);
    List<String> recipes = args.length > 2 ? List.of(args).subList(2, args.length) : all(root);
    AccuracyPage page = Files.exists(file) ? AccuracyPage.parse(Files.readString(file)) : AccuracyPage.EMPTY;
    ImageAccuracy images = new ImageAccuracy(root.resolve("samples/fashion-vit"));
    EmbeddingAccuracy embeddings = new EmbeddingAccuracy(root.resolve("samples/minilm"), Integer.MAX_VALUE);
    for (String recipe : recipes) {
      String path = path(root, recipe);
      ImageRow image = images.measure(path, recipe);
      EmbeddingRow embedding = embeddings.measure(path, recipe);
      System.out.println(embedding + " " + image);
      page = page.with(image).with(embedding);
      // What has been measured is kept, whatever happens to the next recipe.
      Files.writeString(file, page.text());
    }
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
