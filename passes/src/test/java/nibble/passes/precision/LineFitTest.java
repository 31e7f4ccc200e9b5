package nibble.passes.precision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class LineFitTest {
  @Test
  void pointsOnALineGiveTheLine() {
    LineFit fit = LineFit.of(new double[] {0, 1, 3}, new double[] {2, 1.5, 0.5});
    assertEquals(-0.5, fit.slope(), 1e-12);
    assertEquals(2, fit.offset(), 1e-12);
    assertEquals(-1, fit.correlation(), 1e-12);
    assertEquals(-3, fit.at(10), 1e-12);
  }

  @Test
  void theSumOfTheDistancesIsZero() {
    double[] x = {1, 2, 4, 7};
    double[] y = {3, 1, 5, 4};
    LineFit fit = LineFit.of(x, y);
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += y[i] - fit.at(x[i]);
    }
    assertEquals(0, sum, 1e-12);
    assertTrue(fit.correlation() > 0 && fit.correlation() < 1);
  }

  @Test
  void pointsAtOnePlaceGiveTheirMean() {
    LineFit fit = LineFit.of(new double[] {2, 2}, new double[] {1, 3});
    assertEquals(2, fit.at(2));
    assertTrue(Double.isNaN(fit.correlation()));
  }
}
