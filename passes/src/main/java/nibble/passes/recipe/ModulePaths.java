package nibble.passes.recipe;

import com.google.common.collect.ImmutableSet;
import java.util.List;
import nibble.ir.Module;
import nibble.ir.diagnostic.Suggestion;
import nibble.ir.recipe.PathPattern;

/**
 * The paths of a module's operations.
 *
 * @param paths each once, in order
 */
public record ModulePaths(ImmutableSet<String> paths) {
  private static final int LISTED = 4;

  public static ModulePaths of(Module module) {
    ImmutableSet.Builder<String> paths = ImmutableSet.builder();
    module.functions().values().forEach(
        function -> function.body().walk(operation -> paths.add(operation.location().path())));
    return new ModulePaths(paths.build());
  }

  public boolean matches(PathPattern pattern) {
    return paths.stream().anyMatch(pattern::matches);
  }

  /** A hint for a pattern that matches nothing: the nearest paths, with their indices left open. */
  public String hint(PathPattern pattern) {
    List<String> named = paths.stream().filter(path -> !path.isEmpty()).toList();
    if (named.isEmpty()) {
      return "no operation of the model has a path";
    }
    List<String> open = named.stream().map(path -> path.replaceAll("\\[\\d+\\]", "[*]")).toList();
    boolean onlyIndices = open.stream().anyMatch(path -> path.equals(pattern.text().replaceAll("\\[\\d+\\]", "[*]")));
    return "near paths are " + String.join(", ", Suggestion.ranked(pattern.text(), onlyIndices ? named : open, LISTED));
  }
}
