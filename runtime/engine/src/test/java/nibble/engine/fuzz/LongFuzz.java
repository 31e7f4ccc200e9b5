package nibble.engine.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import nibble.engine.fuzz.SketchTrial.Outcome;
import org.junit.jupiter.api.Test;

/**
 * Thousands of sketches, by hand:
 *
 * <pre>
 * mvn -pl runtime/engine -am test -Dtest=LongFuzz -Dsurefire.failIfNoSpecifiedTests=false \
 *     -Dtest.jvm.args="-Dnibble.fuzz.from=0 -Dnibble.fuzz.count=10000"
 * </pre>
 *
 * <p>Its name keeps it out of the build.
 */
class LongFuzz {
  private static final int REASON = 70;

  @Test
  void sketchesAreProven() {
    long from = Long.getLong("nibble.fuzz.from", 0);
    long count = Long.getLong("nibble.fuzz.count", 1000);
    Map<String, Integer> refused = new TreeMap<>();
    List<String> wrong = new ArrayList<>();
    int proven = 0;
    int launches = 0;
    for (long seed = from; seed < from + count; seed++) {
      Sketch sketch = Sketches.random(seed);
      switch (SketchTrial.safely(sketch)) {
        case Outcome.Proven(int kernels, int unbounded) -> {
          proven++;
          launches += kernels;
        }
        case Outcome.Refused(String why) ->
            refused.merge(why.substring(0, Math.min(REASON, why.length())), 1, Integer::sum);
        case Outcome.Wrong(String what) -> {
          Sketch smallest = Sketches.smallest(sketch, other -> SketchTrial.safely(other) instanceof Outcome.Wrong);
          wrong.add("seed " + seed + ": " + smallest.code() + "\n" + SketchTrial.safely(smallest));
          System.out.println(wrong.getLast());
        }
      }
    }
    System.out.println(proven + " proven with " + launches + " launches, refused: " + refused);
    assertEquals(List.of(), wrong);
  }
}
