package nibble.codegen.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.stream.Collectors;
import nibble.ir.Function;
import nibble.ir.Registry;
import nibble.ir.text.Parser;
import org.junit.jupiter.api.Test;

class ConditionsTest {
  /** The condition of each operation that has one, by its result. */
  private static Map<String, String> conditions(String body) {
    Function function = Parser.parse("""
        module @m {
          func @f(%%x: tensor<[4] x f32>, %%c: tensor<[] x bool>, %%d: tensor<[] x bool>) {
        %s
          }
        }
        """.formatted(body.indent(4)), "test", Registry.core()).functions().get("f");
    Conditions conditions = Conditions.of(function);
    return function.body().operations().stream().filter(operation -> !conditions.of(operation).isEmpty())
        .collect(Collectors.toMap(operation -> operation.result().name(),
            operation -> conditions.of(operation).entrySet().stream()
            .map(entry -> entry.getKey().name() + " " + entry.getValue()).collect(Collectors.joining(", "))));
  }

  @Test
  void aSideIsNeededWhereItIsTaken() {
    assertEquals(Map.of("0", "c true", "1", "c false", "2", "c false"), conditions("""
        %0 = exp %x : tensor<[4] x f32>
        %1 = neg %x : tensor<[4] x f32>
        %2 = exp %1 : tensor<[4] x f32>
        %3 = either %c, %0, %2 : tensor<[4] x f32>
        return %3
        """));
  }

  @Test
  void whatSomebodyElseNeedsIsNeeded() {
    assertEquals(Map.of("1", "c false"), conditions("""
        %0 = exp %x : tensor<[4] x f32>
        %1 = neg %x : tensor<[4] x f32>
        %2 = either %c, %0, %1 : tensor<[4] x f32>
        %3 = add %2, %0 : tensor<[4] x f32>
        return %3
        """));
  }

  @Test
  void conditionsOfConditionsComeInOrder() {
    assertEquals(Map.of("0", "c true, d true", "1", "c true, d false", "2", "c true"), conditions("""
        %0 = exp %x : tensor<[4] x f32>
        %1 = neg %x : tensor<[4] x f32>
        %2 = either %d, %0, %1 : tensor<[4] x f32>
        %3 = either %c, %2, %x : tensor<[4] x f32>
        return %3
        """));
  }

  @Test
  void bothSidesShareWhatTheyShare() {
    assertEquals(Map.of("0", "c true"), conditions("""
        %0 = exp %x : tensor<[4] x f32>
        %1 = either %d, %0, %x : tensor<[4] x f32>
        %2 = either %d, %x, %0 : tensor<[4] x f32>
        %3 = add %1, %2 : tensor<[4] x f32>
        %4 = either %c, %3, %x : tensor<[4] x f32>
        return %4
        """).entrySet().stream().filter(entry -> entry.getKey().equals("0"))
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
  }
}
