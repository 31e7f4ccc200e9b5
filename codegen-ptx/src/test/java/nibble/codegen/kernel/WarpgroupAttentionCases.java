package nibble.codegen.kernel;

import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Attentions that warpgroups compute, round after round of their ring: head sizes, conditions, heads that share keys,
 * and what other targets' warps do as well.
 */
public final class WarpgroupAttentionCases {
  private static final Pattern OTHERS = Pattern.compile(
      "attention (of groups, causal|in a causal window|with a fill|with a mask and all else|of heads of projections"
          + "|of selected blocks of two tiles, with a mask|of selected blocks, symbolic"
          + "|and logarithms, causal = bottom_right"
          + "|of some tokens, causal = bottom_right|of some keys, more queries|of some keys with a mask"
          + "|of codes 64|by sage1 with a mask|by sage1 of selected blocks.*)");

  private WarpgroupAttentionCases() {}

  public static Stream<KernelCase> all() {
    return Stream.of(
        projection(),
        of("one block of 64", 2, 1, 64, 200, 64, 64, "f16", "causal = none"),
        of("rounds of 16", 1, 1, 70, 1100, 16, 16, "f16", "causal = none"),
        of("rounds of 64", 4, 2, 130, 700, 64, 64, "bf16", "causal = bottom_right"),
        of("other values", 2, 2, 130, 300, 40, 72, "f16", "causal = top_left"),
        of("rounds of 128", 2, 1, 130, 600, 128, 128, "f16", "causal = bottom_right"),
        of("a window of 128", 1, 1, 200, 520, 128, 128, "bf16", "causal = bottom_right, window = 150"),
        of("sage1", 4, 2, 130, 700, 128, 128, "f16", "causal = bottom_right, scheme = sage1"),
        of("rounds of 256", 1, 1, 70, 280, 256, 256, "f16", "causal = bottom_right"));
  }

  /** Queries, keys and values are slices of one projection. */
  private static KernelCase projection() {
    return KernelCase.of("warpgroups: heads of a projection", "symbol S", "%x: tensor<[2,S,192] x f16>", """
        %0 = reshape %x {shape = [2,S,3,2,32]} : tensor<[2,S,3,2,32] x f16>
        %1 = transpose %0 {axes = [2, 0, 3, 1, 4]} : tensor<[3,2,2,S,32] x f16>
        %2 = slice %1 {axis = 0, from = 0, to = 1, step = 1} : tensor<[1,2,2,S,32] x f16>
        %3 = slice %1 {axis = 0, from = 1, to = 2, step = 1} : tensor<[1,2,2,S,32] x f16>
        %4 = slice %1 {axis = 0, from = 2, to = 3, step = 1} : tensor<[1,2,2,S,32] x f16>
        %5 = reshape %2 {shape = [2,2,S,32]} : tensor<[2,2,S,32] x f16>
        %6 = reshape %3 {shape = [2,2,S,32]} : tensor<[2,2,S,32] x f16>
        %7 = reshape %4 {shape = [2,2,S,32]} : tensor<[2,2,S,32] x f16>
        %8 = attention %5, %6, %7 {scale = 0.125, causal = top_left, to = f32} : tensor<[2,2,S,32] x f32>
        return %8
        """, Map.of("S", 150L));
  }

  /** Those of other targets' cases that differ in what they have besides. */
  public static Stream<KernelCase> others() {
    return KernelCases.attentions().filter(kernels -> OTHERS.matcher(kernels.name()).matches());
  }

  private static KernelCase of(
      String name, int heads, int keyHeads, int queries, int keys, int depth, int width, String format,
      String attributes) {
    return KernelCase.of(
        "warpgroups: " + name, "",
        "%%q: tensor<[%d,%d,%d] x %7$s>, %%k: tensor<[%4$d,%5$d,%3$d] x %7$s>, %%v: tensor<[%4$d,%5$d,%6$d] x %7$s>"
            .formatted(heads, queries, depth, keyHeads, keys, width, format), """
        %%0 = attention %%q, %%k, %%v {scale = %s, %s, to = %s} : tensor<[%d,%d,%d] x %3$s>
        %s
        """.formatted(1 / Math.sqrt(depth), attributes, format, heads, queries, width, attributes.contains("scheme")
            ? "return %0"
            : """
              %%1 = attention_lse %%q, %%k {scale = %s, %s} : tensor<[%d,%d] x f32>
              return %%0, %%1""".formatted(1 / Math.sqrt(depth), attributes, heads, queries)), Map.of());
  }
}
