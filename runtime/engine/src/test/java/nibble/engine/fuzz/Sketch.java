package nibble.engine.fuzz;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A random program, as choices: it has as many valid readings as numbers, so that any part of it can be left out or
 * made smaller.
 *
 * @param steps operations; those that find no operand are left out
 * @param batch the size B
 * @param rows the size S
 * @param aligned whether S is declared as a multiple of 8, and so is that many times 8
 * @param width which extent the inputs have along their last axis
 * @param recipe which recipe
 * @param results how many results
 * @param seed of inputs and weights
 */
public record Sketch(
    List<Step> steps, int batch, int rows, boolean aligned, int width, int recipe, int results, int seed) {
  /** Sizes of the symbols; one of the recipes fixes them. */
  public Map<String, Long> sizes() {
    return SketchTrial.RECIPES.get(recipe).contains("specialize")
        ? SketchTrial.FIXED
        : Map.of("B", (long) batch, "S", aligned ? 8L * rows : rows);
  }

  /** The same with other steps. */
  public Sketch with(List<Step> others) {
    return new Sketch(others, batch, rows, aligned, width, recipe, results, seed);
  }

  /** As Java code, to be pasted into a test. */
  public String code() {
    String list = steps.stream()
        .map(step -> "new Step(Kind." + step.kind() + ", " + step.a() + ", " + step.b() + ", " + step.c() + ")")
        .collect(Collectors.joining(", "));
    return "new Sketch(List.of(" + list + "), " + batch + ", " + rows + ", " + aligned + ", " + width + ", " + recipe
        + ", " + results + ", " + seed + ")";
  }
}
