package nibble.passes.precision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.passes.PassContext;
import nibble.passes.PassEnvironment;
import nibble.passes.pipeline.PassRegistry;
import nibble.passes.spi.Plugins;
import nibble.passes.testing.IrText;
import nibble.passes.testing.PassContract;
import org.junit.jupiter.api.Test;

class SparsifyActivationsTest extends PassContract {
  private static final PassRegistry REGISTRY = Plugins.none().passes();

  @Override
  protected String pass() {
    return "sparsify-activations";
  }

  @Override
  protected String fires() {
    return """
        func @matrix(%x: tensor<[B,8] x f16>, %w: tensor<[8,6] x f16>) {
          %0 = matmul %x, %w {transposeB = false, to = f32} : tensor<[B,6] x f32>
          return %0
        }
        func @batch(%x: tensor<[B,3,8] x bf16>, %w: tensor<[6,8] x bf16>) {
          %0 = matmul %x, %w {transposeB = true, to = bf16} : tensor<[B,3,6] x bf16>
          return %0
        }
        """;
  }

  @Override
  protected String doesNotFire() {
    return """
        func @wide(%x: tensor<[B,8] x f32>, %w: tensor<[8,6] x f32>) {
          %0 = matmul %x, %w {transposeB = false, to = f32} : tensor<[B,6] x f32>
          return %0
        }
        func @codes(%x: tensor<[B,8] x i8, scale<token, f32>>, %w: tensor<[8,6] x i8, scale<axis 1, f32>>) {
          %0 = matmul %x, %w {transposeB = false, to = f32} : tensor<[B,6] x f32>
          return %0
        }
        func @odd(%x: tensor<[B,6] x f16>, %w: tensor<[6,6] x f16>) {
          %0 = matmul %x, %w {transposeB = false, to = f32} : tensor<[B,6] x f32>
          return %0
        }
        func @matrices(%x: tensor<[3,B,8] x f16>, %w: tensor<[3,8,6] x f16>) {
          %0 = matmul %x, %w {transposeB = false, to = f32} : tensor<[3,B,6] x f32>
          return %0
        }
        func @weight(%x: tensor<[B,8] x f16>, %c: tensor<[6,8] x f16, sparse<2:4>>) {
          %w = decompress %c : tensor<[6,8] x f16>
          %0 = matmul %x, %w {transposeB = true, to = f32} : tensor<[B,6] x f32>
          return %0
        }
        """;
  }

  /** Of each four the two largest count, the later of equal ones. */
  @Test
  void meaning() {
    Module module = IrText.module("""
        func @f(%x: tensor<[1,2,8] x f16>, %w: tensor<[8,1] x f16>) {
          %0 = matmul %x, %w {transposeB = false, to = f32} : tensor<[1,2,1] x f32>
          return %0
        }
        """);
    Module pruned = REGISTRY.parse(pass()).passes().getFirst()
        .run(module, new PassContext(PassEnvironment.of(REGISTRY.ir()), pass()));
    Function function = pruned.functions().get("f");
    Tensor x = Tensor.of(
        function.parameters().get(0).tensorType(), 5, -7, 1, 2, 3, 3, -3, 3, 0, 0, 4, 0, 1, -2, 3, -4);
    Tensor ones = Tensor.generate(function.parameters().get(1).tensorType(), i -> 1);
    Tensor result =
        new Interpreter(Mode.EXACT, WeightSource.NONE).run(function, List.of(x, ones)).getFirst();
    assertEquals(List.of(5.0 - 7 - 3 + 3, 4.0 + 3 - 4), List.of(result.elements()[0], result.elements()[1]));
  }

  @Test
  void otherLayouts() {
    InputException refused =
        assertThrows(InputException.class, () -> REGISTRY.parse("sparsify-activations{activation=1:2}"));
    assertTrue(refused.getMessage().contains("activations are pruned to 2:4, not 1:2"), refused.getMessage());
  }
}
