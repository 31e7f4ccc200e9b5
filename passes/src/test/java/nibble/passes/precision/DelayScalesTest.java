package nibble.passes.precision;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import nibble.ir.Module;
import nibble.ir.TensorType;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.format.Formats;
import nibble.ir.op.Quantize;
import nibble.ir.shape.Shape;
import nibble.ir.verify.Verifier;
import nibble.passes.Decision;
import nibble.passes.NumericEffect;
import nibble.passes.PassContext;
import nibble.passes.PassEnvironment;
import nibble.passes.PassManager;
import nibble.passes.pipeline.PassRegistry;
import nibble.passes.spi.Plugins;
import nibble.passes.testing.IrText;
import nibble.passes.validate.Validator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DelayScalesTest {
  private static final PassRegistry REGISTRY = Plugins.none().passes();
  private static final int ROWS = 4;
  private static final int COLUMNS = 6;

  private static Module module(String precision) {
    return IrText.module("""
        func @main(%%x: tensor<[4,6] x f32>) {
          %%0 = quantize %%x {rounding = nearest_even} : tensor<[4,6] x %1$s> loc("m.nib":3:5 in a)
          return %%0
        }
        """.formatted(precision));
  }

  private static PassContext context() {
    return new PassContext(PassEnvironment.of(REGISTRY.ir()), "delay-scales");
  }

  private static Module apply(Module module, String pass, PassContext context) {
    Module after = REGISTRY.parse(pass).passes().getFirst().run(module, context);
    assertTrue(Verifier.check(after).isEmpty());
    return after;
  }

  private static Tensor x(double factor) {
    return Tensor.generate(
        TensorType.of(Shape.of(ROWS, COLUMNS), Formats.F32), i -> Formats.F32.round(factor * Math.sin(i + 1)));
  }

  /** Runs one after the other, each with the history of the one before: their codes. */
  private static List<Tensor> runs(Module module, List<Tensor> inputs) {
    TensorType history = module.functions().get("main").parameters().get(1).tensorType();
    Tensor state = Tensor.of(history, new double[Math.toIntExact(history.shape().size().constant())]);
    List<Tensor> codes = new ArrayList<>();
    for (Tensor input : inputs) {
      List<Tensor> results = new Interpreter(Mode.FAITHFUL, WeightSource.NONE)
          .run(module.functions().get("main"), List.of(input, state));
      codes.add(results.get(0));
      state = results.get(1);
    }
    return codes;
  }

  private static Tensor dynamic(Module module, Tensor input) {
    Quantize op = (Quantize) module.functions().get("main").body().operations().getFirst().op();
    return op.eval(List.of(input), op.result());
  }

  /** Each run is quantized as the largest of the three before would be. */
  @ParameterizedTest
  @ValueSource(strings = {
      "i8, scale<tensor, f32>", "e4m3, scale<axis 1, f32>", "e2m1, scale<tensor, ue8m0, up>",
      "i8, scale<block(2,3), f16>"})
  void scalesAreThoseOfTheLargestRunBefore(String precision) {
    Module module = module(precision);
    double[] factors = {1, 4, 2, 0.5, 0.25, 0.125, 8};
    List<Tensor> codes = runs(
        apply(module, "delay-scales{window=3}", context()),
        Arrays.stream(factors).mapToObj(DelayScalesTest::x).toList());
    assertArrayEquals(dynamic(module, x(0)).scales(), codes.getFirst().scales(), "without a run before");
    for (int run = 1; run < factors.length; run++) {
      double largest = Arrays.stream(factors, Math.max(0, run - 3), run).max().orElseThrow();
      assertArrayEquals(dynamic(module, x(largest)).scales(), codes.get(run).scales(), "run " + run);
    }
  }

  @Test
  void whatStaysTheSameIsQuantizedDynamically() {
    Module module = module("i8, scale<axis 1, f32>");
    List<Tensor> codes =
        runs(apply(module, "delay-scales{window=1}", context()), List.of(x(3), x(3), x(3)));
    assertArrayEquals(dynamic(module, x(3)).elements(), codes.get(1).elements());
    assertArrayEquals(dynamic(module, x(3)).elements(), codes.get(2).elements());
  }

  @Test
  void marginsAreLeft() {
    Module module = module("i8, scale<tensor, f32>");
    double scale = runs(
        apply(module, "delay-scales{margin=2}", context()), List.of(x(3), x(3))).get(1).scales()[0];
    assertEquals(4 * dynamic(module, x(3)).scales()[0], scale);
  }

  /** Nothing is lost silently: the next scales are NaN. */
  @Test
  void whatIsNoNumberShowsInTheNextRun() {
    Tensor broken = x(1);
    broken.elements()[3] = Double.NaN;
    List<Tensor> codes = runs(
        apply(module("i8, scale<tensor, f32>"), "delay-scales{window=1}", context()),
        List.of(x(1), broken, x(1), x(1)));
    assertTrue(Arrays.stream(codes.get(2).values()).allMatch(Double::isNaN));
    assertTrue(Arrays.stream(codes.get(3).values()).noneMatch(Double::isNaN));
  }

  @ParameterizedTest
  @CsvSource(delimiter = ';', value = {
      "u8, scale<tensor, f32, zero u8>; its codes have zero points, which need both ends of a range",
      "e2m1, scale<group 2, ue4m3, scale<tensor, f32>>; its scales have scales themselves"})
  void othersStayDynamic(String precision, String reason) {
    PassContext context = context();
    Module module = module(precision);
    assertEquals(module, apply(module, "delay-scales", context));
    assertEquals(List.of(reason), context.decisions().stream().map(Decision::reason).toList());
  }

  /** The validator takes the parameters and results that the pass adds, and of no other pass. */
  @Test
  void stateIsPromised() {
    Module module = module("i8, scale<tensor, f32>");
    assertTrue(PassManager.of(REGISTRY, PassEnvironment.of(REGISTRY.ir())).validating(Validator.generated(1))
        .run(module, REGISTRY.parse("delay-scales")).failures().isEmpty());
    Module after = apply(module, "delay-scales", context());
    assertTrue(
        !Validator.generated(1).check("other", new NumericEffect.ChangesOnPurpose(), module, after, List.of()).ok());
  }

  @ParameterizedTest
  @ValueSource(strings = {"window=0", "margin=1000"})
  void wrongOptionsAreRefused(String option) {
    assertThrows(InputException.class, () -> REGISTRY.parse("delay-scales{" + option + "}"));
  }
}
