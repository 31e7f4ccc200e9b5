package nibble.ir.op;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Integers are exact and wrap, as they do in kernels. */
class IntegerArithmeticTest {
  @ParameterizedTest
  @CsvSource({
      "i32, 2147483647, 2147483647, 1", "i32, 1234567891, 987654321, 316124131", "i32, -2147483648, -1, -2147483648",
      "i8, 100, 3, 44", "u8, 16, 17, 16", "i4, 7, 7, 1", "i64, 3037000500, 3037000500, -9223372036709301616"})
  void products(String format, double a, double b, double product) {
    assertEquals(product, apply(new Mul(), format, a, b));
  }

  @ParameterizedTest
  @CsvSource({"i32, 2147483647, 1, -2147483648", "u8, 250, 10, 4", "i8, -128, -1, 127", "i16, 32767, 32767, -2"})
  void sums(String format, double a, double b, double sum) {
    assertEquals(sum, apply(new Add(), format, a, b));
  }

  @ParameterizedTest
  @CsvSource({
      "i32, 7, 2, 3, 1", "i32, -7, 2, -3, -1", "i32, 7, -2, -3, 1", "i32, 5, 0, -1, 5", "u8, 5, 0, 255, 5",
      "i32, -2147483648, -1, -2147483648, 0", "i8, -128, -1, -128, 0"})
  void divisionTruncates(String format, double a, double b, double quotient, double remainder) {
    assertEquals(quotient, apply(new Div(), format, a, b));
    assertEquals(remainder, apply(new Remainder(), format, a, b));
  }

  @ParameterizedTest
  @CsvSource({"i8, -128, -128, -128", "i8, -5, 5, 5", "u8, 5, 251, 5", "i32, -2147483648, -2147483648, -2147483648"})
  void negativeAndMagnitude(String name, double x, double negative, double magnitude) {
    TensorType type = type(name);
    Tensor operand = Tensor.of(type, x);
    assertEquals(negative, new Neg().eval(List.of(operand), type).item());
    assertEquals(magnitude, new Abs().eval(List.of(operand), type).item());
  }

  private static double apply(BinaryOp op, String format, double a, double b) {
    TensorType type = type(format);
    return op.eval(List.of(Tensor.of(type, a), Tensor.of(type, b)), type).item();
  }

  private static TensorType type(String format) {
    return TensorType.scalar(
        Formats.all().stream().filter(candidate -> candidate.name().equals(format)).findFirst().orElseThrow());
  }
}
