package nibble.codegen.kernel;

import com.google.common.collect.ImmutableMap;
import java.util.Map;
import java.util.stream.Stream;

/** Quantizers of products' results behind views, which the products' kernels compute. */
final class ViewedQuantizerCases {
  private ViewedQuantizerCases() {}

  private static final String HEADS = """
      %%1 = reshape %%%1$s {shape = [%2$s,%3$d,%4$d]} : tensor<[%2$s,%3$d,%4$d] x %6$s>
      %%2 = transpose %%1 {axes = %5$s} : tensor<[%7$s] x %6$s>
      %%3 = quantize %%2 {rounding = nearest_away} : tensor<[%7$s] x %8$s>
      return %%3
      """;

  /** The heads of a product of {@code [rows,64]} or {@code [B,S,64]} by a matrix. */
  private static KernelCase heads(
      String name, String symbols, String rows, int heads, int width, String codes, Map<String, Long> sizes) {
    boolean isBatched = rows.contains(",");
    String last = rows.substring(rows.indexOf(',') + 1);
    String viewed = (isBatched ? rows.substring(0, rows.indexOf(',') + 1) : "") + heads + "," + last + "," + width;
    String body = """
        %%p = matmul %%a, %%b {transposeB = true, to = f32} : tensor<[%1$s,%2$d] x f32>
        """.formatted(rows, heads * width)
        + HEADS.formatted("p", rows, heads, width, isBatched ? "[0, 2, 1, 3]" : "[1, 0, 2]", "f32", viewed, codes);
    return KernelCase.of(
        "heads, " + name, symbols,
        "%%a: tensor<[%s,64] x f16>, %%b: tensor<[%d,64] x f16>".formatted(rows, heads * width), body, sizes);
  }

  static Stream<KernelCase> all() {
    return Stream.of(
        heads("a scale for each row", "symbol B\nsymbol S", "B,S", 3, 64, "i8, scale<token, f32>",
            Map.of("B", 3L, "S", 45L)),
        heads("across warps", "symbol S", "S", 2, 128, "i8, scale<token, f32>", Map.of("S", 70L)),
        heads("blocks of a tile's rows", "symbol S", "S", 6, 32, "i8, scale<block(128,32), f32>", Map.of("S", 150L)),
        heads("blocks of aligned rows", "symbol B\nsymbol S multiple of 64", "B,S", 1, 64,
            "e4m3, scale<block(64,64), f32>", Map.of("B", 2L, "S", 64L)),
        heads("rows of a thread", "symbol B\nsymbol S multiple of 32", "B,S", 4, 32,
            "i8, scale<interleaved(32,8,1), f32>", Map.of("B", 3L, "S", 96L)),
        heads("pairs of rows", "symbol S", "S", 2, 32, "i8, scale<interleaved(64,8,2), f32>", Map.of("S", 100L)),
        heads("groups", "symbol B\nsymbol S", "B,S", 2, 64, "e2m1, scale<group(32), ue8m0, up>",
            Map.of("B", 2L, "S", 21L)),
        KernelCase.of("heads, behind a bias and f16, stored as well", "symbol B\nsymbol S multiple of 128",
            "%a: tensor<[B,S,64] x f16>, %b: tensor<[192,64] x f16>, %v: tensor<[192] x f32>", """
            %p = matmul %a, %b {transposeB = true, to = f32} : tensor<[B,S,192] x f32>
            %0 = add %p, %v : tensor<[B,S,192] x f32>
            %1 = cast %0 {to = f16} : tensor<[B,S,192] x f16>
            %2 = reshape %1 {shape = [B,S,6,32]} : tensor<[B,S,6,32] x f16>
            %3 = transpose %2 {axes = [0, 2, 1, 3]} : tensor<[B,6,S,32] x f16>
            %4 = cast %3 {to = f32} : tensor<[B,6,S,32] x f32>
            %5 = quantize %4 {rounding = nearest_away} : tensor<[B,6,S,32] x i8, scale<block(128,32), f32>>
            return %5, %1
            """, ImmutableMap.of("B", 2L, "S", 128L)),
        KernelCase.of("heads, of codes, behind a bias and f16", "symbol B\nsymbol S multiple of 128",
            "%a: tensor<[B,S,64] x i8, scale<token, f32>>, %b: tensor<[192,64] x i8, scale<axis 0, f32>>, "
                + "%v: tensor<[192] x f32>", """
            %p = matmul %a, %b {transposeB = true, to = f32} : tensor<[B,S,192] x f32>
            %0 = add %p, %v : tensor<[B,S,192] x f32>
            %1 = cast %0 {to = f16} : tensor<[B,S,192] x f16>
            %2 = reshape %1 {shape = [B,S,6,32]} : tensor<[B,S,6,32] x f16>
            %3 = transpose %2 {axes = [0, 2, 1, 3]} : tensor<[B,6,S,32] x f16>
            %4 = cast %3 {to = f32} : tensor<[B,6,S,32] x f32>
            %5 = quantize %4 {rounding = nearest_away} : tensor<[B,6,S,32] x i8, scale<interleaved(32,8,1), f32>>
            return %5, %1
            """, ImmutableMap.of("B", 2L, "S", 128L)),
        KernelCase.of("heads that join again, by blocks", "symbol B\nsymbol S",
            "%a: tensor<[B,2,S,24] x f16>, %b: tensor<[B,2,24,32] x f16>", """
            %p = matmul %a, %b {transposeB = false, to = f32} : tensor<[B,2,S,32] x f32>
            %0 = transpose %p {axes = [0, 2, 1, 3]} : tensor<[B,S,2,32] x f32>
            %1 = reshape %0 {shape = [B,S,64]} : tensor<[B,S,64] x f32>
            %2 = quantize %1 {rounding = nearest_even} : tensor<[B,S,64] x i8, scale<block(32,32), f32>>
            return %2
            """, ImmutableMap.of("B", 2L, "S", 70L)),
        KernelCase.of("transposed, with scales that are given", "symbol S",
            "%a: tensor<[S,24] x f16>, %b: tensor<[40,24] x f16>", """
            %p = matmul %a, %b {transposeB = true, to = f32} : tensor<[S,40] x f32>
            %0 = transpose %p {axes = [1, 0]} : tensor<[40,S] x f32>
            %s = constant {values = [0.05]} : tensor<[1,1] x f32>
            %1 = quantize %0, %s {rounding = nearest_even} : tensor<[40,S] x i8, scale<tensor, f32>>
            return %1
            """, ImmutableMap.of("S", 70L)));
  }
}
