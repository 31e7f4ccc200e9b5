package nibble.passes.precision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import nibble.ir.Module;
import nibble.ir.TensorType;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.format.Formats;
import nibble.ir.shape.Shape;
import nibble.passes.Decision;
import nibble.passes.PassContext;
import nibble.passes.PassEnvironment;
import nibble.passes.pipeline.PassRegistry;
import nibble.passes.spi.Plugins;
import nibble.passes.testing.IrText;
import nibble.passes.testing.PassContract;
import org.junit.jupiter.api.Test;

class RotateMatMulsTest extends PassContract {
  private static final WeightSource WEIGHTS = (key, type) -> random(type, 3);
  private static final PassRegistry REGISTRY = Plugins.none().passes();

  @Override
  protected String pass() {
    return "hadamard{size=4, seed=7}";
  }

  @Override
  protected String fires() {
    return """
        func @right(%x: tensor<[B,8] x f32>) {
          %w = constant {values = [0.5]} : tensor<[8,6] x f32>
          %v = weight {key = "w"} : tensor<[8,6] x f32>
          %0 = matmul %x, %v {transposeB = false, to = f32} : tensor<[B,6] x f32>
          return %0
        }
        func @turned(%x: tensor<[8,B] x f32>) {
          %w = weight {key = "w"} : tensor<[6,8] x f32>
          %0 = transpose %x {axes = [1, 0]} : tensor<[B,8] x f32>
          %1 = cast %0 {to = f16} : tensor<[B,8] x f16>
          %2 = cast %w {to = f16} : tensor<[6,8] x f16>
          %3 = matmul %1, %2 {transposeB = true, to = f32} : tensor<[B,6] x f32>
          return %3
        }
        """;
  }

  @Override
  protected String doesNotFire() {
    return """
        func @activations(%x: tensor<[B,8] x f32>, %y: tensor<[8,B] x f32>) {
          %0 = matmul %x, %y {transposeB = false, to = f32} : tensor<[B,B] x f32>
          return %0
        }
        func @odd(%x: tensor<[B,6] x f32>) {
          %w = weight {key = "w"} : tensor<[6,8] x f32>
          %0 = matmul %x, %w {transposeB = false, to = f32} : tensor<[B,8] x f32>
          return %0
        }
        """;
  }

  private static Tensor random(TensorType type, long seed) {
    Random random = new Random(seed);
    double[] elements = new double[Math.toIntExact(type.shape().size().constant())];
    for (int i = 0; i < elements.length; i++) {
      elements[i] = (float) random.nextGaussian();
    }
    return Tensor.of(type, elements);
  }

  private static Module product() {
    return IrText.module("""
        func @main(%x: tensor<[4,32] x f32>) {
          %w = weight {key = "w"} : tensor<[32,8] x f32>
          %0 = matmul %x, %w {transposeB = false, to = f32} : tensor<[4,8] x f32> loc("m.nib":3:5 in a)
          return %0
        }
        """);
  }

  private static PassContext context() {
    return new PassContext(PassEnvironment.of(REGISTRY.ir()).withWeights(WEIGHTS), "hadamard");
  }

  private static Tensor result(String pipeline, Tensor x, PassContext context) {
    Module module = product();
    for (var pass : REGISTRY.parse(pipeline).passes()) {
      module = pass.run(module, context);
    }
    return new Interpreter(Mode.EXACT, WEIGHTS).run(module.functions().get("main"), List.of(x)).getFirst();
  }

  private static double distance(Tensor a, Tensor b) {
    double sum = 0;
    for (int i = 0; i < a.size(); i++) {
      sum += Math.pow(a.elements()[i] - b.elements()[i], 2);
    }
    return Math.sqrt(sum);
  }

  private static Tensor withOutlier() {
    double[] elements = random(TensorType.of(Shape.of(4, 32), Formats.F32), 1).elements().clone();
    elements[5] = 60;
    elements[40] = -45;
    return Tensor.of(TensorType.of(Shape.of(4, 32), Formats.F32), elements);
  }

  @Test
  void theProductStays() {
    Tensor x = withOutlier();
    for (String pass : List.of("hadamard", "hadamard{size=8}", "hadamard{size=16, seed=3}")) {
      // 32 products of elements below 60 and 4, and five sums and a product for each rotated one, all in f64.
      assertTrue(distance(result("dce", x, context()), result(pass, x, context())) < 1e-11, pass);
    }
  }

  /** With an outlier in its row, INT4 loses the other elements; spread over the row it does not. */
  @Test
  void quantizationAfterwardsLosesLess() {
    Tensor x = withOutlier();
    Tensor exact = result("dce", x, context());
    String int4 = "quantize{weight=i4:channel, act=i4:token}";
    double plain = distance(exact, result(int4, x, context()));
    double rotated = distance(exact, result("hadamard{size=32}," + int4, x, context()));
    assertTrue(2 * rotated < plain, rotated + " after a rotation, " + plain + " without");
  }

  @Test
  void eachOperandHasADecision() {
    PassContext context = context();
    result("hadamard{size=16, seed=9}", withOutlier(), context);
    assertEquals(
        List.of(
            "input %x rotated in blocks of 16, signs of seed 9", "weight 'w' rotated in blocks of 16, signs of seed 9"),
        context.decisions().stream().map(Decision::subject).toList());
    PassContext refused = context();
    result("hadamard{size=64}", withOutlier(), refused);
    assertEquals(List.of("its inner axis of 32 is no multiple of 64"),
        refused.decisions().stream().map(Decision::reason).toList());
  }

  @Test
  void sizesThatAreNoPowerOfTwoAreRefused() {
    assertThrows(InputException.class, () -> REGISTRY.parse("hadamard{size=12}"));
  }

  @Test
  void blocksThatFitAreAsLargeAsDividesTheAxis() {
    PassContext context = context();
    Tensor x = withOutlier();
    Module after = REGISTRY.parse("hadamard{size=256, fit=true}").passes().getFirst().run(product(), context);
    assertTrue(after.toString().contains("size=32"), after.toString());
    assertTrue(distance(
        new Interpreter(Mode.EXACT, WEIGHTS).run(after.functions().get("main"), List.of(x)).getFirst(),
        new Interpreter(Mode.EXACT, WEIGHTS).run(product().functions().get("main"), List.of(x)).getFirst()) < 1e-3);
    Module odd = IrText.module("""
        func @main(%x: tensor<[4,7] x f32>) {
          %w = weight {key = "w"} : tensor<[7,8] x f32>
          %0 = matmul %x, %w {transposeB = false, to = f32} : tensor<[4,8] x f32>
          return %0
        }
        """);
    assertEquals(odd, REGISTRY.parse("hadamard{size=256, fit=true}").passes().getFirst().run(odd, context));
    assertEquals("its inner axis of 7 is no multiple of 2", context.decisions().getLast().reason());
  }
}
