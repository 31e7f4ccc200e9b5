package nibble.ir.eval;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.RandomModules;
import nibble.ir.Registry;
import nibble.ir.TensorType;
import nibble.ir.diagnostic.InputException;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.shape.Shape;
import nibble.ir.text.Parser;
import nibble.ir.verify.Verifier;
import org.junit.jupiter.api.Test;

class InterpreterTest {
  private static final Interpreter EXACT = new Interpreter(Mode.EXACT, WeightSource.NONE);
  private static final Interpreter FAITHFUL = new Interpreter(Mode.FAITHFUL, WeightSource.NONE);

  @Provide
  Arbitrary<Module> modules() {
    return RandomModules.modules();
  }

  @Test
  void exactHonoursNoFormatAndFaithfulEveryOne() {
    Function third = function("""
        func @f(%x: tensor<[] x f32>) {
          %0 = constant {values = [3.0]} : tensor<[] x f32>
          %1 = div %x, %0 : tensor<[] x f32>
          %2 = cast %1 {to = bf16} : tensor<[] x bf16>
          return %1, %2
        }
        """);
    assertEquals(List.of(1 / 3.0, 1 / 3.0), items(EXACT.run(third, List.of(scalar(1)))));
    assertEquals(
        List.of((double) (1 / 3f), Formats.BF16.round(1 / 3f)), items(FAITHFUL.run(third, List.of(scalar(1)))));
  }

  @Test
  void faithfulRoundsInputsAndWeights() {
    Function function = function("""
        func @f(%x: tensor<[] x f32>) {
          %w = weight {key = "w"} : tensor<[] x f16>
          return %x, %w
        }
        """);
    WeightSource tenth = (key, type) -> Tensor.scalar(type, 0.1);
    assertEquals(List.of(0.1, 0.1), items(new Interpreter(Mode.EXACT, tenth).run(function, List.of(scalar(0.1)))));
    assertEquals(List.of((double) 0.1f, Formats.F16.round(0.1)),
        items(new Interpreter(Mode.FAITHFUL, tenth).run(function, List.of(scalar(0.1)))));
  }

  @Test
  void quantizationIsHonouredInBothModes() {
    Function function = function("""
        func @f(%x: tensor<[4] x f32>) {
          %0 = quantize %x {rounding = nearest_even} : tensor<[4] x i8, scale<tensor, f16>>
          %1 = dequantize %0 {to = f32} : tensor<[4] x f32>
          return %0, %1
        }
        """);
    Tensor x = Tensor.of(type(Formats.F32, 4), 1.27, 0.635, -0.32, 0);
    for (Interpreter interpreter : List.of(EXACT, FAITHFUL)) {
      Tensor codes = interpreter.run(function, List.of(x)).getFirst();
      assertArrayEquals(new double[] {127, 63, -32, 0}, codes.elements());
      assertArrayEquals(new double[] {Formats.F16.round(0.01)}, codes.scales());
    }
  }

  @Test
  void loopsCarryValuesAndCount() {
    Function function = function("""
        func @f(%n: tensor<[] x i32>, %one: tensor<[] x i32>) {
          %0, %1 = for %n, %one {from = 2, to = 5} do (
              %i: tensor<[] x i32>, %a: tensor<[] x i32>, %b: tensor<[] x i32>) {
            %2 = add %a, %i : tensor<[] x i32>
            %3 = mul %b, %i : tensor<[] x i32>
            %4 = add %3, %one : tensor<[] x i32>
            yield %2, %4
          } : tensor<[] x i32>, tensor<[] x i32>
          return %0, %1
        }
        """);
    Tensor zero = Tensor.scalar(TensorType.scalar(Formats.I32), 0);
    Tensor one = Tensor.scalar(TensorType.scalar(Formats.I32), 1);
    // ((1*2 + 1)*3 + 1)*4 + 1
    assertEquals(List.of(9.0, 41.0), items(EXACT.run(function, List.of(zero, one))));
  }

  @Test
  void aLoopOverNothingGivesWhatItIsGiven() {
    Function function = function("""
        func @f(%x: tensor<[] x f32>) {
          %0 = for %x {from = 3, to = 3} do (%i: tensor<[] x i32>, %a: tensor<[] x f32>) {
            %1 = neg %a : tensor<[] x f32>
            yield %1
          } : tensor<[] x f32>
          return %0
        }
        """);
    assertEquals(List.of(7.0), items(EXACT.run(function, List.of(scalar(7)))));
  }

  @Test
  void aKernelIsWhatIsInIt() {
    Function function = function("""
        func @f(%x: tensor<[] x f32>, %y: tensor<[] x f32>) {
          %0, %1 = kernel %y, %x {label = "k"} do (%a: tensor<[] x f32>, %b: tensor<[] x f32>) {
            %2 = sub %a, %b : tensor<[] x f32>
            yield %2, %a
          } : tensor<[] x f32>, tensor<[] x f32>
          return %0, %1
        }
        """);
    assertEquals(List.of(3.0, 5.0), items(EXACT.run(function, List.of(scalar(2), scalar(5)))));
  }

  @Test
  void theObserverSeesEveryOperationInOrder() {
    Function function = function("""
        func @f(%x: tensor<[] x f32>) {
          %0 = for %x {from = 0, to = 2} do (%i: tensor<[] x i32>, %a: tensor<[] x f32>) {
            %1 = neg %a : tensor<[] x f32>
            yield %1
          } : tensor<[] x f32>
          %2 = exp %0 : tensor<[] x f32>
          return %2
        }
        """);
    List<String> seen = new ArrayList<>();
    new Interpreter(Mode.EXACT, WeightSource.NONE, (operation, operands, results) ->
        seen.add(operation.op().name() + operands.size() + " " + results.getFirst().item()))
        .run(function, List.of(scalar(0)));
    assertEquals(List.of("neg1 -0.0", "neg1 0.0", "for1 0.0", "exp1 1.0"), seen);
  }

  @Test
  void weightsThatAreMissingOrOtherwise() {
    Function function = function("""
        func @f() {
          %w = weight {key = "layer.0"} : tensor<[2] x f16>
          return %w
        }
        """);
    assertEquals("the model needs the weight 'layer.0' but no weight file was given",
        assertThrows(InputException.class, () -> EXACT.run(function, List.of())).getMessage());
    WeightSource other = (key, type) -> Tensor.of(type(Formats.F32, 3), 1, 2, 3);
    assertEquals("the weight 'layer.0' is tensor<[3] x f32>, not tensor<[2] x f16>",
        assertThrows(InputException.class, () ->
            new Interpreter(Mode.EXACT, other).run(function, List.of())).getMessage());
  }

  @Test
  void anIndexOutsideTheTableIsAnErrorOfTheInput() {
    Function function = function("""
        func @f(%table: tensor<[2,3] x f32>, %i: tensor<[] x i64>) {
          %0 = gather %table, %i {axis = 0} : tensor<[3] x f32>
          return %0
        }
        """);
    Tensor table = Tensor.of(TensorType.of(Shape.of(2, 3), Formats.F32), 1, 2, 3, 4, 5, 6);
    for (double index : new double[] {2, -1, 4294967296.0}) {
      Tensor indices = Tensor.scalar(TensorType.scalar(Formats.I64), index);
      assertEquals("the index " + (long) index + " is outside the 2 rows of the table",
          assertThrows(InputException.class, () -> EXACT.run(function, List.of(table, indices))).getMessage());
    }
  }

  /** Whatever verifies runs, and gives values of the types that it says, the same each time and in every thread. */
  @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
  void randomModulesRun(@ForAll("modules") Module module, @ForAll long seed) {
    Function main = module.function("main").orElseThrow();
    List<Tensor> inputs = RandomModules.inputs(main, new Random(seed));
    Interpreter interpreter =
        new Interpreter(Mode.FAITHFUL, RandomModules.weights(seed), (operation, operands, results) -> {
      for (int i = 0; i < results.size(); i++) {
        assertEquals(operation.results().get(i).type(), results.get(i).type());
        assertRepresentable(results.get(i));
      }
    });
    List<Tensor> results = interpreter.run(module, main, inputs);
    var again = List.of(
        CompletableFuture.supplyAsync(() -> interpreter.run(module, main, inputs)),
        CompletableFuture.supplyAsync(() -> interpreter.run(module, main, inputs)));
    for (var other : again) {
      for (int i = 0; i < results.size(); i++) {
        assertTrue(results.get(i).sameAs(other.join().get(i)));
      }
    }
  }

  private static void assertRepresentable(Tensor tensor) {
    NumberFormat format = tensor.type().format();
    for (double element : tensor.elements()) {
      assertEquals(format.round(element), element, tensor::toString);
    }
  }

  static Function function(String text) {
    String whole = "module @m {\n symbol B\n symbol S min 4 multiple of 4\n" + text + "}";
    Module module = Parser.parse(whole, "m.ir", Registry.core());
    Verifier.require(module);
    return module.function("f").orElseThrow();
  }

  private static TensorType type(NumberFormat format, long... extents) {
    return TensorType.of(Shape.of(extents), format);
  }

  private static Tensor scalar(double value) {
    return Tensor.scalar(TensorType.scalar(Formats.F32), value);
  }

  private static List<Double> items(List<Tensor> scalars) {
    return scalars.stream().map(Tensor::item).toList();
  }
}
