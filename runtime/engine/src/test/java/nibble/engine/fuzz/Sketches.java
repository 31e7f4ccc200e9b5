package nibble.engine.fuzz;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import nibble.engine.fuzz.Step.Kind;

/** Random sketches. */
final class Sketches {
  private static final int WIDTHS = 14;

  private Sketches() {}

  /** Sketches that jqwik can make smaller. */
  static Arbitrary<Sketch> arbitrary() {
    Arbitrary<Step> step = Combinators.combine(
        Arbitraries.of(Kind.class), Arbitraries.integers().between(0, 5),
        Arbitraries.integers().between(0, 60), Arbitraries.integers().between(0, 100)).as(Step::new);
    return Combinators.combine(
        step.list().ofMinSize(1).ofMaxSize(14), Arbitraries.integers().between(1, 3),
        Arbitraries.integers().between(1, 20), Arbitraries.of(false, true),
        Arbitraries.integers().between(0, WIDTHS - 1),
        Arbitraries.integers().between(0, SketchTrial.RECIPES.size() - 1),
        Arbitraries.integers().between(1, 3), Arbitraries.integers().between(0, 1000)).as(Sketch::new);
  }

  /** The sketch of a seed. */
  static Sketch random(long seed) {
    Random random = new Random(seed);
    List<Step> steps = new ArrayList<>();
    int count = 1 + random.nextInt(random.nextInt(4) == 0 ? 25 : 9);
    for (int i = 0; i < count; i++) {
      Kind kind = Kind.values()[random.nextInt(Kind.values().length)];
      steps.add(new Step(
          kind, (int) Math.abs(random.nextGaussian() * 2), random.nextInt(random.nextBoolean() ? 8 : 60),
          random.nextInt(random.nextBoolean() ? 12 : 100)));
    }
    int rows = 1 + random.nextInt(random.nextBoolean() ? 4 : 40);
    int recipe = random.nextInt(3) == 0 ? 0 : random.nextInt(SketchTrial.RECIPES.size());
    return new Sketch(
        steps, 1 + random.nextInt(3), rows, random.nextInt(3) == 0, random.nextInt(WIDTHS), recipe,
        1 + random.nextInt(3), (int) seed);
  }

  /** Leaves out what can be left out, and simplifies what can be simplified, while the sketch keeps a property. */
  static Sketch smallest(Sketch sketch, Predicate<Sketch> keeps) {
    Sketch smallest = sketch;
    Optional<Sketch> smaller = smaller(smallest).stream().filter(keeps).findFirst();
    while (smaller.isPresent()) {
      smallest = smaller.get();
      smaller = smaller(smallest).stream().filter(keeps).findFirst();
    }
    return smallest;
  }

  private static List<Sketch> smaller(Sketch sketch) {
    List<Sketch> smaller = new ArrayList<>();
    for (int i = 0; i < sketch.steps().size(); i++) {
      List<Step> steps = new ArrayList<>(sketch.steps());
      steps.remove(i);
      smaller.add(sketch.with(steps));
    }
    if (sketch.recipe() != 0) {
      smaller.add(new Sketch(sketch.steps(), sketch.batch(), sketch.rows(), sketch.aligned(), sketch.width(), 0,
          sketch.results(), sketch.seed()));
    }
    if (sketch.results() > 1) {
      smaller.add(new Sketch(sketch.steps(), sketch.batch(), sketch.rows(), sketch.aligned(), sketch.width(),
          sketch.recipe(), 1, sketch.seed()));
    }
    IntStream.range(0, sketch.steps().size()).filter(i -> sketch.steps().get(i).a() > 0).forEach(i -> {
      List<Step> steps = new ArrayList<>(sketch.steps());
      Step step = steps.get(i);
      steps.set(i, new Step(step.kind(), 0, step.b(), step.c()));
      smaller.add(sketch.with(steps));
    });
    return smaller;
  }
}
