package nibble.engine.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtException;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import nibble.codegen.Backend;
import nibble.codegen.Program;
import nibble.engine.testing.ProvenRun;
import nibble.engine.verify.ElementCheck;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Registry;
import nibble.ir.Substitution;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.RunningBounds;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.text.Printer;
import nibble.ir.verify.Verifier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each op that ONNX has too, on random operands of random shapes: what the interpreter gives, exactly, is what ONNX
 * Runtime gives, as far as its f32 allows, and the kernels that the op is compiled to are proven on the PTX machine.
 */
class OnnxRuntimeTest {
  private static final int TRIALS = 6;

  private static final ImmutableMap<String, Consumer<OpTrial>> CASES = cases();

  private static ImmutableMap<String, Consumer<OpTrial>> cases() {
    ImmutableMap.Builder<String, Consumer<OpTrial>> cases = ImmutableMap.builder();
    ElementwiseCases.addTo(cases);
    ShapeCases.addTo(cases);
    ReductionCases.addTo(cases);
    ProductCases.addTo(cases);
    return cases.buildOrThrow();
  }

  static Stream<String> names() {
    return CASES.keySet().stream().sorted();
  }

  @ParameterizedTest
  @MethodSource("names")
  void agrees(String name) throws OrtException {
    for (int i = 0; i < TRIALS; i++) {
      OpTrial trial = new OpTrial(31L * name.hashCode() + i);
      CASES.get(name).accept(trial);
      check(name + ", trial " + i, trial);
    }
  }

  private static void check(String what, OpTrial trial) throws OrtException {
    Module module = trial.module();
    Verifier.require(module);
    String text = what + "\n" + Printer.print(module, Registry.core());
    Function main = module.functions().get("main");
    List<Tensor> inputs = trial.inputs();
    Tensor exact = new Interpreter(Mode.EXACT, WeightSource.NONE).run(module, main, inputs).getFirst();
    Approximate bounded = new RunningBounds(new OracleArithmetic()).run(
        Substitution.of(trial.sizes()).apply(main).body(), inputs.stream().map(Approximate::given).toList()).getFirst();
    assertTrue(exact.sameAs(bounded.exact()), text);
    ElementCheck oracle = ElementCheck.of(bounded, trial.oracle());
    assertEquals("", oracle.fault().map(Object::toString).orElse(""), () -> "ONNX Runtime: " + text);

    Program program = ProvenRun.compile(module, new Backend());
    ProvenRun run = ProvenRun.of(program, inputs, WeightSource.NONE);
    assertTrue(run.isProven(), () -> "PTX machine: " + run.checks() + "\n" + text);
  }
}
