package nibble.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import nibble.codegen.target.Targets;
import nibble.ir.Module;
import nibble.ir.Registry;
import nibble.ir.text.Parser;
import org.junit.jupiter.api.Test;

class ExplainKernelsTest {
  private static List<String> decisions(String target, String symbols, String parameters, String body) {
    Module module = Parser.parse("""
        module @m {
        %s
          func @f(%s) {
        %s
          }
        }
        """.formatted(symbols.indent(2), parameters, body.indent(4)), "test", Registry.core());
    return new Backend().decisions(module, module.functions().values().iterator().next(), Targets.get(target)).stream()
        .map(KernelDecision::line).toList();
  }

  /** Heads of queries, keys and values, each of a product. */
  private static List<String> attention(String target, String rows, String scheme) {
    StringBuilder body = new StringBuilder();
    for (String name : List.of("q", "k", "v")) {
      body.append("""
          %%%1$s0 = matmul %%x, %%%1$s {transposeB = true, to = f16} : tensor<[B,S,192] x f16> loc("m.nib":2:1 in %1$s)
          %%%1$s1 = reshape %%%1$s0 {shape = [B,S,3,64]} : tensor<[B,S,3,64] x f16>
          %%%1$s2 = transpose %%%1$s1 {axes = [0, 2, 1, 3]} : tensor<[B,3,S,64] x f16>
          """.formatted(name));
    }
    body.append("""
        %%o = attention %%q2, %%k2, %%v2 {scale = 0.125, causal = none%s, to = f16} : tensor<[B,3,S,64] x f16> \
        loc("m.nib":3:1 in attn)
        return %%o
        """.formatted(scheme.isEmpty() ? "" : ", scheme = " + scheme));
    return decisions(target, "symbol B\nsymbol S" + rows,
        "%x: tensor<[B,S,64] x f16>, %q: tensor<[192,64] x f16>, %k: tensor<[192,64] x f16>, "
            + "%v: tensor<[192,64] x f16>",
        body.toString());
  }

  @Test
  void nothingIsSaidOfWhatIsAsEver() {
    assertEquals(List.of(), attention("sm_80", "", ""));
    assertEquals(List.of(), attention("sm_90a", "", ""));
  }

  @Test
  void quantizersAreInTheirProductsKernelsOrHaveAReason() {
    String own = " by a kernel of its own, behind its product's: ";
    String queries = "attn (m.nib:3:1): quantized to tensor<[B,3,S,64] x i8, scale<block(128,64), f32>> by";
    String keys = "attn (m.nib:3:1): quantized to tensor<[B,3,S,64] x i8, scale<block(64,64), f32>>" + own
        + "reduce_mean stands between";
    assertEquals(
        List.of(queries + " its product's kernel", keys),
        attention("sm_80", " multiple of 128", "sage1").stream().sorted().toList());
    assertEquals(
        List.of(queries + own.substring(3)
            + "a scale is for 128 rows, and matrices of S rows are not known to start with a tile", keys),
        attention("sm_80", " multiple of 64", "sage1").stream().sorted().toList());
  }

  @Test
  void warpsInPlaceOfWarpgroupsHaveAReason() {
    List<String> sage2 = attention("sm_90a", "", "sage2");
    assertEquals(
        "attn (m.nib:3:1): warps multiply, each for itself, and not warpgroups: its values are codes, and weights do "
            + "not lie in registers as wgmma multiplies codes", sage2.getFirst());
    assertEquals(
        List.of("up (m.nib:3:5): warps multiply, each for itself, and not warpgroups: its result has M rows and 48 "
            + "columns, and tiles of warpgroups are for more than 64 of both, columns of a known number"),
        decisions("sm_90a", "symbol M", "%a: tensor<[M,64] x f16>, %b: tensor<[64,48] x f16>", """
            %0 = matmul %a, %b {transposeB = false, to = f32} : tensor<[M,48] x f32> loc("m.nib":3:5 in up)
            return %0
            """));
  }

  private static List<String> sparse(String target, String format, String rows) {
    String parameters = "%%x: tensor<[%s,512] x %s, scale<token, f32>>".formatted(rows, format);
    return decisions(target, rows.equals("M") ? "symbol M" : "", parameters, """
        %%0 = weight {key = "w"} : tensor<[256,512] x f32>
        %%1 = prune %%0 {axis = 1, layout = sparse<2:4>} : tensor<[256,512] x f32>
        %%2 = quantize %%1 {rounding = nearest_even} : tensor<[256,512] x %1$s, scale<axis 0, f32>>
        %%3 = compress %%2 {layout = sparse<2:4>} : tensor<[256,512] x %1$s, scale<axis 0, f32>, sparse<2:4>>
        %%4 = decompress %%3 : tensor<[256,512] x %1$s, scale<axis 0, f32>>
        %%5 = matmul %%x, %%4 {transposeB = true, to = f32} : tensor<[%2$s,256] x f32> loc("m.nib":3:5 in up)
        return %%5
        """.formatted(format, rows));
  }

  @Test
  void compressedWeightsThatAreNotMultipliedAsTheyAreHaveAReason() {
    assertEquals(List.of(), sparse("sm_80", "i8", "M"));
    List<String> dense = sparse("sm_80", "e4m3", "4096");
    assertEquals(1, dense.size(), dense::toString);
    assertTrue(dense.getFirst().startsWith(
        "up (m.nib:3:5): e4m3 2:4 is stored dense: no sparse instruction takes it; modelled "), dense::toString);
    List<String> few = sparse("sm_80", "e4m3", "1");
    assertEquals(1, few.size(), few::toString);
    assertTrue(
        few.getFirst().startsWith("up (m.nib:3:5): the compressed weight is decompressed on its way: "), few::toString);
  }

  /** Kernels that a target does not have are no decision, but their reason is. */
  @Test
  void whatIsRefusedIsSaid() {
    String rows = "tensor<[1,1,256,256] x f16>";
    List<String> sage3 = decisions("sm_89", "", "%q: " + rows + ", %k: " + rows + ", %v: " + rows, """
        %o = attention %q, %k, %v {scale = 0.0625, causal = none, to = f16, scheme = sage3} : \
        tensor<[1,1,256,256] x f16> \
        loc("m.nib":3:1 in attn)
        return %o
        """);
    assertTrue(sage3.getFirst().startsWith("attn (m.nib:3:1): "), sage3::toString);
    assertTrue(sage3.getFirst().contains("no kernel "), sage3::toString);
  }
}
