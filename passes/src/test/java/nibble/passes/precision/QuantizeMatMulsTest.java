package nibble.passes.precision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.format.Formats;
import nibble.ir.format.Rounding;
import nibble.ir.op.Quantize;
import nibble.ir.shape.Shape;
import nibble.ir.text.TextReader;
import nibble.passes.Decision;
import nibble.passes.PassContext;
import nibble.passes.PassEnvironment;
import nibble.passes.pipeline.PassRegistry;
import nibble.passes.spi.Plugins;
import nibble.passes.testing.IrText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuantizeMatMulsTest {
  private static final WeightSource WEIGHTS = (key, type) -> random(type, 3);

  private final PassRegistry registry = Plugins.none().passes();

  private static Tensor random(TensorType type, long seed) {
    Random random = new Random(seed);
    double[] elements = new double[Math.toIntExact(type.shape().size().constant())];
    for (int i = 0; i < elements.length; i++) {
      elements[i] = (float) random.nextGaussian();
    }
    return Tensor.of(type, elements);
  }

  private static Module product(String weight, String transposed) {
    return IrText.module("""
        func @main(%%x: tensor<[2,8] x f32>) {
          %%w = weight {key = "w"} : tensor<%s x f32>
          %%0 = matmul %%x, %%w {transposeB = %s, to = f32} : tensor<[2,6] x f32> loc("m.nib":3:5 in a)
          return %%0
        }
        """.formatted(weight, transposed));
  }

  private PassContext context() {
    return new PassContext(PassEnvironment.of(registry.ir()).withWeights(WEIGHTS), "quantize");
  }

  private Module apply(String pass, Module module, PassContext context) {
    return registry.parse(pass).passes().getFirst().run(module, context);
  }

  private static TensorType quantizedWeight(Module module) {
    return module.functions().get("main").body().operations().stream()
        .filter(operation -> operation.op() instanceof Quantize && operation.operand(0).name().equals("w"))
        .map(Operation::result).findFirst().orElseThrow().tensorType();
  }

  @Test
  void theProgramMeansTheQuantizedProduct() {
    Module module = product("[8,6]", "false");
    Function after =
        apply("quantize{weight=i8:channel, act=i8:token}", module, context()).functions().get("main");
    Tensor x = random(TensorType.of(Shape.of(2, 8), Formats.F32), 1);
    Tensor w = random(TensorType.of(Shape.of(8, 6), Formats.F32), 3);
    double[] qx = quantized(x, "tensor<[2,8] x i8, scale<token, f32>>");
    double[] qw = quantized(w, "tensor<[8,6] x i8, scale<axis 1, f32>>");
    Tensor result = new Interpreter(Mode.EXACT, WEIGHTS).run(after, List.of(x)).getFirst();
    for (int i = 0; i < 12; i++) {
      double sum = 0;
      for (int k = 0; k < 8; k++) {
        sum += qx[i / 6 * 8 + k] * qw[k * 6 + i % 6];
      }
      // The same sum of eight products, in f64 on both sides: 8 products and 7 sums on each, of terms below 16.
      assertEquals(sum, result.elements()[i], 2 * 15 * 0x1p-53 * 8 * 16);
    }
  }

  private double[] quantized(Tensor tensor, String type) {
    TensorType scaled = new TextReader(type, "type", registry.ir()).tensorType();
    return new Quantize(Rounding.NEAREST_EVEN, scaled).eval(List.of(tensor), scaled).values();
  }

  /** Each part of a layout reaches the quantizers, and the program means the product of what they give. */
  @ParameterizedTest
  @CsvSource(delimiter = ';', value = {
      "i8:block(2,4):f16; nearest_even; tensor<[2,8] x i8, scale<block(2,4), f16>>; "
          + "tensor<[6,8] x i8, scale<block(2,4), f16>>",
      "e4m3:tensor; nearest_even; tensor<[2,8] x e4m3, scale<tensor, f32>>; tensor<[6,8] x e4m3, scale<tensor, f32>>",
      "e4m3:token; nearest_even; tensor<[2,8] x e4m3, scale<token, f32>>; tensor<[6,8] x e4m3, scale<token, f32>>",
      "e2m1:group 4:ue4m3:tensor f32; nearest_even; tensor<[2,8] x e2m1, scale<group 4, ue4m3, scale<tensor, f32>>>; "
          + "tensor<[6,8] x e2m1, scale<group 4, ue4m3, scale<tensor, f32>>>",
      "e4m3:group 4:ue8m0:up; nearest_even; tensor<[2,8] x e4m3, scale<group 4, ue8m0, up>>; "
          + "tensor<[6,8] x e4m3, scale<group 4, ue8m0, up>>",
      "i4:group 4:f16:stochastic(7,0); stochastic(7,0); tensor<[2,8] x i4, scale<group 4, f16>>; "
          + "tensor<[6,8] x i4, scale<group 4, f16>>",
      "i8:token:full:toward_zero; toward_zero; tensor<[2,8] x i8, scale<token, f32, full>>; "
          + "tensor<[6,8] x i8, scale<token, f32, full>>",
      "u4:group 4:f16:zero(u4); nearest_even; tensor<[2,8] x u4, scale<group 4, f16, zero u4>>; "
          + "tensor<[6,8] x u4, scale<group 4, f16, zero u4>>",
      "i8:block(2,4):residual(i8,1.5); nearest_even, fallback = 1.5; "
          + "tensor<[2,8] x i8, scale<block(2,4), f32>, residual<i8>>; "
          + "tensor<[6,8] x i8, scale<block(2,4), f32>, residual<i8>>"})
  void layoutsAreQuantizersOfBothOperands(String layout, String attributes, String left, String right) {
    PassContext context = context();
    Module after = apply("quantize{weight=" + layout + ", act=" + layout + "}", product("[6,8]", "true"), context);
    Module expected = IrText.module("""
        func @main(%%x: tensor<[2,8] x f32>) {
          %%w = weight {key = "w"} : tensor<[6,8] x f32>
          %%a = quantize %%x {rounding = %1$s} : %2$s
          %%b = dequantize %%a {to = f32} : tensor<[2,8] x f32>
          %%c = quantize %%w {rounding = %1$s} : %3$s
          %%d = dequantize %%c {to = f32} : tensor<[6,8] x f32>
          %%e = matmul %%b, %%d {transposeB = true, to = f32} : tensor<[2,6] x f32>
          return %%e
        }
        """.formatted(attributes, left, right));
    Tensor x = random(TensorType.of(Shape.of(2, 8), Formats.F32), 1);
    Interpreter interpreter = new Interpreter(Mode.EXACT, WEIGHTS);
    assertTrue(interpreter.run(expected.functions().get("main"), List.of(x)).getFirst()
        .sameAs(interpreter.run(after.functions().get("main"), List.of(x)).getFirst()));
    assertEquals(left, quantizers(after).getFirst().result().toString());
    assertEquals(right, quantizers(after).getLast().result().toString());
    Decision weight = context.decisions().getLast();
    assertEquals(Decision.Outcome.APPLIED, weight.outcome());
    assertTrue(weight.cost().orElseThrow().sqnrDb().orElseThrow() > 5, weight::text);
    // The same product after folding, where codes can be multiplied.
    Module folded = apply("fold-dequantize", after, context());
    Tensor result = interpreter.run(folded.functions().get("main"), List.of(x)).getFirst();
    Tensor unfolded = interpreter.run(after.functions().get("main"), List.of(x)).getFirst();
    for (int i = 0; i < result.size(); i++) {
      // Sums of eight products below 16 in another order, in f64.
      assertEquals(unfolded.elements()[i], result.elements()[i], 2 * 15 * 0x1p-53 * 8 * 16);
    }
  }

  private static List<Quantize> quantizers(Module module) {
    return module.functions().get("main").body().operations().stream()
        .filter(operation -> operation.op() instanceof Quantize).map(operation -> (Quantize) operation.op()).toList();
  }

  @Test
  void outerScalesAreTurnedWithTheirGrid() {
    Module stored = product("[8,6]", "false");
    assertEquals("scale<block(4,1), ue4m3, scale<block(2,1), f32>>",
        layout("quantize{weight=e2m1:group 4:ue4m3:group 2}", stored));
    assertEquals("scale<block(4,1), ue4m3, scale<axis 1, f32>>",
        layout("quantize{weight=e2m1:group 4:ue4m3:token}", stored));
    assertEquals("scale<block(4,1), ue4m3, scale<tensor, f32>>",
        layout("quantize{weight=e2m1:group 4:ue4m3:tensor}", stored));
  }

  @Test
  void decisionsSayResidualAndRounding() {
    PassContext context = context();
    apply("quantize{act=i8:block(2,4):residual(i8,1.5):stochastic(7,0)}", product("[8,6]", "false"), context);
    assertTrue(context.decisions().getFirst().text().contains(
        "to i8, scale<block(2,4), f32>, residual<i8> of boxes above 1.5, stochastic(7,0) - "),
        context.decisions().toString());
  }

  @Test
  void channelIsTheOuterAxisHoweverTheWeightIsStored() {
    String pass = "quantize{weight=i8:channel}";
    assertEquals("scale<axis 1, f32>", layout(pass, product("[8,6]", "false")));
    assertEquals("scale<axis 0, f32>", layout(pass, product("[6,8]", "true")));
  }

  @Test
  void rowsAreMeantAlongTheInnerAxis() {
    Module stored = product("[8,6]", "false");
    Module turned = product("[6,8]", "true");
    assertEquals("scale<axis 1, f32>", layout("quantize{weight=i8:token}", stored));
    assertEquals("scale<token, f32>", layout("quantize{weight=i8:token}", turned));
    assertEquals("scale<block(4,1), f32>", layout("quantize{weight=i8:group 4}", stored));
    assertEquals("scale<group 4, f32>", layout("quantize{weight=i8:group(4)}", turned));
    assertEquals("scale<block(4,2), f16>", layout("quantize{weight=i8:block(2,4):f16}", stored));
    assertEquals("scale<block(2,4), f32>", layout("quantize{weight=i8:block(2,4)}", turned));
    assertEquals("scale<axis 0, f32>", layout("quantize{weight=i8:axis0}", stored));
    assertEquals("scale<tensor, f32>", layout("quantize{weight=i8:tensor}", stored));
  }

  private String layout(String pass, Module module) {
    return quantizedWeight(apply(pass, module, context())).scale().orElseThrow().toString();
  }

  @Test
  void theCostOfAWeightIsMeasured() {
    PassContext context = context();
    apply("quantize{weight=i8:channel, act=i8:token}", product("[8,6]", "false"), context);
    List<Optional<Double>> sqnr =
        context.decisions().stream().map(decision -> decision.cost().orElseThrow().sqnrDb()).toList();
    assertEquals(Optional.empty(), sqnr.get(0), "an activation is not known when compiling");
    Tensor w = random(TensorType.of(Shape.of(8, 6), Formats.F32), 3);
    double[] quantized = quantized(w, "tensor<[8,6] x i8, scale<axis 1, f32>>");
    double signal = 0;
    double noise = 0;
    for (int i = 0; i < quantized.length; i++) {
      signal += w.elements()[i] * w.elements()[i];
      noise += (w.elements()[i] - quantized[i]) * (w.elements()[i] - quantized[i]);
    }
    assertEquals(10 * Math.log10(signal / noise), sqnr.get(1).orElseThrow());
    assertTrue(context.decisions().get(1).text().contains("(192 -> 72 bytes, SQNR "), context.decisions().toString());
  }

  @Test
  void aWeightBehindACastIsQuantizedFromWhatIsStored() {
    Module module = IrText.module("""
        func @main(%x: tensor<[2,8] x f32>) {
          %w = weight {key = "w"} : tensor<[6,8] x f32>
          %0 = cast %w {to = f16} : tensor<[6,8] x f16>
          %1 = transpose %0 {axes = [1, 0]} : tensor<[8,6] x f16>
          %2 = cast %x {to = f16} : tensor<[2,8] x f16>
          %3 = matmul %2, %1 {transposeB = false, to = f32} : tensor<[2,6] x f32>
          return %3
        }
        """);
    PassContext context = context();
    Module after = apply("quantize{weight=i8:channel, act=i8:token}", module, context);
    assertEquals("tensor<[6,8] x i8, scale<axis 0, f32>>", quantizedWeight(after).toString());
    assertEquals(2, context.decisions().stream().filter(d -> d.outcome() == Decision.Outcome.APPLIED).count());
  }

  @Test
  void doesNotFire() {
    Module module = IrText.module("""
        func @main(%x: tensor<[2,8] x f32>, %y: tensor<[8,2] x f32>) {
          %0 = matmul %x, %y {transposeB = false, to = f32} : tensor<[2,2] x f32>
          %1 = exp %0 : tensor<[2,2] x f32>
          return %1
        }
        """);
    PassContext context = context();
    assertSame(module, apply("quantize{weight=i8:channel, act=i8:token}", module, context));
    assertEquals(List.of("its right operand is no weight but the input %y"),
        context.decisions().stream().map(Decision::reason).toList());
  }

  @Test
  void blocksThatLieAcrossAViewAreRefusedWithAReason() {
    Module module = IrText.module("""
        func @main(%x: tensor<[2,8] x f32>) {
          %w = weight {key = "w"} : tensor<[8,3,2] x f32>
          %0 = transpose %w {axes = [1, 0, 2]} : tensor<[3,8,2] x f32>
          %1 = matmul %x, %0 {transposeB = false, to = f32} : tensor<[3,2,2] x f32>
          return %1
        }
        """);
    PassContext context = context();
    assertSame(module, apply("quantize{weight=i8:group 4}", module, context));
    assertEquals("no scale<group 4> lies along the inner axis of tensor<[8,3,2] x f32>, which is its axis 0",
        context.decisions().getFirst().reason());
  }

  /** With sample inputs the codes of activations are measured as those of weights are. */
  @Test
  void theCostOfAnActivationIsMeasuredOnSampleInputs() {
    Tensor x = random(TensorType.of(Shape.of(2, 8), Formats.F32), 5);
    PassContext context = new PassContext(
        PassEnvironment.of(registry.ir()).withWeights(WEIGHTS).withInputs(ImmutableMap.of("main", ImmutableList.of(x))),
        "quantize");
    apply("quantize{act=i8:token:full}", product("[8,6]", "false"), context);
    Decision.Cost cost = context.decisions().getFirst().cost().orElseThrow();
    double[] codes = quantized(x, "tensor<[2,8] x i8, scale<token, f32, full>>");
    double xx = 0;
    double yy = 0;
    double xy = 0;
    int clipped = 0;
    for (int i = 0; i < codes.length; i++) {
      xx += x.elements()[i] * x.elements()[i];
      yy += codes[i] * codes[i];
      xy += x.elements()[i] * codes[i];
      // Code 127 stands for 127 / 128 of the largest.
      clipped += x.elements()[i] > codes[i] * (1 + 1e-3) && codes[i] > 0 && Math.abs(codes[i]) > 0.99 * amax(x, i / 8)
          ? 1 : 0;
    }
    Decision.Fidelity fidelity = cost.fidelity().orElseThrow();
    assertEquals(xy / Math.sqrt(xx * yy), fidelity.cosine(), 1e-12);
    assertEquals(clipped / 16.0, fidelity.clipped(), 1e-12);
    assertEquals(2, fidelity.boxes());
    assertEquals(Optional.empty(), fidelity.flagged());
    assertTrue(cost.sqnrDb().orElseThrow() > 30, cost::text);
  }

  private static double amax(Tensor x, int row) {
    double most = 0;
    for (int i = 8 * row; i < 8 * (row + 1); i++) {
      most = Math.max(most, Math.abs(x.elements()[i]));
    }
    return most;
  }

  @Test
  void boxesWithASecondLevelAreCounted() {
    double[] elements = new double[16];
    elements[5] = 4;
    Tensor x = Tensor.of(TensorType.of(Shape.of(2, 8), Formats.F32), elements);
    PassContext context = new PassContext(
        PassEnvironment.of(registry.ir()).withWeights(WEIGHTS).withInputs(ImmutableMap.of("main", ImmutableList.of(x))),
        "quantize");
    apply("quantize{act=i8:block(1,4):residual(i8,1.5)}", product("[8,6]", "false"), context);
    String text = context.decisions().getFirst().text();
    assertTrue(text.endsWith(", 0.00 % clipped, 1 of 4 boxes with a second level)"), text);
  }

  /** Inputs of other sizes than the function was fixed to can't be interpreted, and are no reason to fail. */
  @Test
  void inputsThatDoNotFitMeasureNothing() {
    Tensor x = random(TensorType.of(Shape.of(3, 8), Formats.F32), 5);
    PassContext context = new PassContext(
        PassEnvironment.of(registry.ir()).withWeights(WEIGHTS).withInputs(ImmutableMap.of("main", ImmutableList.of(x))),
        "quantize");
    apply("quantize{act=i8:token}", product("[8,6]", "false"), context);
    assertEquals(Optional.empty(), context.decisions().getFirst().cost().orElseThrow().sqnrDb());
  }
}
