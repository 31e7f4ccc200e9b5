package nibble.codegen.kernel.attention;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import nibble.codegen.Backend;
import nibble.codegen.Program;
import nibble.codegen.kernel.KernelCase;
import nibble.codegen.target.Targets;
import nibble.ir.Module;
import nibble.ir.Registry;
import nibble.ir.text.Parser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which attentions warpgroups compute, and why not the others. */
class WarpgroupChoiceTest {
  private static Optional<String> why(String target, String types, String operands, String attributes) {
    String text = """
        module @m {
          symbol S
          func @f(%s) {
            %%0 = attention %s {scale = 0.25, %s, to = f16} : tensor<[4,S,32] x f16>
            return %%0
          }
        }
        """.formatted(types, operands, attributes);
    return whyOf(target, text);
  }

  private static Optional<String> whyOf(String target, String text) {
    Module module = Parser.parse(text, "test", Registry.core());
    Program program = new Backend().compile(module, module.functions().values().iterator().next(), Targets.get(target));
    Optional<String> why = new AttentionKernel(Targets.get(target))
        .whyByWarps(program.launches().getLast().operation(), module.symbols());
    assertEquals(why.isEmpty(), program.module().text().contains("wgmma"), "the kernel is as it says");
    return why;
  }

  private static String types(String format) {
    return "%%q: tensor<[4,S,32] x %1$s>, %%k: tensor<[2,S,32] x %1$s>, %%v: tensor<[2,S,32] x %1$s>".formatted(format);
  }

  @Test
  void byWarpgroups() {
    for (String attributes : new String[] {
        "causal = none", "causal = bottom_right", "causal = top_left, window = 70",
        "causal = bottom_right, fill = -1000.0"}) {
      assertEquals(Optional.empty(), why("sm_90a", types("f16"), "%q, %k, %v", attributes));
    }
    String mask = ", %m: tensor<[S,S] x bool>";
    assertEquals(Optional.empty(), why("sm_90a", types("f16") + mask, "%q, %k, %v, %m", "causal = none"));
    String lengths = ", %n: tensor<[4] x i32>";
    assertEquals(
        Optional.empty(),
        why("sm_90a", types("bf16") + lengths, "%q, %k, %v, %n", "causal = none, lengths = tokens"));
    String blocks = ", %b: tensor<[ceil(S/128),ceil(S/64)] x bool>";
    assertEquals(
        Optional.empty(), why("sm_90a", types("f16") + blocks, "%q, %k, %v, %b", "causal = none, blocks = [128,64]"));
    assertEquals(Optional.empty(), why("sm_90a", types("f16"), "%q, %k, %v", "causal = none, scheme = sage1"));
  }

  /** Every case of the runs on the PTX machine is one. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("nibble.codegen.kernel.WarpgroupAttentionCases#all")
  void cases(KernelCase kernels) {
    assertEquals(Optional.empty(), whyOf("sm_90a", kernels.text()));
  }

  @Test
  void byWarps() {
    assertEquals(Optional.of("sm_120a has no wgmma"), why("sm_120a", types("f16"), "%q, %k, %v", "causal = none"));
    assertEquals(
        Optional.of("its values are codes, and weights do not lie in registers as wgmma multiplies codes"),
        why("sm_90a", types("f16"), "%q, %k, %v", "causal = none, scheme = sage2"));
    String small = ", %b: tensor<[ceil(S/32),ceil(S/32)] x bool>";
    assertEquals(
        Optional.of("its blocks are [32,32], and tiles are of 64 queries and keys"),
        why("sm_90a", types("f16") + small, "%q, %k, %v, %b", "causal = none, blocks = [32,32]"));
    assertEquals(
        Optional.of("it has 7 queries, and a warpgroup has 64"),
        whyOf("sm_90a", """
            module @m {
              func @f(%q: tensor<[7,64] x f16>, %k: tensor<[900,64] x f16>, %v: tensor<[900,64] x f16>) {
                %0 = attention %q, %k, %v {scale = 0.125, causal = bottom_right, to = f16} : tensor<[7,64] x f16>
                return %0
              }
            }
            """));
  }

  /** Rows that are not 16 bytes apart, and what is computed on the way. */
  @Test
  void asTheyLie() {
    String attention = """
            %%1 = attention %%q, %%0, %%v {scale = 0.125, causal = none, to = f16} : tensor<[70,%1$d] x f16>
            return %%1
          }
        }
        """;
    String narrow = """
        module @m {
          func @f(%%q: tensor<[70,%1$d] x f16>, %%k: tensor<[70,%1$d] x %2$s>, %%v: tensor<[70,%1$d] x f16>) {
            %%0 = cast %%k {to = f16} : tensor<[70,%1$d] x f16>
        """ + attention;
    assertEquals(
        Optional.of("its queries do not lie in memory as tensor copies bring them"),
        whyOf("sm_90a", narrow.formatted(20, "f32")));
    assertEquals(
        Optional.of("its keys do not lie in memory as tensor copies bring them"),
        whyOf("sm_90a", narrow.formatted(32, "f32")));
  }
}
