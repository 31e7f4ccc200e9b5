package nibble.passes.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableMap;
import java.util.Optional;
import nibble.ir.Registry;
import nibble.ir.diagnostic.InputException;
import nibble.passes.PassOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecordSyntaxTest {
  /** What the records below are. */
  public interface Shape {}

  /** With a default, and without. */
  public record Circle(
      @PassOption("how far its rim is") double radius,
      @PassOption(value = "how thick that is", otherwise = "2") long lineWidth) implements Shape {
    public Circle {
      if (radius < 0) {
        throw new InputException("a radius is not negative");
      }
    }
  }

  /** Nothing has to be said of it. */
  public record Square(@PassOption("its edge") Optional<Double> edge) implements Shape {}

  private static final OptionSyntax<Shape> SYNTAX = new RecordSyntax<Shape>(
      "a shape", ImmutableMap.of("circle", Circle.class, "square", Square.class)).syntax(Shape.class);

  private static Shape parse(String text) {
    return SYNTAX.parse().apply(text, Registry.core());
  }

  @Test
  void records() {
    assertEquals(new Circle(1.5, 2), parse("circle(radius = 1.5)"));
    assertEquals(new Circle(1.5, 3), parse("circle(line-width=3,radius=1.5)"));
    assertEquals(new Square(Optional.empty()), parse("square"));
    assertEquals(new Square(Optional.of(2.0)), parse("square(edge = 2)"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"circle(radius=1.5)", "circle(radius=0.0, line-width=3)", "square", "square(edge=2.0)"})
  void printsWhatItReads(String text) {
    assertEquals(text, SYNTAX.print().apply(parse(text)));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "ring | 'ring' is not a shape", "circle | must be given", "circle(radius=x) | 'x' is not a number",
      "circle(edge=1) | must be given", "square(radius=1) | has no option 'radius'", "square(2) | is no option",
      "square(edge=1, edge=2) | is no option", "square(edge=1 | not closed", "circle(radius=-1) | not negative"})
  void errors(String text, String message) {
    InputException error = assertThrows(InputException.class, () -> parse(text));
    assertTrue(error.getMessage().contains(message), error::getMessage);
  }
}
