package nibble.codegen.kernel;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** Matrix products: formats by sizes by orders of the right operand, what comes before them and what behind. */
final class ProductCases {
  private ProductCases() {}

  /** Types of the operands: format and scales of left and right, the latter for both of its orders. */
  enum Operands {
    S8_CHANNEL("i8", "token", "axis 1", "axis 0"),
    S8_TENSOR("i8", "tensor", "tensor", "tensor"),
    S8_BLOCK("i8", "block(1,128)", "block(128,128)", "block(128,128)"),
    S8_GROUP("i8", "group(32)", "block(32,1)", "group(32)"),
    E4M3_CHANNEL("e4m3", "token", "axis 1", "axis 0"),
    E4M3_BLOCK("e4m3", "block(1,128)", "block(128,128)", "block(128,128)"),
    E5M2_GROUP("e5m2", "group(32)", "block(32,1)", "group(32)"),
    E2M3_GROUP("e2m3", "group(16)", "block(16,1)", "group(16)"),
    E3M2_TENSOR("e3m2", "tensor", "tensor", "tensor"),
    S4_CHANNEL("i4", "token", "axis 1", "axis 0"),
    S4_GROUP("i4", "group(32)", "block(32,1)", "group(32), f16"),
    U2_TENSOR("u2", "tensor", "tensor", "tensor"),
    MXFP4("e2m1", "group(32), ue8m0, up", "block(32,1), ue8m0, up", "group(32), ue8m0, up"),
    NVFP4("e2m1", "group(16), ue4m3, scale<tensor, f32>", "block(16,1), ue4m3, scale<tensor, f32>",
        "group(16), ue4m3, scale<tensor, f32>"),
    DOUBLE_BLOCK("e2m1", "group(16), ue4m3, scale<group(8), f32>", "block(16,1), ue4m3, scale<block(8,1), f32>",
        "group(16), ue4m3, scale<group(8), f32>"),
    MXFP8("e4m3", "group(32), ue8m0, up", "block(32,1), ue8m0, up", "group(32), ue8m0, up"),
    F16("f16", "", "", ""),
    BF16("bf16", "", "", ""),
    TF32("tf32", "", "", ""),
    F32("f32", "", "", ""),
    E5M2_E4M3_CHANNEL("e5m2", "token", "e4m3", "axis 1", "axis 0"),
    E2M3_E4M3_BLOCK("e2m3", "block(1,64)", "e4m3", "block(64,64)", "block(64,64)"),
    MXFP6("e3m2", "group(32), ue8m0, up", "e2m3", "block(32,1), ue8m0, up", "group(32), ue8m0, up"),
    /** Groups that are larger than those of instructions, and a box of rows. */
    E5M2_E4M3_POWERS(
        "e5m2", "group(64), ue8m0, up", "e4m3", "block(32,64), ue8m0, up", "block(64,32), ue8m0, up");

    private final String format;
    private final String left;
    private final String rightFormat;
    private final String right;
    private final String transposed;

    Operands(String format, String left, String right, String transposed) {
      this(format, left, format, right, transposed);
    }

    Operands(String format, String left, String rightFormat, String right, String transposed) {
      this.format = format;
      this.left = left;
      this.rightFormat = rightFormat;
      this.right = right;
      this.transposed = transposed;
    }

    String left(Object rows, int depth) {
      return type(rows, depth, format, left);
    }

    String right(int depth, int columns, boolean transposeB) {
      return transposeB ? type(columns, depth, rightFormat, transposed) : type(depth, columns, rightFormat, right);
    }

    private static String type(Object rows, int columns, String format, String scale) {
      String scales = scale.contains(", ") ? scale : scale + ", f32";
      return "tensor<[%s,%d] x %s%s>".formatted(
          rows, columns, format, scale.isEmpty() ? "" : ", scale<" + scales + ">");
    }

    boolean isUnpacked() {
      return List.of(S4_CHANNEL, S4_GROUP, U2_TENSOR, MXFP4, NVFP4, DOUBLE_BLOCK).contains(this);
    }

    boolean isScaled() {
      return !left.isEmpty();
    }

    /** Whether targets differ in how they multiply them. */
    boolean isOfCodes() {
      return isScaled() && !format.equals("i8");
    }
  }

  /** Extents M, N and K; of a symbolic M its value. */
  record Extents(int m, int n, int k, boolean symbolic) {
    Object rows() {
      return symbolic ? "M" : m;
    }

    String symbols() {
      return symbolic ? "symbol M" : "";
    }

    ImmutableMap<String, Long> values() {
      return symbolic ? ImmutableMap.of("M", (long) m) : ImmutableMap.of();
    }

    @Override
    public String toString() {
      return (symbolic ? "M=" : "") + m + "x" + n + "x" + k;
    }
  }

  /** One, odd, tile edges and one beside them; narrow and wide; a loop whose last tile is incomplete. */
  private static final List<Extents> EXTENTS = List.of(
      new Extents(1, 1, 1, false), new Extents(3, 5, 7, false), new Extents(64, 64, 64, false),
      new Extents(65, 63, 33, false), new Extents(128, 128, 128, false), new Extents(127, 129, 31, true),
      new Extents(70, 136, 200, true), new Extents(130, 32, 96, true), new Extents(1, 256, 100, false),
      new Extents(70, 1, 64, true), new Extents(5, 40, 1, false));

  /** For formats that differ from others in nothing but how codes are read: odd ones, a large tile, a narrow one. */
  private static final List<Extents> UNPACKED_EXTENTS = List.of(
      new Extents(3, 5, 7, false), new Extents(65, 63, 33, false), new Extents(70, 136, 200, true),
      new Extents(130, 32, 96, true));

  /** All formats by all extents; the orders of the right operand take turns. */
  static Stream<KernelCase> formats() {
    List<KernelCase> cases = new ArrayList<>();
    for (Operands operands : Operands.values()) {
      if (!operands.format.equals(operands.rightFormat)) {
        continue;
      }
      for (Extents extents : operands.isUnpacked() ? UNPACKED_EXTENTS : EXTENTS) {
        cases.add(product(operands, extents, cases.size() % 2 == 0));
      }
    }
    return cases.stream();
  }

  /** Sizes for products of codes: one tile, edges of large ones, few columns, few rows, an incomplete last tile. */
  private static final List<Extents> EXTENTS_OF_CODES = List.of(
      new Extents(64, 64, 64, false), new Extents(127, 129, 31, true), new Extents(70, 136, 320, true),
      new Extents(130, 32, 96, true), new Extents(1, 256, 256, false));

  /** Codes with the depth of both operands contiguous, as instructions for them need it. */
  static Stream<KernelCase> codes() {
    return Stream.of(Operands.values()).filter(Operands::isOfCodes)
        .flatMap(operands -> EXTENTS_OF_CODES.stream().map(extents -> product(operands, extents, true)));
  }

  private static KernelCase product(Operands operands, Extents extents, boolean transposeB) {
    // Narrow formats give narrow results, as a model has them.
    String to = operands.isScaled() ? "f32" : operands.format;
    return KernelCase.of(
        operands + " " + extents + (transposeB ? " transposed" : ""),
        extents.symbols(),
        "%%a: %s, %%b: %s".formatted(
            operands.left(extents.rows(), extents.k()), operands.right(extents.k(), extents.n(), transposeB)),
        """
        %%0 = matmul %%a, %%b {transposeB = %s, to = %s} : tensor<[%s,%d] x %s>
        return %%0
        """.formatted(transposeB, to, extents.rows(), extents.n(), to),
        extents.values());
  }

  /**
   * What comes behind a product: operations on {@code %p} of type {@code $T}, with parameters {@code %r} and {@code
   * %v}.
   */
  private static final ImmutableMap<String, String> EPILOGUES = ImmutableMap.<String, String>builder()
      .put("bias", """
          %0 = add %p, %v : $T
          return %0
          """)
      .put("gelu", """
          %0 = gelu %p {kind = erf} : $T
          return %0
          """)
      .put("gelu with tanh", """
          %0 = gelu %p {kind = tanh} : $T
          return %0
          """)
      .put("silu and residual", """
          %0 = silu %p : $T
          %1 = add %0, %r : $T
          return %1, %p
          """)
      .put("cast", """
          %0 = cast %p {to = bf16} : tensor<[M,192] x bf16>
          return %0
          """)
      .put("dequantized residual", """
          %0 = dequantize %q {to = f32} : $T
          %1 = add %p, %0 : $T
          return %1
          """)
      .put("quantized by token", """
          %0 = quantize %p {rounding = nearest_even} : tensor<[M,192] x i8, scale<token, f32>>
          return %0
          """)
      .put("quantized by group", """
          %0 = add %p, %v : $T
          %1 = quantize %0 {rounding = nearest_even} : tensor<[M,192] x i8, scale<group(64), f32>>
          return %1
          """)
      .put("quantized by block", """
          %0 = quantize %p {rounding = nearest_even} : tensor<[M,192] x i8, scale<block(16,32), f32>>
          return %0
          """)
      .buildOrThrow();

  /** Every epilogue behind an integer product and one of floats. */
  static Stream<KernelCase> epilogues() {
    return EPILOGUES.entrySet().stream().flatMap(epilogue -> Stream.of(Operands.S8_CHANNEL, Operands.F16)
        .map(operands -> epilogue(epilogue, operands)));
  }

  private static KernelCase epilogue(Map.Entry<String, String> epilogue, Operands operands) {
    String type = "tensor<[M,192] x f32>";
    return KernelCase.of(
        operands + " " + epilogue.getKey(), "symbol M",
        "%%a: %s, %%b: %s, %%r: %s, %%v: tensor<[192] x f32>, %%q: tensor<[M,192] x i8, scale<token, f32>>".formatted(
            operands.left("M", 128), operands.right(128, 192, true), type),
        "%%p = matmul %%a, %%b {transposeB = true, to = f32} : %s%n".formatted(type)
            + epilogue.getValue().replace("$T", type),
        ImmutableMap.of("M", 50L));
  }

  /** Products of codes of two formats: of integers, and of integers by floats. */
  static Stream<KernelCase> mixed() {
    return Stream.of(List.of("i4", "i8"), List.of("i8", "e4m3"), List.of("e2m1", "u4"), List.of("e3m2", "e5m2"))
        .map(formats -> KernelCase.of(
            String.join(" by ", formats), "symbol M",
            "%%a: tensor<[M,96] x %s, scale<group(32), f32>>, %%b: tensor<[72,96] x %s, scale<axis 0, ue4m3>>"
                .formatted(formats.get(0), formats.get(1)), """
            %0 = matmul %a, %b {transposeB = true, to = f32} : tensor<[M,72] x f32>
            return %0
            """, ImmutableMap.of("M", 70L)));
  }

  /** What comes before a product: parameters, and operations that give {@code %a} and {@code %b}. */
  private static final ImmutableMap<String, List<String>> PROLOGUES = ImmutableMap.<String, List<String>>builder()
      .put("cast operands", List.of("%x: tensor<[M,96] x f32>, %y: tensor<[96,72] x f32>", """
          %a = cast %x {to = $F} : tensor<[M,96] x $F>
          %b = cast %y {to = $F} : tensor<[96,72] x $F>
          """))
      .put("dequantized weight", List.of(
          "%x: tensor<[M,96] x $F>, %y: tensor<[72,96] x i8, scale<axis 0, f32>>", """
          %d = dequantize %y {to = $F} : tensor<[72,96] x $F>
          %a = mul %x, %x : tensor<[M,96] x $F>
          %b = transpose %d {axes = [1, 0]} : tensor<[96,72] x $F>
          """))
      .put("weight dequantized by groups", List.of(
          "%a: tensor<[M,96] x $F>, %y: tensor<[96,72] x i8, scale<block(32,1), f16>>", """
          %b = dequantize %y {to = $F} : tensor<[96,72] x $F>
          """))
      .put("affine weight dequantized by groups", List.of(
          "%a: tensor<[M,96] x $F>, %y: tensor<[72,96] x u4, scale<group 32, f16, zero u4>>", """
          %d = dequantize %y {to = $F} : tensor<[72,96] x $F>
          %b = transpose %d {axes = [1, 0]} : tensor<[96,72] x $F>
          """))
      .put("packed weight of uneven rows", List.of(
          "%a: tensor<[M,98] x $F>, %y: tensor<[72,98] x i4, scale<group 32, ue4m3, scale<tensor, f32>>>", """
          %d = dequantize %y {to = $F} : tensor<[72,98] x $F>
          %b = transpose %d {axes = [1, 0]} : tensor<[98,72] x $F>
          """))
      .put("transposed operands", List.of("%x: tensor<[96,M] x $F>, %y: tensor<[72,96] x $F>", """
          %a = transpose %x {axes = [1, 0]} : tensor<[M,96] x $F>
          %b = transpose %y {axes = [1, 0]} : tensor<[96,72] x $F>
          """))
      .put("slices", List.of("%x: tensor<[M,200] x $F>, %y: tensor<[300,72] x $F>", """
          %a = slice %x {axis = 1, from = 3, to = 195, step = 2} : tensor<[M,96] x $F>
          %b = slice %y {axis = 0, from = 8, to = 104, step = 1} : tensor<[96,72] x $F>
          """))
      .put("broadcast and reshape", List.of(
          "%x: tensor<[96] x $F>, %y: tensor<[4,24,72] x $F>, %z: tensor<[M] x $F>", """
          %a = broadcast %x {shape = [M,96]} : tensor<[M,96] x $F>
          %b = reshape %y {shape = [96,72]} : tensor<[96,72] x $F>
          """))
      .buildOrThrow();

  /** Every prologue before products on tensor cores and of f32. */
  static Stream<KernelCase> prologues() {
    return PROLOGUES.entrySet().stream().flatMap(prologue -> Stream.of(Operands.F16, Operands.TF32, Operands.F32)
        .map(operands -> KernelCase.of(
            operands.name().toLowerCase(Locale.ROOT) + " " + prologue.getKey(), "symbol M",
            prologue.getValue().get(0).replace("$F", operands.format),
            prologue.getValue().get(1).replace("$F", operands.format) + """
            %0 = matmul %a, %b {transposeB = false, to = f32} : tensor<[M,72] x f32>
            return %0
            """, ImmutableMap.of("M", 70L))));
  }

  /** Products of many matrices: heads that are views, leading axes that broadcast, one right matrix for all. */
  static Stream<KernelCase> batched() {
    return Stream.of(Operands.BF16, Operands.TF32, Operands.F32).flatMap(operands -> Stream.of(
        KernelCase.of(operands + " attention", "symbol B\nsymbol S multiple of 8",
            "%q: tensor<[B,S,64] x $F>, %k: tensor<[B,S,64] x $F>, %v: tensor<[B,S,64] x $F>"
                .replace("$F", operands.format),
            """
            %0 = reshape %q {shape = [B,S,2,32]} : tensor<[B,S,2,32] x $F>
            %1 = transpose %0 {axes = [0, 2, 1, 3]} : tensor<[B,2,S,32] x $F>
            %2 = reshape %k {shape = [B,S,2,32]} : tensor<[B,S,2,32] x $F>
            %3 = transpose %2 {axes = [0, 2, 1, 3]} : tensor<[B,2,S,32] x $F>
            %4 = matmul %1, %3 {transposeB = true, to = f32} : tensor<[B,2,S,S] x f32>
            %5 = softmax %4 : tensor<[B,2,S,S] x f32>
            %6 = cast %5 {to = $F} : tensor<[B,2,S,S] x $F>
            %7 = reshape %v {shape = [B,S,2,32]} : tensor<[B,S,2,32] x $F>
            %8 = transpose %7 {axes = [0, 2, 1, 3]} : tensor<[B,2,S,32] x $F>
            %9 = matmul %6, %8 {transposeB = false, to = f32} : tensor<[B,2,S,32] x f32>
            %10 = transpose %9 {axes = [0, 2, 1, 3]} : tensor<[B,S,2,32] x f32>
            %11 = reshape %10 {shape = [B,S,64]} : tensor<[B,S,64] x f32>
            return %11
            """.replace("$F", operands.format), ImmutableMap.of("B", 2L, "S", 40L)),
        KernelCase.of(operands + " leading axes broadcast", "symbol B",
            "%a: tensor<[B,1,9,20] x $F>, %b: tensor<[3,20,11] x $F>".replace("$F", operands.format),
            """
            %0 = matmul %a, %b {transposeB = false, to = f32} : tensor<[B,3,9,11] x f32>
            return %0
            """, ImmutableMap.of("B", 2L)),
        KernelCase.of(operands + " one right matrix", "symbol B\nsymbol S",
            "%a: tensor<[B,S,24] x $F>, %b: tensor<[40,24] x $F>".replace("$F", operands.format),
            """
            %0 = matmul %a, %b {transposeB = true, to = f32} : tensor<[B,S,40] x f32>
            return %0
            """, ImmutableMap.of("B", 3L, "S", 13L))));
  }
}
