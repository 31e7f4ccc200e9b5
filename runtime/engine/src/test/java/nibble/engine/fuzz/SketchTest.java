package nibble.engine.fuzz;

import static org.junit.jupiter.api.Assertions.fail;

import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.statistics.Statistics;
import nibble.engine.fuzz.SketchTrial.Outcome;

/**
 * Random programs with random recipes: what is compiled means what was written, each kernel is proven on the PTX
 * machine, and sharing memory changes no result. {@link LongFuzz} tries many more.
 */
class SketchTest {
  @Provide
  Arbitrary<Sketch> sketches() {
    return Sketches.arbitrary();
  }

  @Property(tries = 80, seed = "20261128")
  void compiledProgramsAreProven(@ForAll("sketches") Sketch sketch) {
    String outcome = switch (SketchTrial.of(sketch)) {
      case Outcome.Proven proven -> "proven";
      case Outcome.Refused refused -> "refused";
      case Outcome.Wrong(String what) -> fail(sketch.code() + "\n" + what);
    };
    // A backend that refuses everything is never wrong.
    Statistics.label("outcome").collect(outcome).coverage(
        coverage -> coverage.check("proven").percentage(percentage -> percentage > 80));
  }
}
