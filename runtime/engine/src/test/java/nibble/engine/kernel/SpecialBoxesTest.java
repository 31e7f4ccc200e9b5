package nibble.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import nibble.codegen.Backend;
import nibble.codegen.Program;
import nibble.codegen.matrix.FormatMatrix;
import nibble.codegen.matrix.FormatMatrix.Cell;
import nibble.codegen.matrix.KernelFamily;
import nibble.codegen.matrix.Precision;
import nibble.codegen.matrix.Support;
import nibble.codegen.target.Targets;
import nibble.engine.plan.Constants;
import nibble.engine.plan.Session.Observer;
import nibble.engine.plan.Session.Sharing;
import nibble.engine.testing.ProvenRun;
import nibble.ir.Module;
import nibble.ir.Registry;
import nibble.ir.TensorType;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.format.Formats;
import nibble.ir.op.Quantize;
import nibble.ir.shape.Shape;
import nibble.ir.text.Parser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What boxes become that are zero, constant, tiny, huge or no numbers, in every quantizer that has kernels: what
 * docs/precision.md says ("What is no number"). No value becomes NaN or ceases to be it against the interpreter.
 */
class SpecialBoxesTest {
  private static final int ZERO = 0;
  private static final int CONSTANT = 1;
  /** What a kernel's scale may be off by: two units of the division, and one of the product with a code. */
  private static final double SCALE_ERROR = 3 * 0x1p-23;
  private static final int COLUMNS = Precision.DEPTH;

  static List<Cell> quantizers() {
    List<Cell> cells = new ArrayList<>();
    FormatMatrix.of(new Backend(), ImmutableList.of(Targets.get("sm_80"))).cells().forEach(cell -> {
      boolean hasScales = !cell.precision().layout().isEmpty();
      if (hasScales && cell.family() == KernelFamily.QUANTIZE && cell.support() instanceof Support.Compiled) {
        cells.add(cell);
      }
    });
    return cells;
  }

  /** Row by row: zero, constant, with an infinity, with a NaN, tiny, subnormal, huge; then ordinary ones. */
  private static Tensor input(int specials) {
    Random random = new Random(1);
    double[] elements = new double[Precision.ROWS * COLUMNS];
    for (int i = 0; i < elements.length; i++) {
      double ordinary = random.nextGaussian();
      elements[i] = (float) switch (i / COLUMNS >= specials ? -1 : i / COLUMNS) {
        case ZERO -> 0;
        case CONSTANT -> 1.7;
        case 2 -> i % COLUMNS == 3 ? Double.NEGATIVE_INFINITY : ordinary;
        case 3 -> i % COLUMNS == 40 ? Double.NaN : ordinary;
        case 4 -> ordinary * 1e-30;
        case 5 -> ordinary * 1e-42;
        case 6 -> Math.clamp(ordinary, -3, 3) * 1e38;
        default -> ordinary;
      };
    }
    return Tensor.of(TensorType.of(Shape.of(Precision.ROWS, COLUMNS), Formats.F32), elements);
  }

  private static Tensor interpreted(Cell cell, Tensor input) {
    return interpreted(
        Parser.parse(cell.family().module(cell.precision()), "test", Registry.core()), List.of(input));
  }

  private static Tensor interpreted(Module module, List<Tensor> inputs) {
    return new Interpreter(Mode.FAITHFUL, WeightSource.NONE)
        .run(module, module.functions().values().iterator().next(), inputs).getFirst();
  }

  private static Tensor launched(Cell cell, Tensor input) {
    Program program = ((Support.Compiled) cell.support()).program();
    return ProvenRun.launch(
        program, List.of(input), Constants.of(program, WeightSource.NONE), Sharing.NONE, Observer.NONE).getFirst();
  }

  private static String describe(Cell cell, int i, double expected, double actual) {
    return cell + ", row " + i / COLUMNS + ", column " + i % COLUMNS + ": " + actual + " for " + expected;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("quantizers")
  void nanIsWhereItIsInTheInterpreter(Cell cell) {
    for (int specials : new int[] {3, 7}) {
      Tensor input = input(specials);
      double[] expected = interpreted(cell, input).values();
      double[] actual = launched(cell, input).values();
      for (int i = 0; i < expected.length; i++) {
        int at = i;
        assertEquals(
            Double.isNaN(expected[i]), Double.isNaN(actual[i]), () -> describe(cell, at, expected[at], actual[at]));
        assertTrue(!Double.isInfinite(actual[i]), () -> describe(cell, at, expected[at], actual[at]));
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("quantizers")
  void zeroAndConstantBoxesAreSo(Cell cell) {
    double[] values = launched(cell, input(2)).values();
    double[] zero = DoubleStream.of(values).limit(COLUMNS).toArray();
    assertTrue(DoubleStream.of(zero).allMatch(value -> value == 0), "zeros are " + zero[0]);
    double[] expected = interpreted(cell, input(2)).values();
    for (int i = COLUMNS; i < 2 * COLUMNS; i++) {
      int at = i;
      assertEquals(expected[i], values[i], SCALE_ERROR * Math.abs(expected[i]),
          () -> describe(cell, at, expected[at], values[at]));
    }
  }

  private static Module product(String type, String rows) {
    return ProvenRun.parse("""
        module @m {
          symbol N
          func @f(%%x: tensor<[%1$s,64] x f32>, %%w: tensor<[24,64] x %2$s>) {
            %%0 = quantize %%x {rounding = nearest_even} : tensor<[%1$s,64] x %2$s>
            %%1 = matmul %%0, %%w {transposeB = true, to = f32} : tensor<[%1$s,24] x f32>
            return %%1
          }
        }
        """.formatted(rows, type));
  }

  private static ProvenRun withoutRows(Module module) {
    Program program = ProvenRun.compile(module, new Backend());
    return ProvenRun.of(program, inputs(program.main().parameters().get(1).tensorType()), WeightSource.NONE);
  }

  private static List<Tensor> inputs(TensorType weight) {
    Tensor numbers = Tensor.generate(weight.plain(Formats.F32), i -> Math.sin(i));
    return List.of(
        Tensor.of(TensorType.of(Shape.of(0, 64), Formats.F32)),
        Quantize.nearest(weight).eval(List.of(numbers), weight));
  }

  @ParameterizedTest
  @ValueSource(strings = {
    "i8, scale<token, f32>", "i8, scale<tensor, f32>", "e4m3, scale<group 32, ue8m0, up>",
    "i8, scale<block(32,32), f16>"})
  void tensorsWithoutElementsAreInterpretedAlone(String type) {
    Module module = product(type, "0");
    InputException refused = assertThrows(InputException.class, () -> withoutRows(module));
    assertTrue(refused.getMessage().contains("which has no elements"), refused.getMessage());
    TensorType weight = module.functions().values().iterator().next().parameters().get(1).tensorType();
    List<Tensor> inputs = inputs(weight);
    assertEquals(0, interpreted(module, inputs).elements().length);
  }

  /** Where rows are not counted before, there are some. */
  @Test
  void aSizeOfZeroIsRefused() {
    Module module = product("i8, scale<token, f32>", "N");
    InputException refused = assertThrows(InputException.class, () -> withoutRows(module));
    assertEquals("the size N is 0 in these inputs, and sizes are at least 1", refused.getMessage());
  }
}
