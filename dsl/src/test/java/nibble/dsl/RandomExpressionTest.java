package nibble.dsl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import nibble.dsl.RandomExpression.Matrix;
import nibble.ir.Function;
import nibble.ir.Registry;
import nibble.ir.TensorType;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.format.Formats;
import nibble.ir.shape.Shape;
import nibble.ir.text.Printer;
import nibble.ir.verify.Verifier;

/** Random expressions mean what direct evaluation says, and still do when they are formatted. */
class RandomExpressionTest {
  /** An expression with numbers for its inputs. */
  record Case(RandomExpression expression, List<Matrix> inputs) {}

  @Provide
  Arbitrary<Case> cases() {
    return Arbitraries.randomValue(RandomExpressionTest::random);
  }

  private static Case random(Random random) {
    int m = random.nextInt(1, 4);
    int n = random.nextInt(1, 4);
    List<Matrix> inputs =
        List.of(matrix(m, n, random), matrix(m, 1, random), matrix(1, n, random), matrix(n, m, random));
    return new Case(RandomExpression.random(random, inputs, 5), inputs);
  }

  private static Matrix matrix(int rows, int columns, Random random) {
    return Matrix.of(rows, columns, (i, j) -> random.nextInt(-8, 9) / 4.0);
  }

  private static String program(Case some) {
    Matrix value = some.expression().value(some.inputs());
    String parameters = IntStream.range(0, some.inputs().size())
        .mapToObj(i -> "x" + i + ": " + type(some.inputs().get(i)))
        .collect(Collectors.joining(", "));
    return "model m { fn f(" + parameters + ") -> " + type(value) + " { return " + some.expression().text() + " } }";
  }

  private static String type(Matrix matrix) {
    return matrix.scalar() ? "f32" : "f32[" + matrix.rows() + ", " + matrix.columns() + "]";
  }

  private static Function compile(String program) {
    return Nib.compile(new SourceFile("x.nib", program), CompileOptions.standard())
        .module().orElseThrow().function("f").orElseThrow();
  }

  @Property(tries = 1000)
  void meansWhatDirectEvaluationSays(@ForAll("cases") Case some) {
    String program = program(some);
    CompiledFile compiled = Nib.compile(new SourceFile("x.nib", program), CompileOptions.standard());
    Verifier.require(compiled.module().orElseThrow());
    List<Tensor> inputs = new ArrayList<>();
    for (Matrix input : some.inputs()) {
      Shape shape = Shape.of(input.rows(), input.columns());
      inputs.add(Tensor.of(TensorType.of(shape, Formats.F32), input.elements()));
    }
    Function function = compiled.module().orElseThrow().function("f").orElseThrow();
    ImmutableList<Tensor> results = new Interpreter(Mode.EXACT, WeightSource.NONE).run(function, inputs);
    double[] expected = some.expression().value(some.inputs()).elements();
    double[] actual = results.getFirst().elements();
    double scale = Arrays.stream(expected).map(Math::abs).filter(Double::isFinite).max().orElse(0);
    assertArrayEquals(expected, actual, 1e-9 * (1 + scale), program);
  }

  @Property(tries = 300)
  void formattingKeepsTheMeaning(@ForAll("cases") Case some) {
    String program = program(some);
    String formatted = NibFormatter.format(new SourceFile("x.nib", program));
    assertEquals(formatted, NibFormatter.format(new SourceFile("x.nib", formatted)));
    Printer printer = new Printer(Registry.core(), false);
    assertEquals(printer.print(compile(program)), printer.print(compile(formatted)));
  }
}
