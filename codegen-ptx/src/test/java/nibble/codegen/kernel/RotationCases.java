package nibble.codegen.kernel;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Rotations of blocks: alone, before quantizers and behind a normalisation, inside of threads, warps and across warps.
 */
final class RotationCases {
  private RotationCases() {}

  static Stream<KernelCase> all() {
    List<KernelCase> cases = new ArrayList<>();
    for (int size : new int[] {1, 2, 32, 256}) {
      cases.add(rotation("rotated by " + size, 512, size, "", "return %0"));
    }
    cases.add(rotation("rotated with signs", 96, 32, ", seed = 7", "return %0"));
    for (String scale : List.of("token", "group(32)", "group(16)", "block(16,64)", "block(128,128)", "axis 1")) {
      cases.add(rotation("rotated, quantized by " + scale, 192, 32, "", """
          %1 = quantize %0 {rounding = nearest_even} : tensor<[M,192] x i8, scale<$S, f32>>
          return %1
          """.replace("$S", scale)));
    }
    cases.add(rotation("rotated across warps, quantized", 2048, 1024, "", """
        %1 = quantize %0 {rounding = nearest_even} : tensor<[M,2048] x i8, scale<token, f32>>
        return %1, %0
        """));
    cases.add(KernelCase.of("normalised, rotated, quantized; a product of it", "symbol B\nsymbol S multiple of 8",
        "%x: tensor<[B,S,96] x f32>",
        """
        %g = weight {key = "g"} : tensor<[96] x f32>
        %w = weight {key = "w"} : tensor<[96,40] x f32>
        %0 = rms_norm %x, %g {epsilon = 1.0E-5} : tensor<[B,S,96] x f32>
        %1 = hadamard %0 {axis = 2, size = 32, seed = 3} : tensor<[B,S,96] x f32>
        %2 = quantize %1 {rounding = nearest_even} : tensor<[B,S,96] x i8, scale<token, f32>>
        %3 = hadamard %w {axis = 0, size = 32, seed = 3} : tensor<[96,40] x f32>
        %4 = quantize %3 {rounding = nearest_even} : tensor<[96,40] x i8, scale<axis 1, f32>>
        %5 = matmul %2, %4 {transposeB = false, to = f32} : tensor<[B,S,40] x f32>
        %6 = gelu %5 {kind = erf} : tensor<[B,S,40] x f32>
        %7 = hadamard %6 {axis = 2, size = 8} : tensor<[B,S,40] x f32>
        return %7
        """, ImmutableMap.of("B", 2L, "S", 8L)));
    return cases.stream();
  }

  private static KernelCase rotation(String name, int columns, int size, String seed, String rest) {
    return KernelCase.of(name, "symbol M", "%%x: tensor<[M,%d] x f32>".formatted(columns),
        """
        %%0 = hadamard %%x {axis = 1, size = %d%s} : tensor<[M,%d] x f32>
        %s
        """.formatted(size, seed, columns, rest), ImmutableMap.of("M", 5L));
  }
}
