package nibble.ir.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Scale;
import nibble.ir.TensorType;
import nibble.ir.TypeRuleException;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequantizeTest {
  private static Tensor scalar(double value, NumberFormat format) {
    return Tensor.of(TensorType.of(Shape.SCALAR, format), value);
  }

  private static double eval(TensorOp op, Tensor... operands) {
    List<TensorType> types = List.of(operands).stream().map(Tensor::type).toList();
    return op.eval(List.of(operands), op.infer(types)).elements()[0];
  }

  private static double requantized(double number, double multiplier, double shift, NumberFormat to) {
    return eval(new Requantize(to), scalar(number, Formats.I32), scalar(multiplier, Formats.I32),
        scalar(shift, Formats.I32));
  }

  /** Halves go away from zero, on both sides. */
  @ParameterizedTest
  @CsvSource({
      "5, 1, 1, 3", "-5, 1, 1, -3", "4, 1, 1, 2", "5, 3, 2, 4", "-5, 3, 2, -4", "6, 1, 2, 2", "-6, 1, 2, -2",
      "5, 1, 2, 1",
      "2147483647, 2147483647, 62, 1", "-2147483648, 2147483647, 62, -1", "1073741823, 2147483647, 62, 0",
      "100, 1073741824, 30, 100", "1000, 1073741824, 30, 127", "-1000, 1073741824, 30, -128", "7, -3, 5, 0",
      "7, 2, 0, 7",
      "7, 2, 99, 0"})
  void roundsAwayFromZero(double number, double multiplier, double shift, double code) {
    assertEquals(code, requantized(number, multiplier, shift, Formats.I8));
  }

  @ParameterizedTest
  @CsvSource({
      "1, 1073741824, 30", "0.5, 1073741824, 31", "0.75, 1610612736, 31", "0.1, 1717986918, 34",
      "0.9999999999, 1073741824, 30", "0, 0, 62", "-1, 0, 62", "NaN, 0, 62", "Infinity, 2147483647, 1",
      "1e30, 2147483647, 1", "1073741823.9, 2147483647, 1", "2.168404344971009e-19, 1, 62", "1e-30, 0, 62"})
  void factorsAreDyadic(double factor, double multiplier, double shift) {
    assertEquals(multiplier, eval(new Dyadic(Dyadic.Part.MULTIPLIER), scalar(factor, Formats.F64)));
    assertEquals(shift, eval(new Dyadic(Dyadic.Part.SHIFT), scalar(factor, Formats.F64)));
  }

  /** As exact arithmetic has it, to the unit, and within a unit in 2^31 of the product with the factor itself. */
  @Property
  void isTheRoundedProduct(@ForAll int number, @ForAll @DoubleRange(min = 1e-9, max = 100) @Scale(10) double factor) {
    DyadicNumber dyadic = DyadicNumber.of(factor);
    long rounded = dyadic.times(Math.max(number, -Integer.MAX_VALUE));
    BigDecimal product = BigDecimal.valueOf(Math.max(number, -Integer.MAX_VALUE))
        .multiply(BigDecimal.valueOf(dyadic.multiplier())).divide(BigDecimal.TWO.pow(dyadic.shift()));
    assertEquals(product.setScale(0, RoundingMode.HALF_UP).longValueExact(), rounded);
    assertTrue(Math.abs(dyadic.multiplier() * Math.scalb(1.0, -dyadic.shift()) / factor - 1) <= 0x1p-31);
  }

  @Property
  void doesNotDecrease(
      @ForAll @IntRange(min = -1_000_000, max = 1_000_000) int number, @ForAll int multiplier,
      @ForAll @IntRange(max = 62) int shift) {
    DyadicNumber factor = new DyadicNumber(multiplier, shift);
    assertTrue(factor.times(number) <= factor.times(number + 1));
    assertEquals(-factor.times(number), factor.times(-number));
  }

  @Test
  void othersAreRefused() {
    TensorType integers = TensorType.of(Shape.of(4), Formats.I32);
    assertThrows(TypeRuleException.class, () ->
        new Requantize(Formats.I32).infer(List.of(integers, integers, integers)));
    assertThrows(TypeRuleException.class, () ->
        new Requantize(Formats.I8).infer(List.of(integers.plain(Formats.I8), integers, integers)));
    assertThrows(TypeRuleException.class, () ->
        new Requantize(Formats.I8).infer(List.of(integers, integers.withShape(Shape.of(3)), integers)));
    assertThrows(TypeRuleException.class, () -> new Dyadic(Dyadic.Part.SHIFT).infer(List.of(integers)));
  }
}
