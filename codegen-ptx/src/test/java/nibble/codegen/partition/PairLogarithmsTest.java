package nibble.codegen.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.collect.ImmutableMap;
import java.util.List;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Operation;
import nibble.ir.Registry;
import nibble.ir.op.Kernel;
import nibble.ir.rewrite.RewriteDriver;
import nibble.ir.text.Parser;
import nibble.ir.verify.Verifier;
import org.junit.jupiter.api.Test;

class PairLogarithmsTest {
  private static Function function(String logarithms, String more) {
    Module module = Parser.parse("""
        module @m {
          func @f(%%q: tensor<[4,32,32] x f16>, %%k: tensor<[2,48,32] x f16>, %%v: tensor<[2,48,32] x f16>) {
            %%0 = attention %%q, %%k, %%v {scale = 0.25, causal = top_left%s, to = f32} : tensor<[4,32,32] x f32>
            %%1 = attention_lse %%q, %%k {scale = 0.25, causal = %s} : tensor<[4,32] x f32>
            %%2 = neg %%1 : tensor<[4,32] x f32>
            return %%0, %%2
          }
        }
        """.formatted(more, logarithms), "test", Registry.core());
    return module.functions().get("f");
  }

  private static List<String> names(List<Operation> operations) {
    return operations.stream().map(operation -> operation.op().name()).toList();
  }

  private static List<String> paired(Function function) {
    Function after = new RewriteDriver(PairLogarithms.of(function)).apply(function, ImmutableMap.of());
    Verifier.require(Module.of("m", List.of(), List.of(after)));
    return names(after.body().operations());
  }

  @Test
  void logarithmsOfTheSameScoresStay() {
    assertEquals(List.of("attention", "attention_lse", "neg"), paired(function("top_left", "")));
  }

  /** Those of other scores are computed as their parts, and so are those beside a scheme, whose scores differ. */
  @Test
  void othersAreParts() {
    for (Function other : List.of(function("none", ""), function("top_left", ", scheme = sage1"))) {
      List<String> parts = paired(other);
      assertEquals(false, parts.contains("attention_lse"), parts.toString());
      assertEquals(List.of("add", "reshape", "neg"), parts.subList(parts.size() - 3, parts.size()));
    }
  }

  /** What is made of logarithms has a kernel of its own. */
  @Test
  void oneKernelGivesBoth() {
    Function main = Partition.of(function("top_left", ""), ImmutableMap.of()).main();
    assertEquals(2, main.body().operations().size());
    Operation kernel = main.body().operations().getFirst();
    assertEquals("attention_attention_lse", ((Kernel) kernel.op()).label());
    assertEquals(List.of("attention", "attention_lse"), names(kernel.regions().getFirst().operations()));
    assertEquals(2, kernel.results().size());
  }
}
