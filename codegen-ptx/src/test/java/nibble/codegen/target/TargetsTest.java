package nibble.codegen.target;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TargetsTest {
  @Test
  void tableIsComplete() {
    assertEquals(
        List.of("sm_80", "sm_86", "sm_89", "sm_90a", "sm_100a", "sm_120a"),
        Targets.all().stream().map(Target::name).toList());
    for (Target target : Targets.all()) {
      assertEquals(1024, target.limits().sharedPerSm() - target.limits().sharedPerBlock(), target.name());
      assertTrue(target.rates().get(TensorRate.FMA_F32) >= 64);
      assertTrue(target.arithmetic(TensorFormat.F16).isPresent());
    }
  }

  @Test
  void unknownNameIsHelped() {
    Exception error = assertThrows(UnknownTargetException.class, () -> Targets.get("sm_90"));
    assertEquals(
        "unknown target 'sm_90' (known are sm_80, sm_86, sm_89, sm_90a, sm_100a, sm_120a);"
            + " did you mean 'sm_90a'?",
        error.getMessage());
  }

  /** Published peaks, in 10^12 operations a second: A100 and H100 f16, RTX 4090 f16 with f32 sums and int8. */
  @ParameterizedTest
  @CsvSource({"sm_80,F16_F32,312", "sm_90a,F16_F32,989", "sm_90a,FP8_F32,1979", "sm_89,F16_F32,165", "sm_89,INT8,661"})
  void peaksAreThoseOfTheDataSheets(String target, TensorRate rate, double teraOperations) {
    assertEquals(teraOperations, Targets.get(target).peak(rate) * 2e-12, teraOperations * 0.005);
  }

  @ParameterizedTest
  @CsvSource({
      "sm_80,CP_ASYNC,NATIVE", "sm_80,STMATRIX,NONE", "sm_89,MMA_FP8,NATIVE", "sm_90a,MMA_FP8,EMULATED",
      "sm_90a,WGMMA,NATIVE", "sm_120a,WGMMA,NONE", "sm_120a,MMA_BLOCK_SCALE,NATIVE", "sm_120a,MMA_INT4,EMULATED"})
  void features(String target, Feature feature, Feature.Support support) {
    assertEquals(support, Targets.get(target).support(feature));
    assertEquals(support != Feature.Support.NONE, Targets.get(target).has(feature));
  }

  @Test
  void arithmeticOfFp8() {
    assertFalse(Targets.get("sm_80").arithmetic(TensorFormat.FP8).isPresent());
    TensorArithmetic ada = Targets.get("sm_89").arithmetic(TensorFormat.FP8).orElseThrow();
    assertEquals(new TensorArithmetic(13, 13, 2, false), ada);
    assertEquals(16, ada.productsPerStep(32));
    TensorArithmetic hopper = Targets.get("sm_90a").arithmetic(TensorFormat.FP8).orElseThrow();
    assertEquals(new TensorArithmetic(25, 23, 2, true), hopper);
    TensorArithmetic warpgroups = Targets.get("sm_90a").arithmetic(TensorFormat.FP8_WGMMA).orElseThrow();
    assertEquals(new TensorArithmetic(13, 13, 1, false), warpgroups);
    assertFalse(Targets.get("sm_120a").arithmetic(TensorFormat.FP8_WGMMA).isPresent());
  }

  /** Sixteen products of 1 beside a large addend: lost exactly where a step keeps too few bits. */
  @ParameterizedTest
  @CsvSource({"sm_80,24,false", "sm_80,25,true", "sm_90a,25,false", "sm_90a,26,true"})
  void stepErrorCoversLostProducts(String target, int exponent, boolean lost) {
    TensorArithmetic arithmetic = Targets.get(target).arithmetic(TensorFormat.F16).orElseThrow();
    double unit = Math.scalb(1.0, exponent - arithmetic.fractionBits());
    assertEquals(lost, unit > 1);
    assertTrue(arithmetic.stepError(16, exponent, 0x1p25) >= (lost ? 16 / arithmetic.steps() : 0));
  }

  @ParameterizedTest
  @CsvSource({
      "EX2,1.0,2.384185791015625e-7", "RSQRT,2.0,2.56e-7", "TANH_BF16,0.5,0.00390625",
      "LG2,0.001,2.384185791015625e-7"})
  void functionErrors(ApproximateFunction function, double result, double bound) {
    assertEquals(bound, function.errorBound(result), bound * 0.01);
  }

  @Test
  void flushedResultsAreWithinTheBound() {
    assertTrue(ApproximateFunction.EX2.errorBound(0x1p-130) >= 0x1p-130);
  }

  /** Figures of the CUDA occupancy calculator. */
  @ParameterizedTest
  @CsvSource({
      "sm_80,128,128,32768,4", "sm_80,128,256,0,2", "sm_89,32,256,0,6", "sm_80,255,1024,0,0", "sm_80,32,1025,0,0",
      "sm_90a,168,384,200000,1", "sm_120a,64,128,102400,0", "sm_89,16,32,0,24", "sm_80,64,256,40960,4",
      "sm_80,64,256,40961,3"})
  void residentBlocks(String target, int registers, int threads, int shared, int blocks) {
    assertEquals(blocks, Targets.get(target).limits().residentBlocks(registers, threads, shared));
  }

  @ParameterizedTest
  @CsvSource({
      "sm_80+,sm_120a,8.7", "sm_89:8.1 sm_90+:7.8,sm_89,8.1", "sm_89:8.1 sm_90+:7.8,sm_90a,8.0", "sm_90a,sm_90a,8.0",
      "sm_80+:8.5,sm_80,8.5", "sm_100a sm_120a:8.8,sm_120a,8.8", "sm_90,sm_90a,8.0"})
  void requirementGivesTheVersion(String requirement, String target, String version) {
    assertEquals(PtxVersion.parse(version),
        Requirement.parse(requirement).versionOn(Targets.get(target)).orElseThrow());
    assertEquals(requirement, Requirement.parse(requirement).toString());
  }

  @ParameterizedTest
  @CsvSource({"sm_90+,sm_89", "sm_90a,sm_100a", "sm_120f,sm_120a", "sm_89:8.1 sm_90+:7.8,sm_80"})
  void requirementRefuses(String requirement, String target) {
    assertTrue(Requirement.parse(requirement).versionOn(Targets.get(target)).isEmpty());
  }

  @Test
  void requirementInWords() {
    assertEquals("sm_89 with PTX 8.1, or sm_90 or later with PTX 7.8",
        Requirement.parse("sm_89:8.1 sm_90+:7.8").describe());
    assertThrows(IllegalArgumentException.class, () -> Requirement.parse("sm80"));
    assertThrows(IllegalArgumentException.class, () -> PtxVersion.parse("8"));
  }
}
