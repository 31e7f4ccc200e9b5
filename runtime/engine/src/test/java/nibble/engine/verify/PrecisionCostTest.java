package nibble.engine.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Map;
import nibble.engine.testing.ProvenRun;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.eval.Comparison;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.passes.validate.SampleData;
import org.junit.jupiter.api.Test;

class PrecisionCostTest {
  private static final String PRODUCTS = """
      module @m {
        func @main(%x: tensor<[4,16] x f32>, %w: tensor<[16,16] x f32>, %v: tensor<[16,16] x f32>) {
          %0 = matmul %x, %w {transposeB = true, to = f32} : tensor<[4,16] x f32> loc("model.nib":2:1 in layer[0])
          %1 = matmul %0, %w {transposeB = true, to = f32} : tensor<[4,16] x f32> loc("model.nib":2:1 in layer[0])
          %2 = matmul %1, %v {transposeB = true, to = f32} : tensor<[4,16] x f32> loc("model.nib":3:1 in layer[1])
          return %2
        }
      }
      """;
  private static final String NARROW_AT_THE_END = PRODUCTS.replace(
      "%2 = matmul %1, %v {transposeB = true, to = f32}",
      """
      %a = cast %1 {to = bf16} : tensor<[4,16] x bf16>
          %b = cast %v {to = bf16} : tensor<[16,16] x bf16>
          %2 = matmul %a, %b {transposeB = true, to = f32}""");

  @Test
  void eachProductIsComparedWithItself() {
    Module model = ProvenRun.parse(PRODUCTS);
    Module program = ProvenRun.parse(NARROW_AT_THE_END);
    Function before = model.functions().get("main");
    Function after = program.functions().get("main");
    List<Tensor> inputs = new SampleData(1).inputs(before, Map.of());
    List<Tensor> actual = new Interpreter(Mode.FAITHFUL, WeightSource.NONE).run(after, inputs);
    PrecisionCost cost = PrecisionCost.of(before, after, WeightSource.NONE, inputs, actual, Map.of());

    assertEquals(3, cost.products().size());
    assertEquals(List.of("layer[0]", "layer[0]", "layer[1]"),
        cost.products().stream().map(product -> product.location().path()).toList());
    // Rounding to f32 costs 24 bits' worth of noise, to bf16 8 bits' worth.
    assertTrue(cost.products().get(0).comparison().sqnrDb() > 140, cost.toString());
    assertTrue(cost.products().get(1).comparison().sqnrDb() > 140, cost.toString());
    double last = cost.products().get(2).comparison().sqnrDb();
    assertTrue(last > 40 && last < 65, cost.toString());
    assertEquals(last, cost.outputs().getFirst().sqnrDb(), 1e-6);
  }

  @Test
  void nothingIsLostWhereNothingChanges() {
    Function model = ProvenRun.parse(PRODUCTS).functions().get("main");
    List<Tensor> inputs = new SampleData(1).inputs(model, Map.of());
    List<Tensor> exact = new Interpreter(Mode.EXACT, WeightSource.NONE).run(model, inputs);
    PrecisionCost cost = PrecisionCost.of(model, model, WeightSource.NONE, inputs, exact, Map.of());
    assertEquals(Double.POSITIVE_INFINITY, cost.outputs().getFirst().sqnrDb());
  }

  /** A product whose output channels are in another order is compared with those of the model in that order. */
  @Test
  void channelsInAnotherOrderAreComparedWithTheirOwn() {
    String product = """
        module @m {
          func @main(%x: tensor<[4,8] x f32>, %w: tensor<[8,4] x f32>, %o: tensor<[4] x i32>) {
            BODY
            return %1
          }
        }
        """;
    String matmul = "{transposeB = false, to = f32} : tensor<[4,4] x f32> loc(\"m.nib\":3:1 in up)\n";
    Function model = ProvenRun.parse(product.replace("BODY", "%1 = matmul %x, %w " + matmul)).functions().get("main");
    Function turned = ProvenRun.parse(product.replace(
        "BODY", "%0 = gather %w, %o {axis = 1} : tensor<[8,4] x f32>\n    %1 = matmul %x, %0 " + matmul))
        .functions().get("main");
    List<Tensor> made = new SampleData(1).inputs(model, Map.of());
    List<Tensor> inputs = List.of(made.get(0), made.get(1), Tensor.of(made.get(2).type(), 2, 0, 3, 1));
    List<Tensor> actual = new Interpreter(Mode.FAITHFUL, WeightSource.NONE).run(turned, inputs);
    PrecisionCost asIs = PrecisionCost.of(model, turned, WeightSource.NONE, inputs, actual, Map.of());
    PrecisionCost ordered = PrecisionCost.of(
        model, turned, WeightSource.NONE, inputs, actual,
        Map.of(model.body().operations().getFirst().location(), ImmutableList.of(2, 0, 3, 1)));
    assertTrue(asIs.products().getFirst().comparison().sqnrDb() < 20, asIs.toString());
    assertTrue(ordered.products().getFirst().comparison().sqnrDb() > 140, ordered.toString());
  }

  /**
   * Two heads of attention, in a program that does without half of the second: what its attention is compared with is
   * the product with values, and what is behind the attention at its place belongs to it.
   */
  @Test
  void attentionIsComparedHeadByHead() {
    String head = "func @main(%q: tensor<[2,4,8] x f32>, %k: tensor<[2,4,8] x f32>, %v: tensor<[2,4,8] x f32>";
    Function model = ProvenRun.parse("""
        module @m {
          HEAD, %b: tensor<[2,2,2] x bool>) {
            %0 = matmul %q, %k {transposeB = true, to = f32} : tensor<[2,4,4] x f32> loc("m.nib":2:1 in layer[0].attn)
            %1 = softmax %0 : tensor<[2,4,4] x f32> loc("m.nib":3:1 in layer[0].attn)
            %2 = matmul %1, %v {transposeB = false, to = f32} : tensor<[2,4,8] x f32> loc("m.nib":4:1 in layer[0].attn)
            return %2
          }
        }
        """.replace("HEAD", head)).functions().get("main");
    String attention = """
        module @m {
          HEAD, %b: tensor<[2,2,2] x bool>) {
            %0 = attention %q, %k, %v, %b {scale = 1.0, causal = none, blocks = [2,2], to = f32} : tensor<[2,4,8] x f32> loc("m.nib":4:1 in layer[0].attn)
            BEHIND
            return %1
          }
        }
        """.replace("HEAD", head);
    List<Tensor> made = new SampleData(1).inputs(model, Map.of());
    Tensor blocks = Tensor.of(made.get(3).type(), 1, 1, 1, 1, 1, 0, 0, 1);
    List<Tensor> inputs = List.of(made.get(0), made.get(1), made.get(2), blocks);
    AttentionAccuracy near = attention(model, attention.replace("BEHIND",
        "%1 = cast %0 {to = bf16} : tensor<[2,4,8] x bf16> loc(\"m.nib\":4:1 in layer[0].attn)"), inputs);
    AttentionAccuracy elsewhere = attention(model, attention.replace("BEHIND",
        "%1 = neg %0 : tensor<[2,4,8] x f32> loc(\"m.nib\":5:1 in layer[0].attn)"), inputs);

    assertEquals("layer[0].attn", near.location().path());
    assertEquals(List.of(1.0, 0.5), near.heads().stream().map(AttentionAccuracy.Head::kept).toList());
    assertEquals(0.75, near.kept());
    Comparison whole = near.heads().getFirst().comparison();
    assertTrue(whole.sqnrDb() > 45 && whole.sqnrDb() < 65, near.toString());
    assertTrue(near.heads().get(1).comparison().relativeL1() > 0.05, near.toString());
    assertTrue(near.all().rmse() > whole.rmse() && near.all().rmse() < near.heads().get(1).comparison().rmse(),
        near.toString());
    assertTrue(elsewhere.heads().getFirst().comparison().sqnrDb() > 120, elsewhere.toString());
  }

  private static AttentionAccuracy attention(Function model, String text, List<Tensor> inputs) {
    Function program = ProvenRun.parse(text).functions().get("main");
    List<Tensor> actual = new Interpreter(Mode.FAITHFUL, WeightSource.NONE).run(program, inputs);
    List<AttentionAccuracy> found =
        PrecisionCost.of(model, program, WeightSource.NONE, inputs, actual, Map.of()).attentions();
    assertEquals(1, found.size());
    return found.getFirst();
  }
}
