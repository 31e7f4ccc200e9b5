package nibble.engine.run;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import nibble.engine.file.WeightFile;
import nibble.engine.sample.InputChoice;
import nibble.engine.sample.ModelArgument;
import nibble.engine.sample.TextLines;
import nibble.engine.sample.TokenizerChoice;
import nibble.engine.text.TextTokenizer;
import nibble.engine.text.TokenBatch;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.diagnostic.InputException;
import nibble.ir.diagnostic.Suggestion;
import nibble.ir.eval.Tensor;
import nibble.ir.format.IntegerFormat;
import nibble.ir.shape.Dim;
import nibble.passes.validate.SampleData;

/**
 * What a function is run on.
 *
 * @param tensors one for each parameter
 * @param texts what they were made of, where they were made of texts: one for each row
 * @param labels the class of each row, where they are known
 */
public record ModelInputs(
    ImmutableList<Tensor> tensors, ImmutableList<String> texts, ImmutableList<String> labels) {
  private static final String PLAIN_NAME = "[A-Za-z_]\\w*";

  /** Inputs of which no classes are known. */
  public ModelInputs(ImmutableList<Tensor> tensors, ImmutableList<String> texts) {
    this(tensors, texts, ImmutableList.of());
  }

  /**
   * The inputs that the user chose, or those of the manifest.
   *
   * @throws InputException where some are missing, or can't be read
   */
  public static ModelInputs read(ModelArgument argument, Function function) {
    InputChoice choice = argument.inputs();
    if (choice.text().isPresent()) {
      return tokens(argument, TextLines.read(choice.text().get()), function);
    }
    return new ModelInputs(
        arrays(function, choice.arrays(), ImmutableMap.of()), ImmutableList.of(),
        choice.labels().map(file -> labels(file, argument.classes())).orElse(ImmutableList.of()));
  }

  private static ImmutableList<String> labels(Path file, List<String> classes) {
    ImmutableList<String> labels = TextLines.read(file);
    for (String label : labels) {
      if (!classes.contains(label)) {
        throw new InputException(
            file + ": '" + label + "' is no class of the model",
            Suggestion.didYouMean(label, classes).orElse("its classes are " + String.join(", ", classes)));
      }
    }
    return labels;
  }

  /**
   * Inputs for these texts.
   *
   * @throws InputException where the model has no tokenizer
   */
  public static ModelInputs tokens(ModelArgument argument, List<String> texts, Function function) {
    TokenizerChoice tokenizer = argument.tokenizer().orElseThrow(() -> new InputException(
        argument.model() + ": texts need a tokenizer, and the model has none",
        "name one in " + ModelArgument.MANIFEST));
    TokenBatch batch;
    try (TextTokenizer opened = tokenizer.open()) {
      batch = opened.encode(texts);
    }
    Map<String, Tensor> known = new HashMap<>();
    for (Value parameter : function.parameters()) {
      if (parameter.name().equals(tokenizer.ids())) {
        known.put(parameter.name(), batch.ids(parameter.tensorType().format()));
      } else if (tokenizer.mask().filter(parameter.name()::equals).isPresent()) {
        known.put(parameter.name(), batch.mask(parameter.tensorType().format()));
      }
    }
    return new ModelInputs(arrays(function, argument.inputs().arrays(), known), ImmutableList.copyOf(texts));
  }

  /**
   * Made-up inputs, the same for the same seed: normally distributed numbers, valid indices.
   *
   * @param sizes of symbols; others get small values that their declarations allow
   */
  public static ModelInputs madeUp(Module module, Function function, Map<String, Long> sizes, long seed) {
    Map<String, Long> all = SampleData.sizes(function, function, module.symbols(), sizes);
    function.parameters().forEach(parameter -> requireMakable(parameter, all));
    return new ModelInputs(new SampleData(seed).inputs(function, all), ImmutableList.of());
  }

  private static void requireMakable(Value parameter, Map<String, Long> sizes) {
    try {
      long elements = 1;
      for (Dim dim : parameter.tensorType().shape().dims()) {
        elements = Math.multiplyExact(elements, dim.evaluate(sizes));
      }
      Math.toIntExact(elements);
    } catch (ArithmeticException e) {
      throw new InputException(
          "the input '" + parameter.name() + "' is a " + parameter.tensorType() + ", which has more than 2^31 elements "
              + "at these sizes",
          "give smaller ones with --size");
    }
  }

  private static ImmutableList<Tensor> arrays(
      Function function, ImmutableMap<String, Path> files, Map<String, Tensor> known) {
    List<String> names = function.parameters().stream().map(Value::name).toList();
    for (String name : files.keySet()) {
      if (!names.contains(name)) {
        throw new InputException(
            "@" + function.name() + " has no parameter '" + name + "'",
            Suggestion.didYouMean(name, names).orElse("it has " + String.join(", ", names)));
      }
    }
    List<String> missing = new ArrayList<>();
    ImmutableList.Builder<Tensor> tensors = ImmutableList.builder();
    for (Value parameter : function.parameters()) {
      if (known.containsKey(parameter.name())) {
        tensors.add(known.get(parameter.name()));
      } else if (files.containsKey(parameter.name())) {
        tensors.add(array(files.get(parameter.name()), parameter));
      } else {
        missing.add(parameter.name() + ": " + parameter.tensorType());
      }
    }
    if (!missing.isEmpty()) {
      String example = missing.getFirst().substring(0, missing.getFirst().indexOf(':'));
      throw new InputException(
          "@" + function.name() + " needs " + (missing.size() == 1 ? "an input" : "inputs") + " for "
              + String.join(", ", missing),
          "give " + (example.matches(PLAIN_NAME) ? "--input " + example + "=FILE.npy" : "a file for each")
              + ", or let inputs be made up with --made-up");
    }
    return tensors.build();
  }

  /** The only array of a file, or the one that is called like the parameter. */
  private static Tensor array(Path path, Value parameter) {
    TensorType wanted = parameter.tensorType();
    try (WeightFile file = WeightFile.open(path)) {
      String name = file.names().size() == 1 ? file.names().first() : parameter.name();
      Tensor stored = file.tensor(name);
      if (!wanted.isPlain()) {
        throw new InputException(
            "the parameter '" + parameter.name() + "' is a " + wanted + ", which no array file can hold");
      }
      if (stored.type().rank() != wanted.rank()) {
        throw new InputException(
            path + ": it has the shape " + stored.type().shape() + ", but '" + parameter.name() + "' is a " + wanted);
      }
      Tensor rounded = stored.as(stored.type().plain(wanted.format())).rounded();
      if (wanted.format() instanceof IntegerFormat) {
        requireSame(path, stored, rounded, parameter);
      }
      return rounded;
    }
  }

  /** Numbers of other formats do for integers as long as they are integers. */
  private static void requireSame(Path path, Tensor stored, Tensor rounded, Value parameter) {
    double[] before = stored.elements();
    double[] after = rounded.elements();
    for (int i = 0; i < before.length; i++) {
      if (before[i] != after[i]) {
        throw new InputException(
            path + ": its element " + i + " is " + before[i] + ", but '" + parameter.name() + "' is a "
                + parameter.tensorType(),
            "convert the array, with .astype or np.rint");
      }
    }
  }
}
