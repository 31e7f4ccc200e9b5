package nibble.codegen.kernel;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Kernels that map and reduce: over each axis, of odd and even extents, known and symbolic; normalisations, quantizers.
 */
final class SweepCases {
  private SweepCases() {}

  private static final ImmutableMap<String, Long> NONE = ImmutableMap.of();

  /** Reductions of a tensor of rank 3 over each set of axes. */
  static Stream<KernelCase> reductions() {
    List<KernelCase> cases = new ArrayList<>();
    for (String op : List.of("reduce_sum", "reduce_mean", "reduce_max", "reduce_min")) {
      for (String axes : List.of("[0]", "[1]", "[2]", "[0, 1]", "[1, 2]", "[0, 1, 2]")) {
        cases.add(reduction(op, "5,7,33", axes, "", NONE));
      }
    }
    for (String axes : List.of("[0]", "[1]", "[2]", "[1, 2]")) {
      cases.add(reduction("reduce_sum", "A,B,C", axes, "symbol A\nsymbol B\nsymbol C multiple of 4",
          ImmutableMap.of("A", 3L, "B", 5L, "C", 68L)));
      cases.add(reduction("reduce_max", "1,1,1", axes, "", NONE));
    }
    cases.add(reduction("reduce_sum", "3,1,1500", "[2]", "", NONE));
    cases.add(reduction("reduce_sum", "2,1,9000", "[2]", "", NONE));
    cases.add(reduction("reduce_mean", "1,1,5000", "[2]", "", NONE));
    cases.add(reduction("reduce_sum", "1,300,40", "[1]", "", NONE));
    return cases.stream();
  }

  private static KernelCase reduction(
      String op, String shape, String axes, String symbols, Map<String, Long> sizes) {
    String[] kept = shape.split(",");
    for (String axis : axes.replaceAll("[\\[\\]]", "").split(", ")) {
      kept[Integer.parseInt(axis)] = "1";
    }
    return KernelCase.of(
        op + " of " + shape + " over " + axes, symbols, "%%x: tensor<[%s] x f32>".formatted(shape), """
        %%0 = %s %%x {axes = %s, keep = true} : tensor<[%s] x f32>
        return %%0
        """.formatted(op, axes, String.join(",", kept)), sizes);
  }

  private static KernelCase row(String name, String extent, String symbols, String body, Map<String, Long> sizes) {
    String type = "tensor<[B,%s] x f32>".formatted(extent);
    return KernelCase.of(
        name + " of rows of " + extent + sizes, "symbol B\n" + symbols,
        "%%x: %s, %%g: tensor<[%s] x f32>, %%b: tensor<[%s] x f32>".formatted(type, extent, extent),
        body.replace("$T", type).replace("$N", extent), sizes);
  }

  private static final ImmutableMap<String, String> ROWS = ImmutableMap.<String, String>builder()
      .put("softmax", """
          %0 = softmax %x : $T
          return %0
          """)
      .put("layer_norm", """
          %0 = layer_norm %x, %g, %b {epsilon = 1.0E-5} : $T
          return %0
          """)
      .put("rms_norm, quantized", """
          %0 = rms_norm %x, %g {epsilon = 1.0E-5} : $T
          %1 = quantize %0 {rounding = nearest_even} : tensor<[B,$N] x i8, scale<token, f32>>
          return %1
          """)
      .put("residual and layer_norm, quantized", """
          %0 = add %x, %g : $T
          %1 = layer_norm %0, %g, %b {epsilon = 1.0E-5} : $T
          %2 = quantize %1 {rounding = nearest_even} : tensor<[B,$N] x i8, scale<token, f16>>
          return %1, %2
          """)
      .buildOrThrow();

  /** Softmax and normalisations of rows that are short and long, odd and even, of known and unknown length. */
  static Stream<KernelCase> rows() {
    return ROWS.entrySet().stream().flatMap(row -> Stream.of(
        row(row.getKey(), "1", "", row.getValue(), Map.of("B", 3L)),
        row(row.getKey(), "7", "", row.getValue(), Map.of("B", 1L)),
        row(row.getKey(), "384", "", row.getValue(), Map.of("B", 5L)),
        row(row.getKey(), "1111", "", row.getValue(), Map.of("B", 2L)),
        row(row.getKey(), "8200", "", row.getValue(), Map.of("B", 1L)),
        row(row.getKey(), "S", "symbol S", row.getValue(), Map.of("B", 3L, "S", 131L)),
        row(row.getKey(), "S", "symbol S multiple of 8", row.getValue(), Map.of("B", 2L, "S", 264L))));
  }

  /** Quantizers of each granularity, of tensors that boxes divide and of others. */
  static Stream<KernelCase> quantizers() {
    List<KernelCase> cases = new ArrayList<>();
    for (String granularity : List.of(
        "tensor", "token", "axis 0", "axis 1", "axis 2", "block(1,32)", "block(8,16)", "block(32,32)", "group(16)")) {
      for (String shape : List.of("2,32,64", "3,33,50", "B,S,64")) {
        cases.add(quantizer(granularity, shape));
      }
    }
    for (String format : List.of("e4m3", "e5m2", "e2m3", "e3m2")) {
      cases.add(quantizer("token", "B,S,64", format));
      cases.add(quantizer("block(8,16)", "3,33,50", format));
    }
    for (String format : List.of("i4", "e2m1")) {
      cases.add(quantizer("token", "B,S,64", format));
      cases.add(quantizer("axis 2", "B,S,64", format));
      cases.add(quantizer("group 16", "3,33,50", format));
    }
    cases.add(quantizer("group 16", "4,33,49", "e2m1", "ue8m0, up"));
    cases.add(quantizer("axis 2", "4,33,49", "i4", "f32"));
    cases.add(quantizer("axis 2", "3,33,52", "u2"));
    cases.add(quantizer("block(8,16)", "3,33,52", "u2"));
    cases.add(powers("group 32", "B,S,70", "e2m1"));
    cases.add(quantizer("group 16", "B,S,64", "e2m1", "ue4m3, scale<tensor, f32>"));
    cases.add(quantizer("group 16", "3,33,50", "e2m1", "ue4m3, scale<group 2, f32>"));
    cases.add(quantizer("token", "B,S,64", "i8", "f16, scale<tensor, f32>"));
    cases.add(quantizer("group 16", "3,33,50", "e4m3", "ue4m3"));
    cases.add(quantizer("group 16", "3,33,50", "e2m1", "ue4m3, up"));
    cases.add(quantizer("block(8,16)", "3,33,50", "e2m1", "ue8m0, floor"));
    cases.add(quantizer("group 16", "3,33,50", "e4m3", "ue8m0, even"));
    cases.add(quantizer("token", "B,S,64", "i4", "ue8m0, ceil"));
    cases.add(quantizer("token", "B,S,64", "i8", "ue4m3, floor"));
    for (String rounding : List.of("toward_zero", "nearest_away", "stochastic(7,1)")) {
      cases.add(rounded(rounding, "group 16", "3,33,50", "i8", "f32"));
      cases.add(rounded(rounding, "token", "B,S,64", "e2m1", "ue8m0, up"));
      cases.add(rounded(rounding, "axis 2", "3,33,51", "e4m3", "f32"));
    }
    cases.add(quantizer("token", "B,S,64", "u8", "f32, zero u8"));
    cases.add(quantizer("group 16", "3,33,50", "i8", "f16, zero i8"));
    cases.add(quantizer("block(8,16)", "3,33,52", "u4", "f32, zero u8"));
    cases.add(quantizer("axis 2", "3,33,52", "i4", "ue8m0, zero i8"));
    cases.add(rounded("stochastic(7,1)", "token", "B,S,64", "u8", "f32, zero i16"));
    cases.add(quantizer("token", "B,S,64", "u4", "f32, zero u4"));
    cases.add(quantizer("group 16", "3,33,52", "i2", "f16, zero i2"));
    cases.add(quantizer("block(8,16)", "3,33,50", "i8", "f32, zero i4"));
    cases.add(rounded("stochastic(7,1)", "axis 2", "3,33,52", "u2", "ue8m0, zero u2"));
    cases.add(powers("group 32", "B,S,64", "e4m3"));
    cases.add(powers("group 16", "3,33,50", "e2m3"));
    cases.add(powers("block(8,16)", "2,32,64", "i8"));
    // Boxes that are looped over, with elements behind the edge.
    cases.add(quantizer("block(128,128)", "2,150,200"));
    cases.add(quantizer("block(128,128)", "B,S,200"));
    return cases.stream();
  }

  private static KernelCase quantizer(String granularity, String shape) {
    return quantizer(granularity, shape, "i8");
  }

  /** With scales that are powers of two. */
  private static KernelCase powers(String granularity, String shape, String codes) {
    return quantizer(granularity, shape, codes, "ue8m0, up");
  }

  private static KernelCase quantizer(String granularity, String shape, String codes) {
    return quantizer(granularity, shape, codes, "f32");
  }

  private static KernelCase quantizer(String granularity, String shape, String codes, String scales) {
    return rounded("nearest_even", granularity, shape, codes, scales);
  }

  private static KernelCase rounded(String rounding, String granularity, String shape, String codes, String scales) {
    boolean symbolic = shape.startsWith("B");
    return KernelCase.of(
        "quantize to " + codes + " by " + granularity + " with " + scales + " of " + shape
            + (rounding.equals("nearest_even") ? "" : " " + rounding),
        symbolic ? "symbol B\nsymbol S multiple of 8" : "",
        "%%x: tensor<[%s] x f32>".formatted(shape), """
        %%0 = quantize %%x {rounding = %5$s} : tensor<[%1$s] x %3$s, scale<%2$s, %4$s>>
        %%1 = dequantize %%0 {to = f32} : tensor<[%1$s] x f32>
        return %%0, %%1
        """.formatted(shape, granularity, codes, scales, rounding),
        symbolic ? ImmutableMap.of("B", 2L, "S", 24L) : NONE);
  }

  /** Elementwise work, gathers and views. */
  static Stream<KernelCase> maps() {
    return Stream.of(
        KernelCase.of("functions", "symbol N", "%x: tensor<[N,3] x f32>", """
            %0 = abs %x : tensor<[N,3] x f32>
            %one = constant {values = [1.0]} : tensor<[] x f32>
            %1 = add %0, %one : tensor<[N,3] x f32>
            %2 = log %1 : tensor<[N,3] x f32>
            %3 = sqrt %1 : tensor<[N,3] x f32>
            %4 = rsqrt %1 : tensor<[N,3] x f32>
            %5 = reciprocal %1 : tensor<[N,3] x f32>
            %6 = tanh %x : tensor<[N,3] x f32>
            %7 = erf %x : tensor<[N,3] x f32>
            %8 = sin %x : tensor<[N,3] x f32>
            %9 = cos %x : tensor<[N,3] x f32>
            %10 = exp %x : tensor<[N,3] x f32>
            %11 = erfc %x : tensor<[N,3] x f32>
            return %2, %3, %4, %5, %6, %7, %8, %9, %10, %11
            """, Map.of("N", 301L)),
        KernelCase.of("rounding and comparisons", "", "%x: tensor<[500] x f32>, %y: tensor<[500] x f32>", """
            %0 = floor %x : tensor<[500] x f32>
            %1 = ceil %x : tensor<[500] x f32>
            %2 = round %y : tensor<[500] x f32>
            %3 = compare %x, %y {kind = lt} : tensor<[500] x bool>
            %4 = compare %0, %2 {kind = ne} : tensor<[500] x bool>
            %5 = and %3, %4 : tensor<[500] x bool>
            %6 = not %5 : tensor<[500] x bool>
            %7 = select %6, %x, %1 : tensor<[500] x f32>
            %8 = maximum %7, %y : tensor<[500] x f32>
            %9 = minimum %8, %0 : tensor<[500] x f32>
            %10 = relu %9 : tensor<[500] x f32>
            return %2, %7, %9, %10, %6
            """, NONE),
        KernelCase.of("casts", "symbol N", "%x: tensor<[N] x f32>, %i: tensor<[N] x i32>, %b: tensor<[N] x i8>", """
            %0 = cast %x {to = f16} : tensor<[N] x f16>
            %1 = cast %x {to = bf16} : tensor<[N] x bf16>
            %2 = cast %x {to = i32} : tensor<[N] x i32>
            %3 = cast %i {to = f32} : tensor<[N] x f32>
            %4 = cast %b {to = f16} : tensor<[N] x f16>
            %5 = cast %i {to = i8} : tensor<[N] x i8>
            %6 = cast %b {to = i32} : tensor<[N] x i32>
            %7 = add %6, %i : tensor<[N] x i32>
            %8 = cast %0 {to = f32} : tensor<[N] x f32>
            return %0, %1, %2, %3, %4, %5, %7, %8
            """, Map.of("N", 77L)),
        KernelCase.of("gathers", "symbol B\nsymbol S", "%ids: tensor<[B,S] x i32>, %t: tensor<[7,12] x f32>", """
            %i = iota {extent = S} : tensor<[S] x i32>
            %p = weight {key = "p"} : tensor<[64,12] x f32>
            %0 = gather %t, %ids {axis = 0} : tensor<[B,S,12] x f32>
            %1 = gather %p, %i {axis = 0} : tensor<[S,12] x f32>
            %2 = add %0, %1 : tensor<[B,S,12] x f32>
            return %2
            """, Map.of("B", 2L, "S", 5L)),
        KernelCase.of("gather by computed rows", "", "%ids: tensor<[3,5] x i32>, %t: tensor<[21,6] x f32>", """
            %0 = iota {extent = 3} : tensor<[3] x i32>
            %1 = constant {values = [7.0]} : tensor<[] x i32>
            %2 = mul %0, %1 : tensor<[3] x i32>
            %3 = reshape %2 {shape = [3,1]} : tensor<[3,1] x i32>
            %4 = constant {values = [0.0]} : tensor<[] x i32>
            %5 = mul %ids, %4 : tensor<[3,5] x i32>
            %6 = add %5, %3 : tensor<[3,5] x i32>
            %7 = gather %t, %6 {axis = 0} : tensor<[3,5,6] x f32>
            return %7
            """, Map.of()),
        KernelCase.of("gather of counted rows, then sums", "", "%t: tensor<[512,32] x f16>", """
            %c = constant {values = [85.0]} : tensor<[] x i32>
            %d = constant {values = [256.0]} : tensor<[] x i32>
            %0 = iota {extent = 3} : tensor<[3] x i32>
            %1 = mul %0, %c : tensor<[3] x i32>
            %2 = iota {extent = 2} : tensor<[2] x i32>
            %3 = mul %2, %d : tensor<[2] x i32>
            %4 = reshape %3 {shape = [2,1]} : tensor<[2,1] x i32>
            %5 = add %1, %4 : tensor<[2,3] x i32>
            %6 = gather %t, %5 {axis = 0} : tensor<[2,3,32] x f16>
            %7 = reduce_sum %6 {axes = [2], keep = false} : tensor<[2,3] x f16>
            return %7
            """, Map.of()),
        KernelCase.of("gather along the last axis", "", "%t: tensor<[9,7] x f16>, %ids: tensor<[4] x i32>", """
            %0 = gather %t, %ids {axis = 1} : tensor<[9,4] x f16>
            return %0
            """, NONE),
        KernelCase.of("views", "symbol B\nsymbol S", "%x: tensor<[B,S,12] x f32>", """
            %0 = reshape %x {shape = [B,S,3,4]} : tensor<[B,S,3,4] x f32>
            %1 = transpose %0 {axes = [0, 2, 1, 3]} : tensor<[B,3,S,4] x f32>
            %2 = slice %1 {axis = 2, from = 1, to = S, step = 2} : tensor<[B,3,ceil((S - 1)/2),4] x f32>
            %3 = transpose %x {axes = [2, 1, 0]} : tensor<[12,S,B] x f32>
            return %1, %2, %3
            """, Map.of("B", 2L, "S", 6L)),
        KernelCase.of("concat", "symbol N",
            "%x: tensor<[N,5] x f32>, %y: tensor<[N,8] x f32>, %z: tensor<[N,1] x f32>", """
            %0 = concat %x, %y, %z {axis = 1} : tensor<[N,14] x f32>
            %1 = relu %0 : tensor<[N,14] x f32>
            %2 = concat %x, %x {axis = 0} : tensor<[2*N,5] x f32>
            return %1, %2
            """, Map.of("N", 9L)),
        KernelCase.of("broadcasts of every axis", "symbol B",
            "%x: tensor<[B,7,9] x f32>, %y: tensor<[9] x f32>, %z: tensor<[7,1] x f32>, %w: tensor<[B,1,1] x f32>", """
            %0 = add %x, %y : tensor<[B,7,9] x f32>
            %1 = mul %0, %z : tensor<[B,7,9] x f32>
            %2 = sub %1, %w : tensor<[B,7,9] x f32>
            return %2
            """, Map.of("B", 5L)),
        KernelCase.of("a reduced value on another axis", "", "%x: tensor<[6,6] x f32>", """
            %0 = reduce_sum %x {axes = [1], keep = false} : tensor<[6] x f32>
            %1 = sub %x, %0 : tensor<[6,6] x f32>
            return %1
            """, NONE),
        KernelCase.of("sums over rows and columns", "symbol N", "%x: tensor<[N,40] x f32>", """
            %0 = reduce_sum %x {axes = [1], keep = true} : tensor<[N,1] x f32>
            %1 = sub %x, %0 : tensor<[N,40] x f32>
            %2 = reduce_sum %1 {axes = [0], keep = true} : tensor<[1,40] x f32>
            %3 = add %1, %2 : tensor<[N,40] x f32>
            return %3
            """, Map.of("N", 21L)));
  }
}
