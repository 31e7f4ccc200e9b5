package nibble.engine.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import nibble.ir.TensorType;
import nibble.ir.bound.Approximate;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.layout.Granularities.PerToken;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.shape.Shape;
import org.junit.jupiter.api.Test;

class ElementCheckTest {
  private static final double NAN = Double.NaN;
  private static final double INFINITY = Double.POSITIVE_INFINITY;
  private static final TensorType TYPE = TensorType.of(Shape.of(2, 2), Formats.F32);

  private static ElementCheck check(List<Double> exact, List<Double> bounds, double... actual) {
    Tensor expected = Tensor.of(TYPE, exact.stream().mapToDouble(Double::doubleValue).toArray());
    double[] errors = bounds.stream().mapToDouble(Double::doubleValue).toArray();
    return ElementCheck.of(new Approximate(expected, errors), Tensor.of(TYPE, actual));
  }

  @Test
  void everyElementHasItsOwnBound() {
    ElementCheck check = check(List.of(1.0, 2.0, 3.0, 4.0), List.of(0.5, 0.25, 0.0, 1.0), 1.25, 2.25, 3, 4);
    assertTrue(check.fault().isEmpty());
    assertEquals(0.25, check.maxError());
    assertEquals(0.5, check.bound());
    assertEquals(1, check.tightness());
    assertEquals(0, check.unbounded());
  }

  @Test
  void theFirstElementOutsideIsTheFault() {
    ElementCheck check = check(List.of(1.0, 2.0, 3.0, 4.0), List.of(0.5, 0.25, 0.0, 1.0), 1.5, 2.125, 3.0625, 9);
    ElementCheck.Fault fault = check.fault().orElseThrow();
    assertEquals(List.of(1, 0), fault.coordinates());
    assertEquals(3, fault.exact());
    assertEquals(3.0625, fault.actual());
    assertEquals(0, fault.bound());
    assertEquals(
        "element [1, 0] is 3.0625, exact is 3.0, off by 0.0625 where at most 0.0 is possible", fault.toString());
    assertEquals(5, check.maxError());
    assertEquals(1, check.bound());
    assertEquals(INFINITY, check.tightness());
  }

  @Test
  void nothingIsNearToWhatIsNoNumber() {
    ElementCheck check = check(List.of(1.0, 2.0, 3.0, 4.0), List.of(9.0, 9.0, 9.0, 9.0), 1, NAN, 3, 4);
    assertEquals(List.of(0, 1), check.fault().orElseThrow().coordinates());
    assertEquals(INFINITY, check.maxError());
  }

  @Test
  void anInfinityIsOnlyItself() {
    List<Double> bounds = List.of(0.0, 0.0, 0.0, 0.0);
    assertTrue(check(List.of(INFINITY, -INFINITY, 0.0, 0.0), bounds, INFINITY, -INFINITY, 0, -0.0).fault().isEmpty());
    assertEquals(List.of(0, 0),
        check(List.of(INFINITY, 0.0, 0.0, 0.0), bounds, -INFINITY, 0, 0, 0).fault().orElseThrow().coordinates());
    assertEquals(List.of(0, 1),
        check(List.of(INFINITY, 0.0, 0.0, 0.0), bounds, INFINITY, INFINITY, 0, 0).fault().orElseThrow().coordinates());
  }

  @Test
  void anElementWithoutABoundProvesNothing() {
    ElementCheck check = check(List.of(1.0, 2.0, NAN, 4.0), List.of(0.5, INFINITY, 0.0, 1.0), 1, 2, NAN, 4);
    assertEquals(2, check.unbounded());
    assertEquals(List.of(0, 1), check.fault().orElseThrow().coordinates());
    assertTrue(check.fault().orElseThrow().toString().contains("no bound of their distance is known"));
    assertEquals(0, check.maxError());
    assertEquals(0, check.tightness());
  }

  @Test
  void anElementOutsideItsBoundIsWorseThanOneWithout() {
    ElementCheck check = check(List.of(1.0, 2.0, 3.0, 4.0), List.of(INFINITY, 1.0, 1.0, 1.0), 1, 2, 3, 8);
    assertEquals(List.of(1, 1), check.fault().orElseThrow().coordinates());
    assertEquals(1, check.unbounded());
  }

  @Test
  void ofScaledTensorsValuesCount() {
    TensorType scaled =
        TensorType.of(Shape.of(2, 2), Formats.I8).withScale(new ScaleLayout(new PerToken(), Formats.F32));
    Tensor exact = new Tensor(scaled, new double[] {1, 2, 3, 4}, new double[] {0.5, 2});
    Tensor actual = new Tensor(scaled, new double[] {1, 2, 3, 5}, new double[] {0.5, 2});
    ElementCheck check = ElementCheck.of(new Approximate(exact, new double[] {0, 0, 0, 1}), actual);
    assertEquals(2, check.maxError());
    assertEquals(8, check.fault().orElseThrow().exact());
    assertEquals(10, check.fault().orElseThrow().actual());
  }
}
