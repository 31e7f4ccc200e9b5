package nibble.codegen.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Attentions by schemes whose values are codes, which not every target multiplies. */
public final class LowBitCases {
  private LowBitCases() {}

  private static final String BODY = """
      %%0 = attention %%q, %%k, %%v%s {scale = %s, %s, scheme = %s, to = %s} : tensor<[%s,%s,%s] x %s>
      return %%0
      """;

  private static KernelCase of(
      String scheme, String name, String symbols, Object[] shape, String format, String attributes, String mask,
      Map<String, Long> sizes) {
    String parameters = "%%q: tensor<[%1$s,%3$s,%5$s] x %7$s>, %%k: tensor<[%2$s,%4$s,%5$s] x %7$s>, "
        .concat("%%v: tensor<[%2$s,%4$s,%6$s] x %7$s>")
        .formatted(shape[0], shape[1], shape[2], shape[3], shape[4], shape[5], format);
    String masked = mask.isEmpty() ? "" : ", %m: tensor<" + mask + ">";
    String body = BODY.formatted(
        mask.isEmpty() ? "" : ", %m", 1 / Math.sqrt((int) shape[4]), attributes, scheme, format, shape[0], shape[2],
        shape[5], format);
    return KernelCase.of("attention by " + scheme + " " + name, symbols, parameters + masked, body, sizes);
  }

  /** Of one scheme: head sizes, lengths, masks, heads that share keys. */
  private static Stream<KernelCase> of(String scheme) {
    List<KernelCase> cases = new ArrayList<>();
    Object[] square = {2, 2, 64, 128, 64, 64};
    cases.add(of(scheme, "64", "", square, "f16", "causal = none", "", Map.of()));
    Object[] wide = {1, 1, 64, 192, 128, 128};
    cases.add(of(scheme, "128", "", wide, "f16", "causal = none", "", Map.of()));
    Object[] groups = {4, 2, 150, 150, 32, 48};
    cases.add(of(scheme, "of groups, causal", "", groups, "f16", "causal = bottom_right", "", Map.of()));
    cases.add(of(scheme, "of selected blocks", "", groups, "f16", "causal = bottom_right, blocks = [64,64]",
        "[4,3,3] x bool", Map.of()));
    Object[] few = {1, 1, 3, 17, 16, 16};
    cases.add(of(scheme, "of few keys", "", few, "bf16", "causal = none", "", Map.of()));
    Object[] symbolic = {3, 3, "S", "S", 32, 32};
    cases.add(of(scheme, "in a window, with a mask", "symbol S", symbolic, "f32", "causal = top_left, window = 40",
        "[S,S] x bool", Map.of("S", 131L)));
    cases.add(of(scheme, "with numbers of a mask and a fill", "symbol S multiple of 16", symbolic, "f32",
        "causal = top_left, fill = -10000.0", "[S] x f32", Map.of("S", 80L)));
    return cases.stream();
  }

  private static Stream<KernelCase> only(String scheme, String... names) {
    return of(scheme).filter(kernels -> Stream.of(names).anyMatch(kernels.name()::endsWith));
  }

  /** Schemes with weights and values of eight bits; where they do not differ, one stands for all. */
  public static Stream<KernelCase> bytes() {
    return Stream.of(of("sage2"), only("sage2pp", " 128", "few keys"), only("sage2_int4", "causal", "mask"),
            only("sage1_int8", " 64", "mask"))
        .flatMap(cases -> cases);
  }

  /** Weights and values of eight bits where tensor cores have no products of them. */
  public static Stream<KernelCase> widened() {
    return Stream.of(only("sage2", " 128", "few keys", "and a fill"), only("sage2_int4", "causal"), only("sage2pp", " 64", "few keys"))
        .flatMap(cases -> cases);
  }

  /** Scores of INT4 where tensor cores have no products of them. */
  public static Stream<KernelCase> int4() {
    return only("sage2_int4", " 64");
  }

  /** Codes of NVFP4 throughout. */
  public static Stream<KernelCase> nvfp4() {
    return only("sage3", " 64", " 128", "causal", "few keys", "mask");
  }
}
