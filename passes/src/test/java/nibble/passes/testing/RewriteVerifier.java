package nibble.passes.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import com.google.common.collect.ImmutableList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import nibble.ir.Function;
import nibble.ir.Registry;
import nibble.ir.Substitution;
import nibble.ir.TensorType;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.op.Quantize;
import nibble.ir.shape.Dim;
import nibble.ir.text.Printer;

/**
 * Evaluates a function before and after a rewrite on the same inputs, and demands the same bits.
 *
 * @param numbers inputs and weights are made of these, rounded to their formats, or quantized where they are scaled
 * @param modes of the interpreter
 */
public record RewriteVerifier(List<Double> numbers, List<Mode> modes) {
  private static final Map<String, Long> SIZES = Map.of("B", 2L, "S", 3L);

  /** Demands equal bits; all NaN are one, and integers have one zero. */
  public void requireSameBits(Function before, Function after) {
    List<Tensor> inputs = inputs(before);
    for (Mode mode : modes) {
      List<Tensor> expected = run(before, mode, inputs);
      List<Tensor> actual = run(after, mode, inputs);
      assertEquals(expected.size(), actual.size());
      for (int i = 0; i < expected.size(); i++) {
        compare(expected.get(i), actual.get(i), i, mode, before, after, inputs);
      }
    }
  }

  private static void compare(
      Tensor expected, Tensor actual, int result, Mode mode, Function before, Function after, List<Tensor> inputs) {
    assertEquals(expected.type(), actual.type());
    boolean integers = expected.type().format().isInteger();
    for (int i = 0; i < expected.size(); i++) {
      double a = expected.elements()[i];
      double b = actual.elements()[i];
      if (integers ? a != b : Double.compare(a, b) != 0) {
        Printer printer = new Printer(Registry.core(), false);
        fail("result " + result + ", element " + i + " in " + mode + " mode: " + a + " before, " + b + " after\ninputs "
            + inputs + "\n" + printer.print(before) + printer.print(after));
      }
    }
  }

  private List<Tensor> run(Function function, Mode mode, List<Tensor> inputs) {
    WeightSource weights = (key, type) -> tensor(type, key.hashCode());
    // Sizes that no input has are not bound by the inputs.
    return new Interpreter(mode, weights).run(Substitution.of(SIZES).apply(function), inputs);
  }

  /** Inputs that fit a function. */
  public ImmutableList<Tensor> inputs(Function function) {
    ImmutableList.Builder<Tensor> inputs = ImmutableList.builder();
    Map<String, Long> sizes = new HashMap<>(SIZES);
    for (int i = 0; i < function.parameters().size(); i++) {
      TensorType type = function.parameters().get(i).tensorType().substitute(name -> Dim.of(sizes.get(name)));
      inputs.add(tensor(type, 7 * i));
    }
    return inputs.build();
  }

  private Tensor tensor(TensorType type, int from) {
    if (type.isScaled()) {
      return quantized(tensor(type.plain(Formats.F32), from), type);
    }
    NumberFormat format = type.format();
    double[] elements = new double[Math.toIntExact(type.shape().size().constant())];
    for (int i = 0; i < elements.length; i++) {
      elements[i] = format.round(numbers.get(Math.floorMod(from + i, numbers.size())));
    }
    return Tensor.of(type, elements);
  }

  private static Tensor quantized(Tensor values, TensorType type) {
    return Quantize.nearest(type).eval(List.of(values), type);
  }

}
