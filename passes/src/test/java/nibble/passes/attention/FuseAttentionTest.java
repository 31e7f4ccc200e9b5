package nibble.passes.attention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import com.google.common.collect.ImmutableMap;
import java.util.Optional;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Operation;
import nibble.ir.Registry;
import nibble.ir.rewrite.RewriteDriver;
import nibble.ir.text.Printer;
import nibble.passes.testing.IrText;
import org.junit.jupiter.api.Test;

class FuseAttentionTest {
  private static final Module MODULE = IrText.module("""
      func @main(%q: tensor<[3,5,4] x f32>, %k: tensor<[3,6,4] x f32>, %v: tensor<[3,6,2] x f32>, %m: tensor<[6] x f32>) {
        %c = constant {values = [0.125]} : tensor<[] x f32>
        %1 = matmul %q, %k {transposeB = true, to = f32} : tensor<[3,5,6] x f32>
        %2 = mul %1, %c : tensor<[3,5,6] x f32>
        %3 = add %2, %m : tensor<[3,5,6] x f32>
        %4 = softmax %3 : tensor<[3,5,6] x f32>
        %5 = matmul %4, %v {transposeB = false, to = f32} : tensor<[3,5,2] x f32>
        return %5
      }
      """);

  private static Function function() {
    return MODULE.functions().get("main");
  }

  @Test
  void replacesTheProductWithValues() {
    Graph graph = Graph.of(function());
    Operation product = function().body().operations().getLast();
    AttentionMatcher.Match match = AttentionMatcher.match(product, graph).orElseThrow();
    AttentionPattern pattern = ((AttentionMatcher.Match.Found) match).pattern();
    assertEquals(0.125, pattern.scale());
    Module fused = new RewriteDriver(
        new FuseAttention(ImmutableMap.of(product.result(), pattern), Optional.empty(), Optional.empty()))
        .apply(MODULE);
    Operation attention = fused.functions().get("main").body().operations().getLast();
    assertEquals(
        "[%q, %k, %v, %m]", attention.operands().toString(), () -> Printer.print(fused, Registry.core()));
    assertEquals(attention.results(), fused.functions().get("main").body().results());
  }

  @Test
  void leavesOthers() {
    assertSame(MODULE,
        new RewriteDriver(new FuseAttention(ImmutableMap.of(), Optional.empty(), Optional.empty())).apply(MODULE));
  }
}
