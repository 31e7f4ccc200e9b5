package nibble.passes.attention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.op.Attention;
import nibble.passes.PassContext;
import nibble.passes.PassEnvironment;
import nibble.passes.pipeline.PassRegistry;
import nibble.passes.spi.Plugins;
import nibble.passes.testing.IrText;
import nibble.passes.testing.PassContract;
import org.junit.jupiter.api.Test;

class FuseAttentionsTest extends PassContract {
  private static final PassRegistry REGISTRY = Plugins.none().passes();

  @Override
  protected String pass() {
    return "fuse-attention";
  }

  @Override
  protected String fires() {
    return """
        func @plain(%q: tensor<[3,5,4] x f32>, %k: tensor<[3,6,4] x f32>, %v: tensor<[3,6,2] x f32>) {
          %0 = matmul %q, %k {transposeB = true, to = f32} : tensor<[3,5,6] x f32>
          %1 = softmax %0 : tensor<[3,5,6] x f32>
          %2 = matmul %1, %v {transposeB = false, to = f32} : tensor<[3,5,2] x f32>
          return %2
        }
        func @masked(%q: tensor<[3,5,4] x f32>, %k: tensor<[3,4,6] x f32>, %v: tensor<[3,2,6] x f32>,
            %m: tensor<[6] x f32>, %t: tensor<[5,6] x bool>) {
          %c = constant {values = [0.7]} : tensor<[] x f32>
          %d = constant {values = [-50.0]} : tensor<[] x f32>
          %0 = div %q, %c : tensor<[3,5,4] x f32>
          %1 = matmul %0, %k {transposeB = false, to = f32} : tensor<[3,5,6] x f32>
          %2 = sub %1, %m : tensor<[3,5,6] x f32>
          %3 = mul %c, %2 : tensor<[3,5,6] x f32>
          %4 = softmax %3 : tensor<[3,5,6] x f32>
          %5 = matmul %4, %v {transposeB = true, to = f32} : tensor<[3,5,2] x f32>
          %6 = matmul %0, %k {transposeB = false, to = f32} : tensor<[3,5,6] x f32>
          %7 = not %t : tensor<[5,6] x bool>
          %8 = select %7, %d, %6 : tensor<[3,5,6] x f32>
          %9 = softmax %8 : tensor<[3,5,6] x f32>
          %10 = matmul %9, %v {transposeB = true, to = f32} : tensor<[3,5,2] x f32>
          %15 = matmul %0, %k {transposeB = false, to = f32} : tensor<[3,5,6] x f32>
          %11 = add %15, %m : tensor<[3,5,6] x f32>
          %12 = select %t, %11, %d : tensor<[3,5,6] x f32>
          %13 = softmax %12 : tensor<[3,5,6] x f32>
          %14 = matmul %13, %v {transposeB = true, to = f32} : tensor<[3,5,2] x f32>
          return %5, %10, %14
        }
        func @decoder(%q: tensor<[2,2,3,4] x f32>, %k: tensor<[2,1,5,4] x f32>, %v: tensor<[2,1,5,4] x f32>) {
          %two = constant {values = [2.0]} : tensor<[] x i32>
          %i = iota {extent = 3} : tensor<[3] x i32>
          %at = add %i, %two : tensor<[3] x i32>
          %rows = reshape %at {shape = [3,1]} : tensor<[3,1] x i32>
          %j = iota {extent = 5} : tensor<[5] x i32>
          %columns = reshape %j {shape = [1,5]} : tensor<[1,5] x i32>
          %seen = compare %columns, %rows {kind = le} : tensor<[3,5] x bool>
          %never = constant {values = [-Infinity]} : tensor<[] x f32>
          %0 = matmul %q, %k {transposeB = true, to = f32} : tensor<[2,2,3,5] x f32>
          %1 = select %seen, %0, %never : tensor<[2,2,3,5] x f32>
          %2 = softmax %1 : tensor<[2,2,3,5] x f32>
          %3 = matmul %2, %v {transposeB = false, to = f32} : tensor<[2,2,3,4] x f32>
          return %3
        }
        func @chained(%x: tensor<[3,5,4] x f32>) {
          %0 = matmul %x, %x {transposeB = true, to = f32} : tensor<[3,5,5] x f32>
          %1 = softmax %0 : tensor<[3,5,5] x f32>
          %2 = matmul %1, %x {transposeB = false, to = f32} : tensor<[3,5,4] x f32>
          %3 = matmul %2, %2 {transposeB = true, to = f32} : tensor<[3,5,5] x f32>
          %5 = softmax %3 : tensor<[3,5,5] x f32>
          %6 = matmul %5, %2 {transposeB = false, to = f32} : tensor<[3,5,4] x f32>
          return %6
        }
        """;
  }

  @Override
  protected String doesNotFire() {
    return """
        func @products(%q: tensor<[3,5,4] x f32>, %k: tensor<[3,6,4] x f32>, %v: tensor<[3,6,2] x f32>) {
          %0 = matmul %q, %k {transposeB = true, to = f32} : tensor<[3,5,6] x f32>
          %1 = matmul %0, %v {transposeB = false, to = f32} : tensor<[3,5,2] x f32>
          return %1
        }
        func @classes(%x: tensor<[3,5] x f32>) {
          %0 = softmax %x : tensor<[3,5] x f32>
          return %0
        }
        """;
  }

  /** In finite numbers it means the same, up to the rounding of f64. */
  @Test
  void meansTheSame() {
    Module before = IrText.module(fires());
    PassContext context = new PassContext(PassEnvironment.of(REGISTRY.ir()), pass());
    Module after = REGISTRY.parse("fuse-attention").passes().getFirst().run(before, context);
    Random random = new Random(5);
    int attentions = 0;
    for (Function function : before.functions().values()) {
      List<Tensor> inputs = function.parameters().stream()
          .map(parameter -> Tensor.inOrder(parameter.tensorType(), i ->
              parameter.tensorType().format().isFloat() ? random.nextGaussian() : random.nextInt(2))).toList();
      List<Tensor> expected = new Interpreter(Mode.EXACT, WeightSource.NONE).run(function, inputs);
      Function fused = after.functions().get(function.name());
      List<Tensor> actual = new Interpreter(Mode.EXACT, WeightSource.NONE).run(fused, inputs);
      for (int i = 0; i < expected.size(); i++) {
        for (int j = 0; j < expected.get(i).size(); j++) {
          assertEquals(expected.get(i).elements()[j], actual.get(i).elements()[j], 1e-12);
        }
      }
      attentions += (int) fused.body().operations().stream()
          .filter(operation -> operation.op() instanceof Attention).count();
    }
    assertEquals(7, attentions);
    assertTrue(context.decisions().stream().allMatch(decision -> decision.cost().isPresent()));
  }
}
