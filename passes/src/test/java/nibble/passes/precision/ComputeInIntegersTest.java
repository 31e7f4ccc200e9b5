package nibble.passes.precision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import nibble.ir.Module;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.format.Formats;
import nibble.ir.op.MatMul;
import nibble.ir.op.Quantize;
import nibble.ir.op.Requantize;
import nibble.ir.shape.Shape;
import nibble.ir.verify.Verifier;
import nibble.passes.Decision;
import nibble.passes.MadeWeights;
import nibble.passes.PassContext;
import nibble.passes.PassEnvironment;
import nibble.passes.pipeline.PassRegistry;
import nibble.passes.spi.Plugins;
import nibble.passes.testing.IrText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ComputeInIntegersTest {
  private static final String CODES = "quantize{weight=i8:channel, act=i8:tensor}, calibrate";
  private static final WeightSource WEIGHTS = (key, type) -> random(type, key.hashCode());
  private static final Tensor SAMPLE = random(TensorType.of(Shape.of(16, 32), Formats.F32), 1);
  private static final PassRegistry REGISTRY = Plugins.none().passes();

  private static Tensor random(TensorType type, long seed) {
    Random random = new Random(seed);
    return Tensor.inOrder(type, i -> Formats.F32.round(random.nextGaussian()));
  }

  /** Three products, with a bias and a function between, and something else that reads the first. */
  private static Module module(String function) {
    return IrText.module("""
        func @main(%%x: tensor<[B,32] x f32>) {
          %%u = weight {key = "u"} : tensor<[32,24] x f32>
          %%b = weight {key = "b"} : tensor<[24] x f32>
          %%v = weight {key = "v"} : tensor<[20,24] x f32>
          %%w = weight {key = "w"} : tensor<[20,6] x f32>
          %%0 = matmul %%x, %%u {transposeB = false, to = f32} : tensor<[B,24] x f32> loc("m.nib":3:5 in a)
          %%1 = add %%0, %%b : tensor<[B,24] x f32>
          %%2 = %s %%1 : tensor<[B,24] x f32>
          %%3 = matmul %%2, %%v {transposeB = true, to = f32} : tensor<[B,20] x f32> loc("m.nib":4:5 in b)
          %%4 = matmul %%3, %%w {transposeB = false, to = f32} : tensor<[B,6] x f32> loc("m.nib":5:5 in c)
          return %%4, %%0
        }
        """.formatted(function));
  }

  private static PassContext context() {
    return new PassContext(PassEnvironment.of(REGISTRY.ir()).withWeights(WEIGHTS).withInputs(
        ImmutableMap.of("main", ImmutableList.of(SAMPLE))), "integer-only");
  }

  private static Module apply(Module module, String pipeline, PassContext context) {
    Module after = module;
    for (var pass : REGISTRY.parse(pipeline).passes()) {
      after = pass.run(after, context);
    }
    assertTrue(Verifier.check(after).isEmpty());
    return after;
  }

  private static List<Tensor> run(Module module) {
    return run(module, WEIGHTS);
  }

  private static List<Tensor> run(Module module, WeightSource weights) {
    return new Interpreter(Mode.FAITHFUL, weights).run(module.functions().get("main"), List.of(SAMPLE));
  }

  private static List<Operation> operations(Module module) {
    List<Operation> operations = new ArrayList<>();
    module.functions().get("main").body().walk(operations::add);
    return operations;
  }

  private static double distance(Tensor exact, Tensor actual) {
    double signal = 0;
    double noise = 0;
    for (int i = 0; i < exact.size(); i++) {
      signal += Math.pow(exact.elements()[i], 2);
      noise += Math.pow(actual.elements()[i] - exact.elements()[i], 2);
    }
    return Math.sqrt(noise / signal);
  }

  /** The codes of both differ where a sum is half way alone. */
  @ParameterizedTest
  @ValueSource(strings = {"relu", "neg"})
  void productsAreThoseOfCodes(String function) {
    Module module = module(function);
    Module codes = apply(module, CODES, context());
    List<Tensor> exact = run(module);
    List<Tensor> quantized = run(codes);
    List<Tensor> integers = run(apply(codes, "integer-only, dce", context()));
    for (int i = 0; i < exact.size(); i++) {
      double error = distance(exact.get(i), quantized.get(i));
      assertTrue(error > 0.001 && error < 0.03, "quantized: " + error);
      assertTrue(distance(quantized.get(i), integers.get(i)) < error / 2, "in integers");
    }
  }

  /** From the sums of the first product on, up to those of the last. */
  @Test
  void nothingBetweenProductsIsFloatingPoint() {
    Module after = apply(module("relu"), CODES + ", integer-only, dce", context());
    List<Operation> chain = operations(after);
    List<Operation> products = chain.stream().filter(operation -> operation.op() instanceof MatMul).toList();
    assertEquals(3, products.size());
    assertEquals(2, chain.stream().filter(operation -> operation.op() instanceof Requantize).count());
    for (Operation product : products.subList(1, 3)) {
      Operation made = product;
      while (!(made.op() instanceof MatMul) || made == product) {
        assertEquals(true, made.result().tensorType().format().isInteger(), made::toString);
        Operation user = made;
        made =
            chain.stream().filter(operation -> operation.results().contains(user.operand(0))).findFirst().orElseThrow();
      }
    }
  }

  /** Of another function the codes come from its numbers. */
  @Test
  void otherFunctionsStand() {
    List<Operation> operations = operations(apply(module("neg"), CODES + ", integer-only, dce", context()));
    assertEquals(1, operations.stream().filter(operation -> operation.op() instanceof Requantize).count());
  }

  /** Weights that were rounded before are on codes of scales of their own, which are taken as they are. */
  @Test
  void roundedWeightsKeepTheirCodes() {
    Module module = module("relu");
    PassContext context = context();
    Module codes = apply(module, CODES + ", round-weights{range=mse}", context);
    Module integers = apply(codes, "integer-only, dce", context);
    assertEquals(3, operations(integers).stream().filter(operation -> operation.op() instanceof MatMul matMul
        && matMul.to().equals(Formats.I32)).count());
    assertEquals(
        List.of(), operations(integers).stream().filter(operation -> operation.op() instanceof Quantize).toList());
    WeightSource made = new MadeWeights(context.made()).over(WEIGHTS);
    List<Tensor> exact = run(module);
    List<Tensor> quantized = run(codes, made);
    List<Tensor> whole = run(integers, made);
    for (int i = 0; i < exact.size(); i++) {
      double error = distance(exact.get(i), quantized.get(i));
      assertTrue(error > 0.001 && error < 0.03, "quantized: " + error);
      assertTrue(distance(quantized.get(i), whole.get(i)) < error / 2, "in integers");
    }
  }

  @ParameterizedTest
  @CsvSource(delimiter = ';', value = {
      "quantize{weight=i8:channel, act=i8:tensor}; "
          + "its activation has no static scale of f32 for the whole tensor, as calibrate gives",
      "quantize{weight=i8:channel, act=i8:token}; "
          + "its activation has no static scale of f32 for the whole tensor, as calibrate gives",
      "quantize{weight=i8:group 4, act=i8:tensor}, calibrate; the scales of its weight are not one for each channel"})
  void othersAreLeft(String before, String reason) {
    PassContext context = context();
    Module codes = apply(module("relu"), before, context());
    assertEquals(codes, apply(codes, "integer-only", context));
    assertEquals(List.of(reason, reason, reason),
        context.decisions().stream().map(Decision::reason).toList());
  }
}
