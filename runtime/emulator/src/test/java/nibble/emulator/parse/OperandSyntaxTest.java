package nibble.emulator.parse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import nibble.emulator.PtxException;
import nibble.emulator.model.Operand;
import nibble.emulator.model.Operand.FloatConstant;
import nibble.emulator.model.Operand.IntegerConstant;
import nibble.emulator.model.Operand.Name;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Operands and constant expressions (PTX ISA, sections 4.5 and 6). */
class OperandSyntaxTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "42, 42",
    "0x2A, 42",
    "0X2a, 42",
    "052, 42",
    "0b101010, 42",
    "42U, 42",
    "0xFFFFFFFFFFFFFFFF, -1",
    "18446744073709551615, -1",
    "-9223372036854775808, -9223372036854775808",
    "-1, -1",
    "+7, 7",
    "~0, -1",
    "!5, 0",
    "!0, 1",
    "- -3, 3",
    "1 + 2 * 3, 7",
    "(1 + 2) * 3, 9",
    "10 - 4 - 3, 3",
    "7 / 2, 3",
    "-7 % 4, -3",
    "1 << 4 + 1, 32",
    "256 >> 4 >> 1, 8",
    "1 | 2 ^ 3 & 6, 1",
    "5 > 3 == 1, 1",
    "2 < 1 || 3 >= 3 && 4 != 5, 1",
    "0 ? 10 : 20, 20",
    "1 ? 2 ? 3 : 4 : 5, 3",
    "(.s64) 9, 9",
    "(.u64)(1 + 1), 2"
  })
  void integerConstants(String text, long value) {
    assertEquals(value, ExpressionBuilder.integer(Ptx.operand(text)), text);
  }

  @Test
  void floatingPointConstants() {
    assertEquals(new FloatConstant(0x3F800000L, 32), Ptx.operand("0f3F800000"));
    assertEquals(new FloatConstant(0xFFC00000L, 32), Ptx.operand("0FFFC00000"));
    assertEquals(new FloatConstant(0xBFF0000000000000L, 64), Ptx.operand("0dBFF0000000000000"));
    assertEquals(1.5, ((FloatConstant) Ptx.operand("1.5")).value());
    assertEquals(-1500.0, ((FloatConstant) Ptx.operand("-1.5e3")).value());
    assertEquals(2e-3, ((FloatConstant) Ptx.operand("2e-3")).value());
    assertEquals(-0.0, ((FloatConstant) Ptx.operand("-0f00000000")).value());
  }

  @Test
  void addresses() {
    assertEquals(new Operand.Address(new Name("%rd1"), 0, List.of()), Ptx.operand("[%rd1]"));
    assertEquals(new Operand.Address(new Name("%rd1"), -8, List.of()), Ptx.operand("[%rd1+-8]"));
    assertEquals(new Operand.Address(new Name("%rd1"), -8, List.of()), Ptx.operand("[%rd1 - 8]"));
    assertEquals(new Operand.Address(new Name("x"), 12, List.of()), Ptx.operand("[x+4+8]"));
    assertEquals(new Operand.Address(new IntegerConstant(64), 0, List.of()), Ptx.operand("[64]"));
  }

  @Test
  void coordinates() {
    Operand.Address address = (Operand.Address) Ptx.operand("[%rd1, {%f4, %f1}]");
    assertEquals(List.of(new Operand.Vector(List.of(new Name("%f4"), new Name("%f1")))), address.coordinates());
  }

  @Test
  void symbolsAndSelectors() {
    assertEquals(new Operand.Displaced(new Name("x"), 4), Ptx.operand("x+4"));
    assertEquals(new Operand.Displaced(new Name("x"), -4), Ptx.operand("x-4"));
    assertEquals(new Operand.Generic(new Name("x"), 0), Ptx.operand("generic(x)"));
    assertEquals(new Name("%tid.x"), Ptx.operand("%tid.x"));
    assertEquals(new Name("v.y"), Ptx.operand("v.y"));
    assertTrue(((Name) Ptx.operand("_")).isSink());
  }

  @Test
  void largeVectors() {
    String registers = Arbitraries.integers().between(0, 9).list().ofSize(128).sample().stream()
        .map(it -> "%r" + it).collect(Collectors.joining(", "));
    assertEquals("{" + registers + "}", Ptx.operand("{" + registers + "}").toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"1 / 0", "1 % 0", "0x10000000000000000", "99999999999999999999", "1.5 + 2", "~1.5", "x * 2", "sin(1)",
        "[x * 2]", "[{x}]", "generic(3)", "1 ? 2", "(1", "[x", "{x", "09"})
  void refuses(String text) {
    assertThrows(PtxException.class, () -> Ptx.operand(text), text);
  }

  /** Random expressions against an evaluator of their own. */
  private record Expression(String text, long value) {}

  @Provide
  Arbitrary<Expression> expressions() {
    Arbitrary<Expression> constants =
        Arbitraries.longs().between(0, Long.MAX_VALUE).map(it -> new Expression(Long.toString(it), it));
    return Arbitraries.lazyOf(
        () -> constants,
        () -> constants,
        () ->
            Combinators.combine(
                    expressions(),
                    Arbitraries.of(
                        "+", "-", "*", "/", "%", "<<", ">>", "&", "|", "^", "<", "<=", ">", ">=", "==", "!="),
                    expressions())
                .as(OperandSyntaxTest::combine),
        () ->
            Combinators.combine(Arbitraries.of("-", "~", "!", "+"), expressions())
                .as((operator, it) -> new Expression(operator + it.text, apply(operator, it.value))));
  }

  private static long apply(String operator, long value) {
    return switch (operator) {
      case "-" -> -value;
      case "~" -> ~value;
      case "!" -> value == 0 ? 1 : 0;
      default -> value;
    };
  }

  private static Expression combine(Expression a, String operator, Expression b) {
    boolean divides = operator.equals("/") || operator.equals("%");
    Expression right = divides && b.value == 0 ? new Expression("7", 7) : b;
    return new Expression(
        "(" + a.text + " " + operator + " " + right.text + ")", apply(a.value, operator, right.value));
  }

  private static long apply(long a, String operator, long b) {
    return switch (operator) {
      case "+" -> a + b;
      case "-" -> a - b;
      case "*" -> a * b;
      case "/" -> a / b;
      case "%" -> a % b;
      case "<<" -> a << b;
      case ">>" -> a >> b;
      case "&" -> a & b;
      case "|" -> a | b;
      case "^" -> a ^ b;
      case "<" -> a < b ? 1 : 0;
      case "<=" -> a <= b ? 1 : 0;
      case ">" -> a > b ? 1 : 0;
      case ">=" -> a >= b ? 1 : 0;
      case "==" -> a == b ? 1 : 0;
      default -> a != b ? 1 : 0;
    };
  }

  @Property(tries = 200)
  void expressionsHaveTheirValue(@ForAll("expressions") Expression expression) {
    assertEquals(expression.value, ExpressionBuilder.integer(Ptx.operand(expression.text)), expression.text);
  }

  @Provide
  Arbitrary<Operand> operands() {
    Arbitrary<Name> names = Arbitraries.of("%r1", "%rd12", "x", "$str", "%tid.x", "_", "p", "WARP_SZ").map(Name::new);
    Arbitrary<Operand> simple =
        Arbitraries.oneOf(
            names.map(it -> it),
            Arbitraries.longs().map(IntegerConstant::new),
            Arbitraries.integers().map(it -> new FloatConstant(it & 0xffffffffL, 32)),
            Arbitraries.longs().map(it -> new FloatConstant(it, 64)));
    Arbitrary<Long> offsets = Arbitraries.longs().between(-1000, 1000).filter(it -> it != 0);
    return Arbitraries.oneOf(
        simple,
        simple.list().ofMinSize(1).ofMaxSize(8).map(Operand.Vector::new),
        names.list().ofMinSize(1).ofMaxSize(4).map(it -> new Operand.Group(List.copyOf(it))),
        Combinators.combine(names, offsets).as((name, offset) -> new Operand.Address(name, offset, List.of())),
        Combinators.combine(names, offsets).as(Operand.Displaced::new),
        Combinators.combine(names, names).as(Operand.Pair::new),
        names.map(Operand.Not::new));
  }

  @Property(tries = 300)
  void operandsPrintAsTheyAreRead(@ForAll("operands") Operand operand) {
    assertEquals(operand, Ptx.operand(operand.toString()));
  }
}
