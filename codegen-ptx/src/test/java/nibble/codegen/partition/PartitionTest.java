package nibble.codegen.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import nibble.codegen.kernel.KernelCase;
import nibble.codegen.kernel.KernelCases;
import nibble.codegen.kernel.RandomTensors;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Registry;
import nibble.ir.Value;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.shape.Dim;
import nibble.ir.text.Parser;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A function cut into kernels is the function. */
class PartitionTest {
  /**
   * All but those of single quantizers, which {@link SplitDynamicQuantizeTest} holds to more, and of schemes of
   * attention, which round weights where kernels have bounds of that rounding ({@link SplitAttentionSchemeTest}).
   */
  static Stream<KernelCase> cases() {
    return KernelCases.all().filter(
        kernels -> !kernels.name().startsWith("quantize") && !kernels.text().contains("scheme = "));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void kernelsTogetherAreTheFunction(KernelCase kernels) {
    Module module = Parser.parse(kernels.text(), "test", Registry.core());
    Function function = module.functions().values().iterator().next();
    RandomTensors random = new RandomTensors(new Random(1));
    List<Tensor> inputs = function.parameters().stream().map(Value::tensorType)
        .map(type -> random.of(type.substitute(name -> Dim.of(kernels.sizes().get(name))))).toList();
    WeightSource weights = (key, type) -> new RandomTensors(new Random(key.hashCode())).of(type);
    List<Tensor> expected = new Interpreter(Mode.EXACT, weights).run(function, inputs);

    Partition partition = Partition.of(function, module.symbols());
    List<Tensor> arguments = new ArrayList<>(inputs);
    arguments.addAll(new Interpreter(Mode.EXACT, weights).run(partition.load(), List.of()));
    List<Tensor> actual = new Interpreter(Mode.EXACT, weights).run(partition.main(), arguments);
    assertEquals(expected.size(), actual.size());
    for (int i = 0; i < expected.size(); i++) {
      compare(expected.get(i), actual.get(i));
    }
  }

  /** Scales that have become values are not rounded in exact interpretation, so a code may be the next one. */
  private static void compare(Tensor expected, Tensor actual) {
    assertEquals(expected.type(), actual.type());
    boolean scaled = expected.type().isScaled();
    compare(expected.elements(), actual.elements(), scaled ? 1 : 1e-14, 1e-12);
    compare(expected.scales(), actual.scales(), 0, scaled ? expected.type().scaleType().format().roundingError(1) : 0);
  }

  private static void compare(double[] expected, double[] actual, double absolute, double relative) {
    for (int i = 0; i < expected.length; i++) {
      // Infinities have no distance.
      double distance = expected[i] == actual[i] ? 0 : Math.abs(expected[i] - actual[i]);
      assertTrue(distance <= absolute + relative * Math.abs(expected[i]), expected[i] + " but " + actual[i]);
    }
  }
}
