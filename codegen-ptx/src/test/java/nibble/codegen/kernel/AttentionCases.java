package nibble.codegen.kernel;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Attentions: head sizes, lengths, masks of all kinds, heads that share keys, what comes before and behind. */
final class AttentionCases {
  private AttentionCases() {}

  static Stream<KernelCase> all() {
    return Stream.of(sizes(), lengths(), masks(), surroundings(), logarithms(), ragged(), codes(), selections())
        .flatMap(cases -> cases);
  }

  private record Shape(Object heads, Object keyHeads, Object queries, Object keys, int depth, int width) {
    String types(String format) {
      return "%%q: tensor<[%s,%s,%d] x %s>, %%k: tensor<[%s,%s,%d] x %s>, %%v: tensor<[%s,%s,%d] x %s>".formatted(
          heads, queries, depth, format, keyHeads, keys, depth, format, keyHeads, keys, width, format);
    }

    String body(String operands, String attributes, String to) {
      return """
          %%0 = attention %%q, %%k, %%v%s {scale = %s, %s, to = %s} : tensor<[%s,%s,%d] x %s>
          return %%0
          """.formatted(operands, 1 / Math.sqrt(depth), attributes, to, heads, queries, width, to);
    }
  }

  private static KernelCase of(String name, Shape shape, String format, String attributes, String to) {
    return KernelCase.of(name, "", shape.types(format), shape.body("", attributes, to), Map.of());
  }

  private static Stream<KernelCase> sizes() {
    List<KernelCase> cases = new ArrayList<>();
    for (int depth : List.of(16, 32, 64, 80, 128, 256)) {
      Shape shape = new Shape(2, 2, 80, 100, depth, depth);
      String format = depth == 64 ? "bf16" : "f16";
      cases.add(of("attention " + depth, shape, format, "causal = none", depth == 32 ? "f32" : format));
    }
    cases.add(of("attention of other values", new Shape(2, 2, 64, 64, 32, 48), "f16", "causal = none", "f32"));
    Shape square = new Shape(1, 1, 16, 192, 192, 192);
    cases.add(of("attention of as many keys as elements", square, "f16", "causal = none", "f32"));
    return cases.stream();
  }

  private static Stream<KernelCase> lengths() {
    List<KernelCase> cases = new ArrayList<>();
    for (int length : List.of(1, 17, 129)) {
      Shape shape = new Shape(1, 1, length, 130 - length, 32, 32);
      for (String causal : List.of("none", "top_left", "bottom_right")) {
        cases.add(of("attention " + causal + " " + length, shape, "f16", "causal = " + causal, "f32"));
      }
    }
    return cases.stream();
  }

  private static Stream<KernelCase> masks() {
    Shape shape = new Shape(4, 2, 70, 150, 16, 16);
    String symbols = "symbol S";
    Shape symbolic = new Shape(3, 3, "S", "S", 32, 32);
    Map<String, Long> sizes = Map.of("S", 77L);
    List<KernelCase> cases = new ArrayList<>();
    cases.add(of("attention of groups", shape, "f16", "causal = none", "f32"));
    cases.add(of("attention of groups, causal", shape, "f16", "causal = bottom_right", "f32"));
    cases.add(of("attention in a window", shape, "f16", "causal = none, window = 9", "f32"));
    cases.add(of("attention in a causal window", shape, "f16", "causal = bottom_right, window = 70", "f32"));
    cases.add(of(
        "attention with the lowest of fills", new Shape(2, 2, 70, 30, 16, 16), "f16",
        "causal = bottom_right, fill = -3.0E38", "f32"));
    cases.add(of("attention with a fill", shape, "f16", "causal = bottom_right, fill = -10000.0", "f32"));
    cases.add(KernelCase.of(
        "attention with a negative scale", "", shape.types("f16"),
        shape.body("", "causal = top_left", "f32").replace("scale = ", "scale = -"), Map.of()));
    for (String mask : List.of("[70,150] x bool", "[150] x f32", "[4,1,150] x f16", "[4,70,1] x f32")) {
      cases.add(KernelCase.of(
          "attention with a mask " + mask, "", shape.types("f16") + ", %m: tensor<" + mask + ">",
          shape.body(", %m", "causal = none", "f32"), ImmutableMap.of()));
    }
    cases.add(KernelCase.of(
        "attention with a mask that fills and numbers that are added", "",
        shape.types("f16") + ", %m: tensor<[70,150] x bool>, %n: tensor<[4,1,150] x f16>",
        shape.body(", %m, %n", "causal = bottom_right, fill = -100.0", "f32"), ImmutableMap.of()));
    cases.add(KernelCase.of(
        "attention with a mask and all else", symbols, symbolic.types("bf16") + ", %m: tensor<[S,S] x bool>",
        symbolic.body(", %m", "causal = bottom_right, window = 5", "bf16"), sizes));
    return cases.stream();
  }

  private static Stream<KernelCase> surroundings() {
    return Stream.of(
        KernelCase.of("attention of heads of projections", "", """
            %q: tensor<[2,72,3,32] x f32>, %k: tensor<[2,72,96] x f16>, %v: tensor<[2,72,96] x f16>, \
            %m: tensor<[2,72] x f32>""", """
            %0 = transpose %q {axes = [0, 2, 1, 3]} : tensor<[2,3,72,32] x f32>
            %1 = cast %0 {to = f16} : tensor<[2,3,72,32] x f16>
            %2 = reshape %k {shape = [2,72,3,32]} : tensor<[2,72,3,32] x f16>
            %3 = transpose %2 {axes = [0, 2, 1, 3]} : tensor<[2,3,72,32] x f16>
            %4 = reshape %v {shape = [2,72,3,32]} : tensor<[2,72,3,32] x f16>
            %5 = transpose %4 {axes = [0, 2, 1, 3]} : tensor<[2,3,72,32] x f16>
            %6 = constant {values = [1.0]} : tensor<[] x f32>
            %7 = sub %m, %6 : tensor<[2,72] x f32>
            %8 = constant {values = [10000.0]} : tensor<[] x f32>
            %9 = mul %7, %8 : tensor<[2,72] x f32>
            %10 = reshape %9 {shape = [2,1,1,72]} : tensor<[2,1,1,72] x f32>
            %11 = attention %1, %3, %5, %10 {scale = 0.17677669529663687, causal = none, to = f32} : \
            tensor<[2,3,72,32] x f32>
            %12 = cast %11 {to = f16} : tensor<[2,3,72,32] x f16>
            return %12
            """, ImmutableMap.of()),
        KernelCase.of("attention of f32", "", new Shape(4, 2, 10, 20, 16, 16).types("f32"),
            new Shape(4, 2, 10, 20, 16, 16).body("", "causal = bottom_right", "f32"), ImmutableMap.of()));
  }

  /** Selected blocks: bitmaps, lists, blocks of several tiles and of less than one, with all else. */
  private static Stream<KernelCase> selections() {
    List<KernelCase> cases = new ArrayList<>();
    Shape shape = new Shape(4, 2, 200, 300, 32, 32);
    for (String attributes : List.of(
        "causal = none", "causal = bottom_right", "causal = top_left, window = 70",
        "causal = bottom_right, fill = -10000.0", "causal = none, scheme = sage1")) {
      String by = attributes.contains("sage1") ? "by sage1 " : "";
      cases.add(KernelCase.of(
          "attention " + by + "of selected blocks, " + attributes, "",
          shape.types("f16") + ", %b: tensor<[4,4,5] x bool>",
          shape.body(", %b", attributes + ", blocks = [64,64]", "f32"), ImmutableMap.of()));
    }
    for (String attributes : List.of("causal = bottom_right", "causal = none, scheme = sage1")) {
      cases.add(KernelCase.of(
          "attention of selected blocks with a filter, " + attributes, "",
          shape.types("f16") + ", %b: tensor<[4,4,5] x bool>",
          shape.body(", %b", attributes + ", blocks = [64,64], filter = -0.125", "f32"), ImmutableMap.of()));
    }
    cases.add(KernelCase.of(
        "attention of selected blocks of two tiles, with a mask", "",
        shape.types("bf16") + ", %m: tensor<[300] x f32>, %b: tensor<[4,2,3] x bool>",
        shape.body(", %m, %b", "causal = none, blocks = [128,128]", "f32"), ImmutableMap.of()));
    cases.add(KernelCase.of(
        "attention of selected blocks, small", "", shape.types("f16") + ", %b: tensor<[5,10] x bool>",
        shape.body(", %b", "causal = none, blocks = [48,32]", "f32"), ImmutableMap.of()));
    cases.add(KernelCase.of(
        "attention of selected blocks that no tile divides", "", shape.types("f16") + ", %b: tensor<[10,1] x bool>",
        shape.body(", %b", "causal = none, blocks = [20,300]", "f32"), ImmutableMap.of()));
    cases.add(KernelCase.of("attention of selected blocks, of heads of a projection", "", """
        %x: tensor<[2,100,192] x f16>, %b: tensor<[2,2,4,4] x bool>""", """
        %0 = reshape %x {shape = [2,100,3,2,32]} : tensor<[2,100,3,2,32] x f16>
        %1 = transpose %0 {axes = [2, 0, 3, 1, 4]} : tensor<[3,2,2,100,32] x f16>
        %2 = slice %1 {axis = 0, from = 0, to = 1, step = 1} : tensor<[1,2,2,100,32] x f16>
        %3 = slice %1 {axis = 0, from = 1, to = 2, step = 1} : tensor<[1,2,2,100,32] x f16>
        %4 = slice %1 {axis = 0, from = 2, to = 3, step = 1} : tensor<[1,2,2,100,32] x f16>
        %5 = reshape %2 {shape = [2,2,100,32]} : tensor<[2,2,100,32] x f16>
        %6 = reshape %3 {shape = [2,2,100,32]} : tensor<[2,2,100,32] x f16>
        %7 = reshape %4 {shape = [2,2,100,32]} : tensor<[2,2,100,32] x f16>
        %8 = attention %5, %6, %7, %b {scale = 0.125, causal = none, blocks = [32,32], to = f32} : \
        tensor<[2,2,100,32] x f32>
        return %8
        """, ImmutableMap.of()));
    Shape symbolic = new Shape(2, 2, "S", "S", 32, 32);
    cases.add(KernelCase.of(
        "attention of selected blocks, symbolic", "symbol S",
        symbolic.types("f16") + ", %b: tensor<[2,1,ceil(S/64)] x bool>",
        symbolic.body(", %b", "causal = bottom_right, blocks = [64,64]", "f32"), Map.of("S", 150L)));
    return cases.stream();
  }

  /** With the logarithms of the sums of exponentials, in the same kernel or of their own. */
  private static Stream<KernelCase> logarithms() {
    Shape shape = new Shape(4, 2, 70, 30, 32, 32);
    List<KernelCase> cases = new ArrayList<>();
    for (String attributes : List.of(
        "causal = none", "causal = bottom_right", "causal = top_left, fill = -1000.0", "causal = none, window = 5")) {
      cases.add(logarithm("attention and logarithms, " + attributes, shape, attributes, ""));
    }
    cases.add(logarithm("attention and logarithms with a mask", shape, "causal = none", "[70,30] x bool"));
    cases.add(logarithm("attention and logarithms with a sum", shape, "causal = bottom_right", "[30] x f32"));
    cases.add(KernelCase.of("logarithms alone", "", new Shape(4, 2, 30, 70, 32, 32).types("f16"), """
        %0 = attention_lse %q, %k {scale = 0.25, causal = bottom_right} : tensor<[4,30] x f32>
        return %0
        """, Map.of()));
    return cases.stream();
  }

  private static KernelCase logarithm(String name, Shape shape, String attributes, String mask) {
    String operand = mask.isEmpty() ? "" : ", %m";
    return KernelCase.of(name, "", shape.types("f16") + (mask.isEmpty() ? "" : ", %m: tensor<" + mask + ">"), """
        %%0 = attention %%q, %%k, %%v%1$s {scale = 0.25, %2$s, to = f16} : tensor<[4,70,32] x f16>
        %%1 = attention_lse %%q, %%k%1$s {scale = 0.25, %2$s} : tensor<[4,70] x f32>
        return %%0, %%1
        """.formatted(operand, attributes), Map.of());
  }

  /** Sequences of different lengths: those of the input's batch are what their first numbers are. */
  private static Stream<KernelCase> ragged() {
    List<KernelCase> cases = new ArrayList<>();
    for (String lengths : List.of("keys", "tokens")) {
      for (String attributes : List.of(
          "causal = none", "causal = top_left", "causal = bottom_right", "causal = bottom_right, window = 9",
          "causal = bottom_right, fill = -1000.0")) {
        if (lengths.equals("keys") && attributes.contains("fill")) {
          // Assemblers spill two registers on sm_90a; AttentionEdgesRunTest proves it.
          continue;
        }
        cases.add(ragged("attention of some " + lengths + ", " + attributes, lengths, attributes, ""));
      }
      cases.add(KernelCase.of(
          "attention of some " + lengths + ", more queries", "", new Shape("5,1", "5,1", 140, 30, 16, 16).types("f16"),
          """
          %%c = constant {values = [0.0, 20.0, 50.0, 100.0, 200.0]} : tensor<[5,1] x i32>
          %%0 = attention %%q, %%k, %%v, %%c {scale = 0.25, causal = bottom_right, lengths = %s, to = f32} : \
          tensor<[5,1,140,16] x f32>
          return %%0
          """.formatted(lengths), Map.of()));
      cases.add(ragged("attention of some " + lengths + " with a mask", lengths, "causal = none", "[80,80] x bool"));
    }
    return cases.stream();
  }

  private static KernelCase ragged(String name, String lengths, String attributes, String mask) {
    Shape shape = new Shape("5,4", "5,2", 80, 80, 32, 32);
    String operand = mask.isEmpty() ? "" : ", %m";
    return KernelCase.of(name, "", shape.types("f16") + (mask.isEmpty() ? "" : ", %m: tensor<" + mask + ">"), """
        %%c = constant {values = [0.0, 1.0, 50.0, 80.0, 100.0]} : tensor<[5,1] x i32>
        %%0 = attention %%q, %%k, %%v%1$s, %%c {scale = 0.25, %2$s, lengths = %3$s, to = f16} : tensor<[5,4,80,32] x f16>
        %%1 = attention_lse %%q, %%k%1$s, %%c {scale = 0.25, %2$s, lengths = %3$s} : tensor<[5,4,80] x f32>
        return %%0, %%1
        """.formatted(operand, attributes, lengths), Map.of());
  }

  /** Queries and keys in INT8, as they are given and as a scheme makes them. */
  private static Stream<KernelCase> codes() {
    List<KernelCase> cases = new ArrayList<>();
    for (int depth : List.of(32, 64, 128)) {
      Shape shape = new Shape(4, 2, 70, 150, depth, depth);
      String types = """
          %%q: tensor<[4,70,%1$d] x i8, scale<block(32,%1$d), f32>>, %%k: tensor<[2,150,%1$d] x i8, scale<token, \
          f32>>, \
          %%v: tensor<[2,150,%1$d] x f16>""".formatted(depth);
      cases.add(KernelCase.of(
          "attention of codes " + depth, "", types, shape.body("", "causal = bottom_right", "f32"), ImmutableMap.of()));
    }
    Shape shape = new Shape(4, 2, 70, 150, 64, 64);
    cases.add(of("attention by sage1", shape, "f16", "causal = none, scheme = sage1", "f16"));
    Shape wide = new Shape(2, 1, 130, 150, 128, 128);
    cases.add(of("attention by sage1 128, causal", wide, "f16", "causal = bottom_right, scheme = sage1", "f16"));
    cases.add(of(
        "attention by sage1 128 in a window", wide, "bf16", "causal = top_left, window = 70, scheme = sage1", "f32"));
    Shape square = new Shape(4, 4, 16, 16, 16, 16);
    cases.add(of(
        "attention by sage1 of as many keys as elements", square, "f16", "causal = none, scheme = sage1", "f16"));
    Shape symbolic = new Shape(3, 3, "S", "S", 32, 32);
    cases.add(KernelCase.of(
        "attention by sage1 with a mask", "symbol S", symbolic.types("f16") + ", %m: tensor<[S] x f32>",
        symbolic.body(", %m", "causal = top_left, scheme = sage1", "f32"), Map.of("S", 77L)));
    return cases.stream();
  }
}
