package nibble.codegen.kernel;

import com.google.common.collect.ImmutableMap;
import java.util.Map;
import java.util.stream.Stream;

/** Products with compressed weights: layouts by formats, orders of the other operand, and what stands behind. */
final class SparseCases {
  private SparseCases() {}

  /** A weight that is pruned, quantized where it has scales, and compressed: {@code %w}. */
  private static String weight(int outputs, int depth, String format, String scales, String layout) {
    String shape = "tensor<[" + outputs + "," + depth + "] x ";
    String stored = shape + format + (scales.isEmpty() ? "" : ", " + scales);
    return """
        %%v = weight {key = "w"} : %1$sf32>
        %%v0 = prune %%v {axis = 1, layout = sparse<%2$s>} : %1$sf32>
        %%v1 = %3$s : %4$s>
        %%v2 = compress %%v1 {layout = sparse<%2$s>} : %4$s, sparse<%2$s>>
        %%w = decompress %%v2 : %4$s>
        """.formatted(
            shape, layout,
            scales.isEmpty() ? "cast %v0 {to = " + format + "}" : "quantize %v0 {rounding = nearest_even}", stored);
  }

  static Stream<KernelCase> products() {
    return Stream.of(
        KernelCase.of("sparse bf16 and gelu", "symbol M",
            "%x: tensor<[M,200] x bf16>, %r: tensor<[M,136] x f32>, %b: tensor<[136] x f32>",
            weight(136, 200, "bf16", "", "2:4") + """
            %0 = matmul %x, %w {transposeB = true, to = f32} : tensor<[M,136] x f32>
            %1 = add %0, %b : tensor<[M,136] x f32>
            %2 = gelu %1 {kind = erf} : tensor<[M,136] x f32>
            %3 = add %2, %r : tensor<[M,136] x f32>
            %4 = cast %3 {to = bf16} : tensor<[M,136] x bf16>
            return %4, %0
            """, Map.of("M", 70L)),
        KernelCase.of("sparse tf32 and silu", "symbol M", "%x: tensor<[M,200] x f32>, %b: tensor<[136] x f32>",
            weight(136, 200, "tf32", "", "1:2") + """
            %0 = cast %x {to = tf32} : tensor<[M,200] x tf32>
            %1 = matmul %0, %w {transposeB = true, to = f32} : tensor<[M,136] x f32>
            %2 = add %1, %b : tensor<[M,136] x f32>
            %3 = silu %2 : tensor<[M,136] x f32>
            return %3, %1
            """, Map.of("M", 70L)),
        KernelCase.of("sparse tf32 of a transposed operand", "", "%x: tensor<[160,72] x tf32>",
            weight(64, 160, "tf32", "", "1:2") + """
            %0 = transpose %x {axes = [1, 0]} : tensor<[72,160] x tf32>
            %1 = matmul %0, %w {transposeB = true, to = tf32} : tensor<[72,64] x tf32>
            return %1
            """, ImmutableMap.of()),
        KernelCase.of("sparse i8 and boxes of rows", "symbol M", "%x: tensor<[M,128] x i8, scale<token, f32>>",
            weight(192, 128, "i8", "scale<axis 0, f32>", "2:4") + """
            %0 = matmul %x, %w {transposeB = true, to = f32} : tensor<[M,192] x f32>
            %1 = quantize %0 {rounding = nearest_even} : tensor<[M,192] x i8, scale<block(16,32), f32>>
            return %1
            """, Map.of("M", 50L)),
        KernelCase.of("sparse i8 of kept columns and groups", "symbol M", "%x: tensor<[M,128] x i8, scale<token, f32>>",
            weight(192, 128, "i8", "scale<axis 0, f32>", "64:2:8") + """
            %0 = matmul %x, %w {transposeB = true, to = f32} : tensor<[M,192] x f32>
            %1 = quantize %0 {rounding = nearest_even} : tensor<[M,192] x i8, scale<group(64), f32>>
            return %1
            """, Map.of("M", 50L)),
        KernelCase.of("sparse f16 of a batch", "symbol B\nsymbol S", "%x: tensor<[B,S,96] x f32>",
            weight(40, 96, "f16", "", "2:4") + """
            %0 = cast %x {to = f16} : tensor<[B,S,96] x f16>
            %1 = matmul %0, %w {transposeB = true, to = f32} : tensor<[B,S,40] x f32>
            %2 = silu %1 : tensor<[B,S,40] x f32>
            return %2
            """, Map.of("B", 3L, "S", 7L)),
        KernelCase.of("sparse i8 with scales of blocks", "symbol M",
            "%x: tensor<[M,256] x i8, scale<block(1,128), f32>>, %b: tensor<[136] x f32>",
            weight(136, 256, "i8", "scale<block(128,128), f32>", "2:4") + """
            %0 = matmul %x, %w {transposeB = true, to = f32} : tensor<[M,136] x f32>
            %1 = add %0, %b : tensor<[M,136] x f32>
            return %1
            """, Map.of("M", 70L)),
        KernelCase.of("kept rows of a transposed operand", "", "%x: tensor<[160,72] x f16>",
            weight(64, 160, "f16", "", "64:2:16") + """
            %0 = transpose %x {axes = [1, 0]} : tensor<[72,160] x f16>
            %1 = matmul %0, %w {transposeB = true, to = f32} : tensor<[72,64] x f32>
            return %1
            """, ImmutableMap.of()),
        KernelCase.of("sparse pairs of i4", "", "%x: tensor<[40,256] x i4, scale<token, f32>>",
            weight(72, 256, "i4", "scale<axis 0, f32>", "4:8") + """
            %0 = matmul %x, %w {transposeB = true, to = f32} : tensor<[40,72] x f32>
            return %0
            """, ImmutableMap.of()),
        KernelCase.of("sparse weight alone", "symbol M", "%x: tensor<[M,96] x f16>",
            weight(72, 96, "e4m3", "scale<axis 0, f32>", "2:4").replace("%w =", "%u =") + """
            %w = dequantize %u {to = f16} : tensor<[72,96] x f16>
            %0 = matmul %x, %w {transposeB = true, to = f32} : tensor<[M,72] x f32>
            return %0
            """, Map.of("M", 20L)),
        KernelCase.of("blocks of bf16 and gelu", "symbol M",
            "%x: tensor<[M,192] x bf16>, %b: tensor<[96] x f32>",
            weight(96, 192, "bf16", "", "block(32,64) 1:3") + """
            %0 = matmul %x, %w {transposeB = true, to = f32} : tensor<[M,96] x f32>
            %1 = add %0, %b : tensor<[M,96] x f32>
            %2 = gelu %1 {kind = erf} : tensor<[M,96] x f32>
            %3 = cast %2 {to = bf16} : tensor<[M,96] x bf16>
            return %3, %0
            """, Map.of("M", 70L)),
        KernelCase.of("large blocks of i8 and groups", "symbol M", "%x: tensor<[M,256] x i8, scale<token, f32>>",
            weight(256, 256, "i8", "scale<axis 0, f32>", "block(128,64) 1:2") + """
            %0 = matmul %x, %w {transposeB = true, to = f32} : tensor<[M,256] x f32>
            %1 = quantize %0 {rounding = nearest_even} : tensor<[M,256] x i8, scale<group(64), f32>>
            return %1
            """, Map.of("M", 50L)),
        KernelCase.of("kept blocks of a transposed operand", "", "%x: tensor<[160,72] x f16>",
            weight(48, 160, "f16", "", "block(16,32) 2:5") + """
            %0 = transpose %x {axes = [1, 0]} : tensor<[72,160] x f16>
            %1 = matmul %0, %w {transposeB = true, to = f32} : tensor<[72,48] x f32>
            return %1
            """, ImmutableMap.of()),
        KernelCase.of("kept blocks of a batch in f32", "symbol B\nsymbol S", "%x: tensor<[B,S,96] x f32>",
            weight(128, 96, "f32", "", "block(64,16) 1:2") + """
            %0 = matmul %x, %w {transposeB = true, to = f32} : tensor<[B,S,128] x f32>
            return %0
            """, Map.of("B", 3L, "S", 7L)),
        KernelCase.of("masked bf16", "symbol M", "%x: tensor<[M,72] x bf16>",
            weight(40, 72, "bf16", "", "mask 1:4") + """
            %0 = matmul %x, %w {transposeB = true, to = f32} : tensor<[M,40] x f32>
            return %0
            """, Map.of("M", 20L)),
        KernelCase.of("decompressed mask", "", "",
            weight(24, 40, "f16", "", "mask 1:3") + """
            return %w
            """, ImmutableMap.of()),
        KernelCase.of("decompressed", "", "",
            weight(24, 48, "bf16", "", "8:2:8") + """
            return %w
            """, ImmutableMap.of()));
  }
}
