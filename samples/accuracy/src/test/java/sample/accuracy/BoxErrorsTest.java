package sample.accuracy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.Tensor.ScaleGrid;
import nibble.ir.format.Formats;
import nibble.ir.layout.Granularities;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BoxErrorsTest {
  private static final int ROWS = 4;
  private static final int INNER = 10;
  private static final int OUTER = 3;
  private static final TensorType TYPE = TensorType.of(Shape.of(ROWS, INNER), Formats.F32);
  /** Two rows of boxes, of which the last ones are narrower: 8 boxes. */
  private static final ScaleGrid GRID = ScaleGrid.of(TYPE.plain(Formats.I8).withScale(
      new ScaleLayout(new Granularities.PerBlock(2, 3), Formats.F32)));

  private final double[] x = random(ROWS * INNER, 1);
  private final double[] coded = random(ROWS * INNER, 2);
  private final double[] w = random(INNER * OUTER, 3);
  private final double[] codedWeight = random(INNER * OUTER, 4);

  private static double[] random(int count, long seed) {
    return new Random(seed).doubles(count, -1, 1).toArray();
  }

  /** From the definition: the product of what is left, element by element. */
  private double error(boolean[] flags, double[] weight) {
    double sum = 0;
    for (int row = 0; row < ROWS; row++) {
      for (int column = 0; column < OUTER; column++) {
        double exact = 0;
        double actual = 0;
        for (int j = 0; j < INNER; j++) {
          int at = row * INNER + j;
          exact += x[at] * w[j * OUTER + column];
          actual += (flags[GRID.indexOf(at)] ? x[at] : coded[at]) * weight[j * OUTER + column];
        }
        sum += (actual - exact) * (actual - exact);
      }
    }
    return sum;
  }

  private static boolean[] flags(int choice) {
    boolean[] flags = new boolean[GRID.boxes()];
    for (int box = 0; box < flags.length; box++) {
      flags[box] = (choice >> box & 1) == 1;
    }
    return flags;
  }

  @Test
  void errorsOfAllChoicesAreThoseOfTheProduct() {
    assertEquals(8, GRID.boxes());
    for (double[] weight : List.of(w, codedWeight)) {
      BoxErrors errors = BoxErrors.of(GRID, Tensor.of(TYPE, x), coded, w, weight);
      for (int choice = 0; choice < 1 << GRID.boxes(); choice++) {
        assertEquals(error(flags(choice), weight), errors.left(flags(choice)), 1e-9);
      }
      assertEquals(error(new boolean[8], weight), errors.oneLevel(), 1e-9);
    }
  }

  /** No choice goes below the bound, and for some number of boxes one is on it: the hulls have corners. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void noChoiceIsBelowTheBound(boolean withWeight) {
    double[] weight = withWeight ? codedWeight : w;
    BoxErrors errors = BoxErrors.of(GRID, Tensor.of(TYPE, x), coded, w, weight);
    int met = 0;
    for (int count = 0; count <= GRID.boxes(); count++) {
      double least = Double.POSITIVE_INFINITY;
      for (int choice = 0; choice < 1 << GRID.boxes(); choice++) {
        if (Integer.bitCount(choice) <= count) {
          least = Math.min(least, error(flags(choice), weight));
        }
      }
      double bound = errors.atLeast(count).orElseThrow();
      assertTrue(bound <= least + 1e-9, count + " boxes: " + least + " is below " + bound);
      met += bound > least - 1e-9 ? 1 : 0;
    }
    assertTrue(met >= 4, met + " bounds are met");
    assertEquals(withWeight ? errors.ofWeight() : 0, errors.left(flags(255)), 1e-9);
  }

  @Test
  void largestBoxesComeFirst() {
    BoxErrors errors = BoxErrors.of(GRID, Tensor.of(TYPE, x), coded, w, w);
    boolean[] flags = errors.largest(3);
    double least = 2;
    double most = 0;
    int count = 0;
    for (int box = 0; box < flags.length; box++) {
      least = flags[box] ? Math.min(least, errors.amax()[box]) : least;
      most = flags[box] ? most : Math.max(most, errors.amax()[box]);
      count += flags[box] ? 1 : 0;
    }
    assertEquals(3, count);
    assertTrue(least >= most);
  }

  @Test
  void tooManyBoxesSideBySideHaveNoBound() {
    TensorType wide = TensorType.of(Shape.of(1, 17), Formats.F32);
    ScaleGrid grid = ScaleGrid.of(wide.plain(Formats.I8).withScale(
        new ScaleLayout(new Granularities.PerBlock(1, 1), Formats.F32)));
    double[] values = random(17, 5);
    assertTrue(BoxErrors.of(grid, Tensor.of(wide, values), new double[17], values, values).atLeast(3).isEmpty());
  }
}
