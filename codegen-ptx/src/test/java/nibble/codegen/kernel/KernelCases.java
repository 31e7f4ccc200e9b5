package nibble.codegen.kernel;

import java.util.stream.Stream;

/** All functions whose kernels are proven: as Tile IR here, as PTX by the engine's tests. */
public final class KernelCases {
  private KernelCases() {}

  public static Stream<KernelCase> all() {
    return Stream.of(products(), sweeps(), attentions(), experts(), activations()).flatMap(cases -> cases);
  }

  /** Those of attention. */
  public static Stream<KernelCase> attentions() {
    return AttentionCases.all();
  }

  /** Those of mixtures of experts. */
  public static Stream<KernelCase> experts() {
    return ExpertCases.all();
  }

  /** Those of activations that are compressed. */
  public static Stream<KernelCase> activations() {
    return ActivationCases.all();
  }

  /** Those of matrix products. */
  public static Stream<KernelCase> products() {
    return Stream.of(
        ProductCases.formats(), ProductCases.epilogues(), ProductCases.prologues(), ProductCases.mixed(),
        ProductCases.batched(), FallbackCases.products(), SparseCases.products())
        .flatMap(cases -> cases);
  }

  /** Products whose results are quantized behind views. */
  public static Stream<KernelCase> viewedQuantizers() {
    return ViewedQuantizerCases.all();
  }

  /** Products of codes, which targets multiply in different ways. */
  public static Stream<KernelCase> codes() {
    return ProductCases.codes();
  }

  /** Those of them of one tile. */
  static Stream<KernelCase> smallCodes() {
    return codes().filter(kernels -> kernels.name().contains("64x64x64"));
  }

  static Stream<KernelCase> sweeps() {
    return Stream.of(SweepCases.reductions(), SweepCases.rows(), SweepCases.quantizers(), SweepCases.maps(),
        FallbackCases.quantizers(), RotationCases.all())
        .flatMap(cases -> cases);
  }
}
