package nibble.passes.precision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import nibble.ir.Module;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.op.Compress;
import nibble.passes.Decision;
import nibble.passes.PassContext;
import nibble.passes.PassEnvironment;
import nibble.passes.pipeline.PassRegistry;
import nibble.passes.spi.Plugins;
import nibble.passes.testing.IrText;
import nibble.passes.testing.PassContract;
import org.junit.jupiter.api.Test;

class CompressWeightsTest extends PassContract {
  private static final PassRegistry REGISTRY = Plugins.none().passes();

  @Override
  protected String pass() {
    return "compress-weights";
  }

  @Override
  protected String fires() {
    return """
        func @cast(%x: tensor<[B,8] x f16>) {
          %w = weight {key = "w"} : tensor<[8,6] x f32>
          %0 = prune %w {axis = 0, layout = sparse<2:4>} : tensor<[8,6] x f32>
          %1 = cast %0 {to = f16} : tensor<[8,6] x f16>
          %2 = matmul %x, %1 {transposeB = false, to = f32} : tensor<[B,6] x f32>
          return %2
        }
        func @turned(%x: tensor<[B,8] x f16>) {
          %w = weight {key = "w"} : tensor<[6,8] x f32>
          %0 = prune %w {axis = 1, layout = sparse<2:4>} : tensor<[6,8] x f32>
          %1 = cast %0 {to = f16} : tensor<[6,8] x f16>
          %2 = transpose %1 {axes = [1, 0]} : tensor<[8,6] x f16>
          %3 = matmul %x, %2 {transposeB = false, to = f32} : tensor<[B,6] x f32>
          return %3
        }
        func @codes(%x: tensor<[B,8] x i8, scale<token, f32>>) {
          %w = weight {key = "w"} : tensor<[8,6] x f32>
          %0 = prune %w {axis = 0, layout = sparse<2:4>} : tensor<[8,6] x f32>
          %1 = quantize %0 {rounding = nearest_even} : tensor<[8,6] x i8, scale<axis 1, f32>>
          %2 = matmul %x, %1 {transposeB = false, to = f32} : tensor<[B,6] x f32>
          return %2
        }
        func @given_scales(%x: tensor<[B,8] x f32>) {
          %s = constant {values = [0.5, 2.0]} : tensor<[2,1] x f32>
          %w = weight {key = "w"} : tensor<[8,6] x f32>
          %0 = prune %w {axis = 0, layout = sparse<1:2>} : tensor<[8,6] x f32>
          %1 = quantize %0, %s {rounding = nearest_even} : tensor<[8,6] x e4m3, scale<block(4,6), f32>>
          %2 = dequantize %1 {to = f16} : tensor<[8,6] x f16>
          %3 = cast %2 {to = f32} : tensor<[8,6] x f32>
          %4 = matmul %x, %3 {transposeB = false, to = f32} : tensor<[B,6] x f32>
          return %4
        }
        """;
  }

  @Override
  protected String doesNotFire() {
    return """
        func @dense(%x: tensor<[B,8] x f32>) {
          %w = weight {key = "w"} : tensor<[8,6] x f32>
          %0 = matmul %x, %w {transposeB = false, to = f32} : tensor<[B,6] x f32>
          return %0
        }
        func @other_axis(%x: tensor<[B,8] x f32>) {
          %w = weight {key = "w"} : tensor<[8,4] x f32>
          %0 = prune %w {axis = 1, layout = sparse<2:4>} : tensor<[8,4] x f32>
          %1 = matmul %x, %0 {transposeB = false, to = f32} : tensor<[B,4] x f32>
          return %1
        }
        func @added(%x: tensor<[B,8] x f32>, %y: tensor<[8,4] x f32>) {
          %w = weight {key = "w"} : tensor<[8,4] x f32>
          %0 = prune %w {axis = 0, layout = sparse<2:4>} : tensor<[8,4] x f32>
          %1 = add %0, %y : tensor<[8,4] x f32>
          %2 = matmul %x, %1 {transposeB = false, to = f32} : tensor<[B,4] x f32>
          return %2
        }
        func @affine(%x: tensor<[B,8] x f32>) {
          %w = weight {key = "w"} : tensor<[4,8] x f32>
          %0 = prune %w {axis = 1, layout = sparse<2:4>} : tensor<[4,8] x f32>
          %1 = quantize %0 {rounding = nearest_even} : tensor<[4,8] x u8, scale<axis 0, f32, zero u8>>
          %2 = dequantize %1 {to = f32} : tensor<[4,8] x f32>
          %3 = matmul %x, %2 {transposeB = true, to = f32} : tensor<[B,4] x f32>
          return %3
        }
        func @scale_of_zero(%x: tensor<[B,8] x f32>, %s: tensor<[4,1] x f32>) {
          %w = weight {key = "w"} : tensor<[4,8] x f32>
          %0 = prune %w {axis = 1, layout = sparse<2:4>} : tensor<[4,8] x f32>
          %1 = quantize %0, %s {rounding = nearest_even} : tensor<[4,8] x i8, scale<axis 0, f32>>
          %2 = dequantize %1 {to = f32} : tensor<[4,8] x f32>
          %3 = matmul %x, %2 {transposeB = true, to = f32} : tensor<[B,4] x f32>
          return %3
        }
        func @no_memory(%x: tensor<[B,8] x f32>) {
          %w = weight {key = "w"} : tensor<[4,8] x f32>
          %0 = prune %w {axis = 1, layout = sparse<3:8>} : tensor<[4,8] x f32>
          %1 = matmul %x, %0 {transposeB = true, to = f32} : tensor<[B,4] x f32>
          return %1
        }
        """;
  }

  private static PassContext context() {
    return new PassContext(PassEnvironment.of(REGISTRY.ir()), "compress-weights");
  }

  private static Module apply(String text, PassContext context) {
    return REGISTRY.parse("compress-weights").passes().getFirst().run(IrText.module(text), context);
  }

  @Test
  void decisionsHaveTheBytes() {
    PassContext context = context();
    Module module = apply("""
        func @main(%x: tensor<[B,32] x f32>) {
          %w = weight {key = "w"} : tensor<[16,32] x f32>
          %0 = prune %w {axis = 1, layout = sparse<2:4>} : tensor<[16,32] x f32>
          %1 = quantize %0 {rounding = nearest_even} : tensor<[16,32] x i8, scale<axis 0, f32>>
          %2 = dequantize %1 {to = f32} : tensor<[16,32] x f32>
          %3 = matmul %x, %2 {transposeB = true, to = f32} : tensor<[B,16] x f32> loc("m.nib":3:5 in a)
          return %3
        }
        """, context);
    Decision decision = context.decisions().getFirst();
    assertEquals("weight 'w' stored as sparse<2:4>", decision.subject());
    // 16 scales of 4 bytes; 256 codes of 512, and one tile of metadata.
    assertEquals(
        "576 -> 448 bytes",
        decision.cost().orElseThrow().bytesBefore() + " -> " + decision.cost().orElseThrow().bytesAfter() + " bytes");
    assertTrue(module.functions().get("main").body().operations().stream().anyMatch(it -> it.op() instanceof Compress));
  }

  /** What else writes a program may compress what was not pruned: the element is named. */
  @Test
  void whatWasNotPrunedIsRefused() {
    Module module = IrText.module("""
        func @main() {
          %w = weight {key = "w"} : tensor<[2,8] x f32>
          %0 = compress %w {layout = sparse<2:4>} : tensor<[2,8] x f32, sparse<2:4>>
          %1 = decompress %0 : tensor<[2,8] x f32>
          return %1
        }
        """);
    WeightSource weights = (key, type) ->
        Tensor.of(type, 0, 0, 0, 0, 1, 2, 0, 0, 0, 3, 4, 0, 5, 6, 0, 7);
    InputException refused = assertThrows(
        InputException.class,
        () -> new Interpreter(Mode.EXACT, weights).run(module.functions().get("main"), List.of()));
    assertTrue(
        refused.getMessage().contains("no place for the element 5.0 in row 1, group 1 (columns 4 to 7)"),
        refused.getMessage());
  }
}
