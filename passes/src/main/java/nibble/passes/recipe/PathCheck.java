package nibble.passes.recipe;

import com.google.common.collect.ImmutableList;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import nibble.ir.Module;
import nibble.ir.diagnostic.Diagnostic;
import nibble.ir.diagnostic.InputException;
import nibble.ir.recipe.PathPattern;
import nibble.passes.Pass;
import nibble.passes.pipeline.PassText;
import nibble.passes.pipeline.Pipeline;

/** Refuses path patterns that match nothing: most are misspelt, and a pass that silently does nothing helps nobody. */
public final class PathCheck {
  private PathCheck() {}

  /**
   * Checks every option of path patterns in a pipeline against the module that it is to run on.
   *
   * @throws InputException with each pattern that matches no operation
   */
  public static void require(Pipeline pipeline, Module module) {
    ModulePaths paths = ModulePaths.of(module);
    List<Diagnostic> diagnostics = new ArrayList<>();
    for (Pipeline.Step step : pipeline.steps()) {
      for (RecordComponent component : step.pass().getClass().getRecordComponents()) {
        ImmutableList<PathPattern> patterns = patterns(component, step.pass());
        for (int i = 0; i < patterns.size(); i++) {
          if (!paths.matches(patterns.get(i))) {
            PassText.Place place = step.place(component.getName(), i);
            String what = "the path pattern '" + patterns.get(i) + "' of " + step.pass().name();
            diagnostics.add(Diagnostic.error(what + " matches no operation", place.location())
                .underlining(place.length())
                .hint(paths.hint(patterns.get(i))));
          }
        }
      }
    }
    if (!diagnostics.isEmpty()) {
      throw new InputException(diagnostics);
    }
  }

  private static ImmutableList<PathPattern> patterns(RecordComponent component, Pass pass) {
    if (!component.getGenericType().getTypeName().equals(
        ImmutableList.class.getName() + "<" + PathPattern.class.getName() + ">")) {
      return ImmutableList.of();
    }
    try {
      component.getAccessor().setAccessible(true);
      return ((ImmutableList<?>) component.getAccessor().invoke(pass)).stream()
          .map(PathPattern.class::cast).collect(ImmutableList.toImmutableList());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("can't read " + component + " of " + pass, e);
    }
  }
}
