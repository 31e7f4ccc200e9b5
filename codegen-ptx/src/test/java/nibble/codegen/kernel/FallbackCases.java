package nibble.codegen.kernel;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Quantizers with a second level of codes, and products of what they make. Of normally distributed numbers the
 * threshold leaves some boxes without one, and some tiles of a product.
 */
final class FallbackCases {
  private FallbackCases() {}

  static Stream<KernelCase> quantizers() {
    List<KernelCase> cases = new ArrayList<>();
    for (String scaleAbove : List.of(
        "token, f32 > Infinity", "token, f32 > 2.5", "group(32), f32 > 2.5", "block(16,32), f16 > 2.5",
        "block(128,128), f32 > 0.0", "block(128,128), f32, full > 2.5", "axis 1, f32 > 2.5")) {
      String[] parts = scaleAbove.split(" > ");
      cases.add(KernelCase.of(
          "residual of " + scaleAbove, "symbol M", "%x: tensor<[M,200] x f32>",
          """
          %%0 = quantize %%x {rounding = nearest_even, fallback = %s} : tensor<[M,200] x i8, scale<%s>, residual<i8>>
          %%1 = dequantize %%0 {to = f32} : tensor<[M,200] x f32>
          return %%0, %%1
          """.formatted(parts[1], parts[0]), ImmutableMap.of("M", 37L)));
    }
    cases.add(KernelCase.of(
        "residual of e4m3", "symbol M", "%x: tensor<[M,3,64] x f32>",
        """
        %0 = quantize %x {rounding = nearest_even, fallback = 2.0} : tensor<[M,3,64] x e4m3, scale<group(32), f32>, residual<e4m3>>
        return %0
        """, ImmutableMap.of("M", 3L)));
    return cases.stream();
  }

  /** Boxes as high as tiles, higher, lower; products of one tile and of several; a batch. */
  static Stream<KernelCase> products() {
    List<KernelCase> cases = new ArrayList<>();
    cases.add(product("block(128,128), f32", "block(128,128), f32", "i8", "Infinity", 140, 72, 256));
    cases.add(product("block(128,128), f32", "block(128,128), f32", "i8", "4.0", 140, 72, 256));
    cases.add(product("block(1,128), f32", "block(128,128), f32", "i8", "0.0", 70, 40, 256));
    cases.add(product("block(32,64), f16", "group(32), f16", "i8", "3.4", 100, 40, 200));
    cases.add(product("token, f32", "axis 0, f32", "i8", "3.0", 70, 40, 96));
    cases.add(product("block(128,64), f32", "block(128,64), f32", "e4m3", "3.6", 70, 40, 128));
    cases.add(KernelCase.of("fallback of sequences", "symbol B\nsymbol S multiple of 8", "%x: tensor<[B,S,256] x f32>",
        """
        %w = weight {key = "w"} : tensor<[40,256] x f32>
        %0 = quantize %x {rounding = nearest_even, fallback = 3.8} : tensor<[B,S,256] x i8, scale<block(128,128), f32>, residual<i8>>
        %1 = quantize %w {rounding = nearest_even} : tensor<[40,256] x i8, scale<block(128,128), f32>>
        %2 = matmul %0, %1 {transposeB = true, to = f32} : tensor<[B,S,40] x f32>
        %3 = gelu %2 {kind = erf} : tensor<[B,S,40] x f32>
        %4 = quantize %3 {rounding = nearest_even, fallback = 16.0} : tensor<[B,S,40] x i8, scale<block(8,8), f32>, residual<i8>>
        return %4
        """, ImmutableMap.of("B", 5L, "S", 24L)));
    return cases.stream();
  }

  private static KernelCase product(
      String left, String right, String codes, String threshold, int m, int n, int k) {
    return KernelCase.of(
        "fallback of %s, %s above %s: %dx%dx%d".formatted(codes, left, threshold, m, n, k), "symbol M",
        "%%x: tensor<[M,%d] x f32>, %%w: tensor<[%d,%d] x f32>".formatted(k, n, k),
        """
        %%0 = quantize %%x {rounding = nearest_even, fallback = %s} : tensor<[M,%d] x %s, scale<%s>, residual<%s>>
        %%1 = quantize %%w {rounding = nearest_even} : tensor<[%d,%d] x %s, scale<%s>>
        %%2 = matmul %%0, %%1 {transposeB = true, to = f32} : tensor<[M,%d] x f32>
        return %%2
        """.formatted(threshold, k, codes, left, codes, n, k, codes, right, n), ImmutableMap.of("M", (long) m));
  }
}
