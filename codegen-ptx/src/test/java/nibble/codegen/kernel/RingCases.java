package nibble.codegen.kernel;

import com.google.common.collect.ImmutableMap;
import java.util.stream.Stream;

/**
 * Products that go round the rings of tensor copies more than once: both orders of both operands, batches, depths that
 * are not whole tiles, and scales of blocks, whose slots go round every sixteen iterations.
 */
public final class RingCases {
  private RingCases() {}

  public static Stream<KernelCase> all() {
    return Stream.of(
        product("batches", "[B,M,704] x f16", "[B,704,136] x f16", false, "[B,M,136]"),
        product("one right matrix", "[B,M,1000] x bf16", "[136,1000] x bf16", true, "[B,M,136]"),
        product(
            "bytes", "[B,M,1040] x i8, scale<token, f32>", "[136,1040] x i8, scale<axis 0, f32>", true, "[B,M,136]"),
        product("tf32", "[B,M,208] x tf32", "[136,208] x tf32", true, "[B,M,136]"),
        product(
            "coarse sums", "[M,784] x e4m3, scale<token, f32>", "[136,784] x e5m2, scale<axis 0, f32>", true,
            "[M,136]"),
        product(
            "blocks", "[M,2560] x e4m3, scale<block(1,128), f32>", "[136,2560] x e4m3, scale<block(128,128), f32>",
            true, "[M,136]"),
        product(
            "blocks of bytes", "[M,2560] x i8, scale<block(1,128), f32>", "[136,2560] x i8, scale<block(128,128), f32>",
            true, "[M,136]"),
        product(
            "groups of both", "[B,M,512] x e4m3, scale<group(64), f32>", "[136,512] x e4m3, scale<group(64), f32>",
            true, "[B,M,136]"),
        transposedLeft());
  }

  private static KernelCase product(String name, String left, String right, boolean transposeB, String result) {
    return KernelCase.of(
        "ring of " + name, "symbol B\nsymbol M", "%%a: tensor<%s>, %%b: tensor<%s>".formatted(left, right),
        """
        %%0 = matmul %%a, %%b {transposeB = %s, to = f32} : tensor<%s x f32>
        return %%0
        """.formatted(transposeB, result), sizes(result));
  }

  private static ImmutableMap<String, Long> sizes(String result) {
    return result.contains("B") ? ImmutableMap.of("B", 2L, "M", 67L) : ImmutableMap.of("B", 1L, "M", 131L);
  }

  private static KernelCase transposedLeft() {
    return KernelCase.of(
        "ring of columns", "symbol M multiple of 8", "%x: tensor<[328,M] x f16>, %b: tensor<[328,136] x f16>",
        """
        %a = transpose %x {axes = [1, 0]} : tensor<[M,328] x f16>
        %0 = matmul %a, %b {transposeB = false, to = f32} : tensor<[M,136] x f32>
        return %0
        """, ImmutableMap.of("M", 136L));
  }
}
