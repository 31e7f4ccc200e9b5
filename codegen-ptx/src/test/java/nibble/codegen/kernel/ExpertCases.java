package nibble.codegen.kernel;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Tables of members, products of their rows, and mixtures of experts made of them. */
final class ExpertCases {
  private ExpertCases() {}

  static Stream<KernelCase> all() {
    return Stream.of(tables(), products(), mixtures()).flatMap(cases -> cases);
  }

  private static Stream<KernelCase> tables() {
    return Stream.of(
        table("[1,1] x f32", "[1,2]", Map.of()), table("[200,3] x f16", "[3,201]", Map.of()),
        table("[T,5] x f32", "[5,T + 1]", Map.of("T", 131L)));
  }

  private static KernelCase table(String gates, String table, Map<String, Long> sizes) {
    return KernelCase.of("members of " + gates, sizes.isEmpty() ? "" : "symbol T", "%g: tensor<" + gates + ">", """
        %%0 = members %%g : tensor<%s x i32>
        return %%0
        """.formatted(table), sizes);
  }

  private static KernelCase product(String name, String tokens, String weight, String result, String attributes) {
    String[] extents = result.split("[\\[,]");
    String table = "[%s,%s]".formatted(
        extents[1], extents[2].equals("T") ? "T + 1" : 1 + Integer.parseInt(extents[2]));
    boolean isSymbolic = extents[2].equals("T");
    return KernelCase.of("experts: " + name, isSymbolic ? "symbol T" : "", """
        %%x: tensor<%s>, %%w: tensor<%s>, %%g: tensor<[%s,%s] x f32>""".formatted(
            tokens, weight, extents[2], extents[1]), """
        %%0 = members %%g : tensor<%s x i32>
        %%1 = grouped_matmul %%x, %%w, %%0 {%s} : tensor<%s>
        return %%1
        """.formatted(table, attributes, result), isSymbolic ? Map.of("T", 150L) : Map.of());
  }

  private static Stream<KernelCase> products() {
    String plain = "transposeB = false, to = f32";
    String turned = "transposeB = true, to = f32";
    List<KernelCase> cases = new ArrayList<>();
    cases.add(product("of f16", "[150,64] x f16", "[3,64,96] x f16", "[3,150,96] x f32", plain));
    cases.add(product("of bf16", "[T,48] x bf16", "[2,128,48] x bf16", "[2,T,128] x f32", turned));
    cases.add(product("of their own tokens", "[3,70,32] x f16", "[3,32,24] x f16", "[3,70,24] x f32", plain));
    cases.add(product("of f32", "[40,12] x f32", "[2,12,20] x f32", "[2,40,20] x f32", plain));
    cases.add(product("of odd extents", "[33,7] x f16", "[2,7,9] x f16", "[2,33,9] x f32", plain));
    cases.add(product("one token", "[1,32] x f16", "[4,32,32] x f16", "[4,1,32] x f32", plain));
    cases.add(product("one expert", "[130,32] x f16", "[1,32,32] x f16", "[1,130,32] x f32", plain));
    cases.add(
        product("wide", "[200,64] x f16", "[2,64,256] x f16", "[2,200,256] x f16", "transposeB = false, to = f16"));
    cases.add(product(
        "of codes", "[80,64] x i8, scale<token, f32>", "[2,64,64] x i8, scale<token, f32>", "[2,80,64] x f32", turned));
    cases.add(product(
        "of codes by channel", "[70,64] x i8, scale<token, f32>", "[2,64,40] x i8, scale<axis 2, f32>",
        "[2,70,40] x f32", plain));
    cases.add(product(
        "of codes in groups", "[70,64] x e4m3, scale<group(32), ue8m0, up>",
        "[2,40,64] x e4m3, scale<group(32), ue8m0, up>", "[2,70,40] x f32", turned));
    cases.add(product(
        "of codes in blocks", "[2,70,64] x i8, scale<block(1,32), f32>", "[2,64,40] x i8, scale<block(32,8), f32>",
        "[2,70,40] x f32", plain));
    return cases.stream();
  }

  /** A feed-forward layer for each expert, behind a ReLU router. */
  private static Stream<KernelCase> mixtures() {
    return Stream.of(
        KernelCase.of("experts behind a router", "symbol T", """
            %x: tensor<[T,32] x f32>, %r: tensor<[32,4] x f32>, %u: tensor<[4,32,80] x f16>, \
            %b: tensor<[4,1,80] x f32>, %d: tensor<[4,80,32] x f16>""", """
            %0 = matmul %x, %r {transposeB = false, to = f32} : tensor<[T,4] x f32>
            %1 = relu %0 : tensor<[T,4] x f32>
            %2 = members %1 : tensor<[4,T + 1] x i32>
            %3 = cast %x {to = f16} : tensor<[T,32] x f16>
            %4 = grouped_matmul %3, %u, %2 {transposeB = false, to = f32} : tensor<[4,T,80] x f32>
            %5 = add %4, %b : tensor<[4,T,80] x f32>
            %6 = relu %5 : tensor<[4,T,80] x f32>
            %7 = cast %6 {to = f16} : tensor<[4,T,80] x f16>
            %8 = grouped_matmul %7, %d, %2 {transposeB = false, to = f32} : tensor<[4,T,32] x f32>
            %9 = gated_sum %8, %1 : tensor<[T,32] x f32>
            %10 = add %x, %9 : tensor<[T,32] x f32>
            return %10
            """, ImmutableMap.of("T", 100L)),
        KernelCase.of("experts: edges", "",
            "%x: tensor<[70,32] x f16>, %w: tensor<[3,32,24] x f16>, %g: tensor<[70,3] x f32>", """
            %0 = members %g : tensor<[3,71] x i32>
            %1 = grouped_matmul %x, %w, %0 {transposeB = false, to = f32} : tensor<[3,70,24] x f32>
            %2 = gated_sum %1, %g : tensor<[70,24] x f32>
            return %1, %2
            """, Map.of()));
  }
}
