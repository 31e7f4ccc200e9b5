package nibble.engine.compile;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Optional;
import nibble.engine.file.WeightFile;
import nibble.engine.sample.ModelArgument;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.diagnostic.Diagnostic;
import nibble.ir.diagnostic.InputException;
import nibble.ir.diagnostic.Suggestion;
import nibble.ir.recipe.Recipe;

/**
 * A model that was read and checked, with its weight file open.
 *
 * @param argument where it comes from
 * @param modules as they are written: one, but of a file of the text form that has several
 * @param recipe the recipe that was asked for
 * @param weights its weight file, where there is one
 * @param warnings what the front end noticed
 */
public record OpenModel(
    ModelArgument argument,
    ImmutableList<Module> modules,
    Optional<Recipe> recipe,
    Optional<WeightFile> weights,
    ImmutableList<Diagnostic> warnings)
    implements AutoCloseable {

  /**
   * The only module.
   *
   * @throws InputException where the file has several
   */
  public Module module() {
    if (modules.size() > 1) {
      throw new InputException(
          argument.model() + ": it has " + modules.size() + " modules, and one is wanted", "nibble opt takes them all");
    }
    return modules.getFirst();
  }

  /** The same with one of its modules. */
  public OpenModel with(Module module) {
    return new OpenModel(argument, ImmutableList.of(module), recipe, weights, warnings);
  }

  /**
   * The function to run: the one asked for, or else {@code main}, or else the only one.
   *
   * @param of the module before or after passes
   * @throws InputException where there is no such function, or a choice
   */
  public Function entry(Module of) {
    ImmutableMap<String, Function> functions = of.functions();
    if (argument.entry().isPresent()) {
      String name = argument.entry().get();
      return of.function(name).orElseThrow(() -> new InputException(
          argument.model() + ": there is no function '" + name + "'",
          Suggestion.didYouMean(name, functions.keySet()).orElse("it has " + String.join(", ", functions.keySet()))));
    }
    if (functions.containsKey("main") || functions.size() == 1) {
      return functions.getOrDefault("main", functions.values().iterator().next());
    }
    throw functions.isEmpty()
        ? new InputException(argument.model() + ": it has no function to run", "write one: fn main(x: f32[4]) { ... }")
        : new InputException(
            argument.model() + ": it has several functions: " + String.join(", ", functions.keySet()),
            "choose one with --fn");
  }

  @Override
  public void close() {
    weights.ifPresent(WeightFile::close);
  }
}
