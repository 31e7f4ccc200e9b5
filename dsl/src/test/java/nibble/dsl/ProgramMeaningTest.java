package nibble.dsl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.stream.IntStream;
import nibble.ir.Module;
import nibble.ir.TensorType;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.shape.Shape;
import org.junit.jupiter.api.Test;

/** Programs compute what plain Java computes. */
class ProgramMeaningTest {
  private static ImmutableList<Tensor> run(String program, Tensor... inputs) {
    Module module = Nib.compile(new SourceFile("x.nib", program), CompileOptions.standard()).module().orElseThrow();
    return new Interpreter(Mode.EXACT, WeightSource.NONE)
        .run(module.functions().values().iterator().next(), List.of(inputs));
  }

  private static Tensor tensor(NumberFormat format, Shape shape, double... elements) {
    return Tensor.of(TensorType.of(shape, format), elements);
  }

  /** The numbers 0, 1, 2, ... in that shape. */
  private static Tensor counting(long... extents) {
    Shape shape = Shape.of(extents);
    return tensor(Formats.F32, shape, IntStream.range(0, (int) shape.size().constant()).asDoubleStream().toArray());
  }

  private static void expect(Tensor tensor, Shape shape, double... elements) {
    assertEquals(shape, tensor.type().shape());
    assertArrayEquals(elements, tensor.elements(), 1e-12);
  }

  @Test
  void subscripts() {
    List<Tensor> results = run("""
        model m {
          fn f(x: f32[2, 3, 4]) -> (f32[2, 4], f32[3, 2], f32[2, 1, 2, 2], f32) {
            return x[:, 1], x[1, :, ::2], x[:, new, 1:, 1:3], x[-1, -2, -3]
          }
        }
        """, counting(2, 3, 4));
    expect(results.get(0), Shape.of(2, 4), 4, 5, 6, 7, 16, 17, 18, 19);
    expect(results.get(1), Shape.of(3, 2), 12, 14, 16, 18, 20, 22);
    expect(results.get(2), Shape.of(2, 1, 2, 2), 5, 6, 9, 10, 17, 18, 21, 22);
    expect(results.get(3), Shape.SCALAR, 17);
  }

  @Test
  void gathering() {
    List<Tensor> results = run("""
        model m {
          fn f(table: f32[3, 2], ids: i32[2, 2]) -> (f32[2, 2, 2], f32[3, 3]) {
            return table[ids], table[:, [1, 0, 1]]
          }
        }
        """, counting(3, 2), tensor(Formats.I32, Shape.of(2, 2), 2, 0, 1, 2));
    expect(results.get(0), Shape.of(2, 2, 2), 4, 5, 0, 1, 2, 3, 4, 5);
    expect(results.get(1), Shape.of(3, 3), 1, 0, 1, 3, 2, 3, 5, 4, 5);
  }

  @Test
  void rearranging() {
    Tensor x = counting(2, 3, 4);
    Tensor heads = run("""
        model m { fn f(x: f32[2, 3, 4]) -> f32[2, 2, 3, 2] { return rearrange(x, b s (h e) -> b h s e, h = 2) } }
        """, x).getFirst();
    double[] expected = new double[24];
    for (int b = 0; b < 2; b++) {
      for (int h = 0; h < 2; h++) {
        for (int s = 0; s < 3; s++) {
          for (int e = 0; e < 2; e++) {
            expected[((b * 2 + h) * 3 + s) * 2 + e] = x.elements()[(b * 3 + s) * 4 + h * 2 + e];
          }
        }
      }
    }
    expect(heads, Shape.of(2, 2, 3, 2), expected);
    Tensor back = run("""
        model m { fn f(x: f32[2, 2, 3, 2]) -> f32[2, 3, 4] { return rearrange(x, b h s e -> b s (h e)) } }
        """, heads).getFirst();
    expect(back, Shape.of(2, 3, 4), x.elements());
  }

  @Test
  void symbolicLoopsCarryVariables() {
    List<Tensor> results = run("""
        model m {
          size S
          fn fibonacci(x: f32[S]) -> (f32, f32, f32[2]) {
            var a = x[0] * 0
            var b = a + 1
            var trace: f32[2] = 0
            for i in 0..S {
              a, b = next(a, b)
              trace = if i % 2 == 1 then trace + [1, 2] else trace
            }
            return a, b, trace
          }
        }
        fn next(a: f32, b: f32) -> (f32, f32) { return b, a + b }
        """, counting(7));
    expect(results.get(0), Shape.SCALAR, 13);
    expect(results.get(1), Shape.SCALAR, 21);
    expect(results.get(2), Shape.of(2), 3, 6);
  }

  @Test
  void expandedLoopsKnowTheirCounter() {
    Tensor y = run("""
        model m {
          fn f(x: f32[6]) -> f32[2] {
            var y = x[0:2]
            for i in 1..3 { y = if i == 2 then y - i * x[2 * i : 2 * i + 2] else y + x[2 * i : 2 * i + 2] }
            return y
          }
        }
        """, counting(6)).getFirst();
    expect(y, Shape.of(2), 0 + 2 - 2 * 4, 1 + 3 - 2 * 5);
  }

  @Test
  void reductionsAndChoices() {
    List<Tensor> results = run("""
        model m {
          fn f(x: f32[2, 3]) -> (f32[2], f32[1, 3], f32, f32[2, 3], f32[2, 3]) {
            return sum(x, axis = 1), mean(x, axis = 0, keep = true), max(x),
              if x > 2 and x != 4 then -x else x ** 2,
              max(min(x, 3), 1)
          }
        }
        """, counting(2, 3));
    expect(results.get(0), Shape.of(2), 3, 12);
    expect(results.get(1), Shape.of(1, 3), 1.5, 2.5, 3.5);
    expect(results.get(2), Shape.SCALAR, 5);
    expect(results.get(3), Shape.of(2, 3), 0, 1, 4, -3, 16, -5);
    expect(results.get(4), Shape.of(2, 3), 1, 1, 2, 3, 3, 3);
  }

  @Test
  void symbolicSizesAreNumbersAtRunTime() {
    List<Tensor> results = run("""
        model m {
          size B, S
          fn f(x: f32[B, S], i: i32[B]) -> (f32[B], i32[B], f32) {
            return sum(x, axis = 1) / S, i * (S - 1), full([1], 2)[0] * B
          }
        }
        """, counting(2, 4), tensor(Formats.I32, Shape.of(2), 1, 5));
    expect(results.get(0), Shape.of(2), 1.5, 5.5);
    expect(results.get(1), Shape.of(2), 3, 15);
    expect(results.get(2), Shape.SCALAR, 4);
  }

  @Test
  void powersOfNegativeNumbers() {
    List<Tensor> results = run("""
        model m { fn f(x: f32[2]) -> (f32[2], f32[2], f32[2]) { return x ** 2, x ** 3, x ** -2 } }
        """, tensor(Formats.F32, Shape.of(2), -2, 4));
    expect(results.get(0), Shape.of(2), 4, 16);
    expect(results.get(1), Shape.of(2), -8, 64);
    expect(results.get(2), Shape.of(2), 0.25, 0.0625);
  }

  @Test
  void vectorsInMatrixProducts() {
    List<Tensor> results = run("""
        model m {
          fn f(v: f32[3], w: f32[3, 2], u: f32[2]) -> (f32[2], f32[3], f32) { return v @ w, w @ u, v @ v }
        }
        """, counting(3), counting(3, 2), counting(2));
    expect(results.get(0), Shape.of(2), 10, 13);
    expect(results.get(1), Shape.of(3), 1, 3, 5);
    expect(results.get(2), Shape.SCALAR, 5);
  }

  @Test
  void integersDivideTowardZero() {
    List<Tensor> results = run("""
        model m { fn f(i: i32[4]) -> (i32[4], i32[4], i32[4]) { return i / 2, i % 2, (i as f32 / 2) as i32 } }
        """, tensor(Formats.I32, Shape.of(4), -3, -2, 3, 4));
    expect(results.get(0), Shape.of(4), -1, -1, 1, 2);
    expect(results.get(1), Shape.of(4), -1, 0, 1, 0);
    expect(results.get(2), Shape.of(4), -1, -1, 1, 2);
  }

  @Test
  void softmaxAlongAnyAxis() {
    Tensor y = run("""
        model m { fn f(x: f32[2, 2]) -> f32[2, 2] { return softmax(x, axis = 0) } }
        """, tensor(Formats.F32, Shape.of(2, 2), 0, 1, 0, 1 + Math.log(3))).getFirst();
    expect(y, Shape.of(2, 2), 0.5, 0.25, 0.5, 0.75);
  }
}
