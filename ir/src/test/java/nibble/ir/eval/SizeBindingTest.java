package nibble.ir.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Registry;
import nibble.ir.TensorType;
import nibble.ir.diagnostic.Diagnostic;
import nibble.ir.diagnostic.InputException;
import nibble.ir.text.Parser;
import nibble.ir.text.TextReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SizeBindingTest {
  private static final Interpreter EXACT = new Interpreter(Mode.EXACT, WeightSource.NONE);

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      [B,S]        | [2,8]        | {B=2, S=8}
      [2*S] [S]    | [16] [8]     | {S=8}
      [2*S + 1]    | [17]         | {S=8}
      [B*S] [B]    | [24] [3]     | {B=3, S=8}
      [ceil(S/8)] [S,S] | [2] [9,9] | {S=9}
      [4] []       | [4] []       | {}
      [S - 8]      | [0]          | {S=8}
      [S]          | [0]          | {S=0}
      """)
  void sizesAreWhatTheShapesSay(String parameters, String inputs, String expected) {
    assertEquals(expected, Interpreter.bind(function(parameters), inputs(inputs)).toString());
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      [S]        | [8] [8]    | @f takes 1 input, not 2
      [S] [S]    | [8] [9]    | the input %x1 is tensor<[S] x f32>, not tensor<[9] x f32>
      [S,4]      | [8]        | the input %x0 is tensor<[S,4] x f32>, not tensor<[8] x f32>
      [S,4]      | [8,5]      | the input %x0 is tensor<[S,4] x f32>, not tensor<[8,5] x f32>
      [2*S]      | [9]        | the shapes of the inputs of @f do not say what the size S is
      [B*S]      | [9]        | the shapes of the inputs of @f do not say what the size B, S is
      [S + 8]    | [3]        | the shapes of the inputs of @f do not say what the size S is
      """)
  void whatDoesNotFit(String parameters, String inputs, String message) {
    assertEquals(message, assertThrows(InputException.class, () ->
        EXACT.run(function(parameters), inputs(inputs))).getMessage());
  }

  @Test
  void anotherFormatDoesNotFit() {
    Function function = function("[S]");
    Tensor halves = Tensor.of(type("[2] x f16"), 1, 2);
    assertEquals("the input %x0 is tensor<[S] x f32>, not tensor<[2] x f16>",
        assertThrows(InputException.class, () -> EXACT.run(function, List.of(halves))).getMessage());
  }

  @Test
  void aSparseTensorThatTheShapeCannotHave() {
    Function function = InterpreterTest.function("func @f(%x: tensor<[S,8] x f16, sparse<2:4>>) {\n return %x\n }");
    Tensor dense = Tensor.of(type("[1,6] x f16"), 1, 2, 3, 4, 5, 6);
    assertEquals("the input %x is tensor<[S,8] x f16, sparse<2:4>>, not tensor<[1,6] x f16>",
        assertThrows(InputException.class, () -> EXACT.run(function, List.of(dense))).getMessage());
  }

  @Test
  void theSizesThatAreKnownAreNoted() {
    Diagnostic diagnostic = assertThrows(InputException.class, () ->
        EXACT.run(function("[B,S] [S]"), inputs("[2,8] [9]"))).diagnostics().getFirst();
    assertEquals(List.of("for B = 2, S = 8"), diagnostic.notes());
  }

  @Test
  void anOperationThatASizeMakesImpossible() {
    Function function = InterpreterTest.function("""
        func @f(%x: tensor<[S] x f32>) {
          %0 = slice %x {axis = 0, from = 0, to = 8, step = 1} : tensor<[8] x f32> loc("m.nib":7:3)
          return %0
        }
        """);
    Diagnostic diagnostic = assertThrows(InputException.class, () ->
        EXACT.run(function, inputs("[4]"))).diagnostics().getFirst();
    assertEquals("the range 0:8 is outside an axis of extent 4", diagnostic.message());
    assertEquals(7, diagnostic.location().line());
    assertEquals(List.of("for S = 4"), diagnostic.notes());
  }

  @Test
  void anExtentThatBecomesNegative() {
    Function function = InterpreterTest.function("""
        func @f(%x: tensor<[S] x f32>) {
          %0 = slice %x {axis = 0, from = 8, to = S, step = 1} : tensor<[S - 8] x f32>
          return %0
        }
        """);
    assertEquals("the extent -4 is negative", assertThrows(InputException.class, () ->
        EXACT.run(function, inputs("[4]"))).getMessage());
  }

  @Test
  void aTensorThatIsTooLarge() {
    Function function = InterpreterTest.function("""
        func @f(%x: tensor<[S] x f32>) {
          %0 = broadcast %x {shape = [1000000,S]} : tensor<[1000000,S] x f32>
          return %0
        }
        """);
    assertEquals("%0 has 4000000000 elements; the interpreter takes up to 2147483647",
        assertThrows(InputException.class, () -> EXACT.run(function, inputs("[4000]"))).getMessage());
  }

  @Test
  void theBoundsOfTheModuleAreKept() {
    String text = "module @m { symbol S min 8 multiple of 4 func @f(%x: tensor<[S] x f32>) { return %x } }";
    Module module = Parser.parse(text, "m.ir", Registry.core());
    Function function = module.function("f").orElseThrow();
    assertEquals(12, EXACT.run(module, function, inputs("[12]")).getFirst().size());
    for (String wrong : List.of("[4]", "[10]")) {
      assertEquals("the size S min 8 multiple of 4 can't be " + wrong.substring(1, wrong.length() - 1),
          assertThrows(InputException.class, () -> EXACT.run(module, function, inputs(wrong))).getMessage());
    }
  }

  @Test
  void bindingIsAMapOfSizes() {
    assertEquals(Map.of("S", 8L), Interpreter.bind(function("[S]"), inputs("[8]")));
  }

  private static Function function(String shapes) {
    StringBuilder parameters = new StringBuilder();
    for (String shape : shapes.strip().split(" (?=\\[)")) {
      int index = parameters.toString().split("%").length - 1;
      parameters.append(index > 0 ? ", " : "").append("%x").append(index)
          .append(": tensor<").append(shape).append(" x f32>");
    }
    return InterpreterTest.function("func @f(" + parameters + ") {\n return\n }");
  }

  private static List<Tensor> inputs(String shapes) {
    return Arrays.stream(shapes.strip().split(" (?=\\[)"))
        .map(shape -> Tensor.generate(type(shape + " x f32"), i -> i)).toList();
  }

  private static TensorType type(String text) {
    return new TextReader("tensor<" + text + ">", "type", Registry.core()).tensorType();
  }
}
