package nibble.codegen.kernel;

import java.util.Map;
import java.util.stream.Stream;

/** Attentions that warpgroups compute, round after round of their ring. */
public final class WarpgroupAttentionCases {
  private WarpgroupAttentionCases() {}

  public static Stream<KernelCase> all() {
    return Stream.of(
        of("64", 1, 1, 70, 150, 64, "f16", "causal = none"));
  }

  private static KernelCase of(
      String name, int heads, int keyHeads, int queries, int keys, int depth, String format, String attributes) {
    return KernelCase.of(
        "warpgroups: " + name, "",
        "%%q: tensor<[%1$d,%3$d,%5$d] x %6$s>, %%k: tensor<[%2$d,%4$d,%5$d] x %6$s>, %%v: tensor<[%2$d,%4$d,%5$d] x %6$s>"
            .formatted(heads, keyHeads, queries, keys, depth, format), """
        %%0 = attention %%q, %%k, %%v {scale = %5$s, %6$s, to = %4$s} : tensor<[%1$d,%2$d,%3$d] x %4$s>
        return %%0
        """.formatted(heads, queries, depth, format, 1 / Math.sqrt(depth), attributes), Map.of());
  }
}
