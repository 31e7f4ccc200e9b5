package nibble.codegen.kernel;

import java.util.Map;
import java.util.stream.Stream;

/**
 * Activations that are pruned and compressed while a program runs, and products that multiply them as they are stored.
 */
final class ActivationCases {
  private ActivationCases() {}

  static Stream<KernelCase> all() {
    return Stream.concat(compressed(), products());
  }

  private static Stream<KernelCase> compressed() {
    return Stream.of("[M,128] x f16", "[40,20] x bf16", "[1,4] x f16", "[64,256] x f16").map(type ->
        KernelCase.of("compressed " + type, type.startsWith("[M") ? "symbol M" : "", "%x: tensor<" + type + ">", """
            %%0 = prune %%x {axis = 1, layout = sparse<2:4>} : tensor<%1$s>
            %%1 = compress %%0 {layout = sparse<2:4>} : tensor<%1$s, sparse<2:4>>
            %%2 = decompress %%1 : tensor<%1$s>
            return %%0, %%2
            """.formatted(type), type.startsWith("[M") ? Map.of("M", 70L) : Map.of()));
  }

  private static KernelCase product(String name, String m, int k, int n, String format) {
    return KernelCase.of("sparse activation: " + name, m.equals("M") ? "symbol M" : "",
        "%%x: tensor<[%1$s,%2$d] x f32>, %%w: tensor<[%2$d,%3$d] x %4$s>, %%b: tensor<[%3$d] x f32>"
            .formatted(m, k, n, format),
        """
        %%0 = relu %%x : tensor<[%1$s,%2$d] x f32>
        %%1 = cast %%0 {to = %4$s} : tensor<[%1$s,%2$d] x %4$s>
        %%2 = prune %%1 {axis = 1, layout = sparse<2:4>} : tensor<[%1$s,%2$d] x %4$s>
        %%3 = compress %%2 {layout = sparse<2:4>} : tensor<[%1$s,%2$d] x %4$s, sparse<2:4>>
        %%4 = decompress %%3 : tensor<[%1$s,%2$d] x %4$s>
        %%5 = matmul %%4, %%w {transposeB = false, to = f32} : tensor<[%1$s,%3$d] x f32>
        %%6 = add %%5, %%b : tensor<[%1$s,%3$d] x f32>
        return %%6
        """.formatted(m, k, n, format), m.equals("M") ? Map.of("M", 150L) : Map.of());
  }

  private static Stream<KernelCase> products() {
    return Stream.of(
        product("of f16", "M", 128, 136, "f16"), product("of bf16", "40", 72, 64, "bf16"),
        product("of few columns", "130", 64, 24, "f16"),
        KernelCase.of("sparse activation: of a batch", "symbol S",
            "%x: tensor<[2,S,64] x f16>, %w: tensor<[72,64] x f16>, %r: tensor<[2,S,72] x f32>", """
            %0 = reshape %x {shape = [2*S,64]} : tensor<[2*S,64] x f16>
            %1 = prune %0 {axis = 1, layout = sparse<2:4>} : tensor<[2*S,64] x f16>
            %2 = compress %1 {layout = sparse<2:4>} : tensor<[2*S,64] x f16, sparse<2:4>>
            %3 = decompress %2 : tensor<[2*S,64] x f16>
            %4 = reshape %3 {shape = [2,S,64]} : tensor<[2,S,64] x f16>
            %5 = matmul %4, %w {transposeB = true, to = f32} : tensor<[2,S,72] x f32>
            %6 = add %5, %r : tensor<[2,S,72] x f32>
            return %6
            """, Map.of("S", 21L)));
  }
}
