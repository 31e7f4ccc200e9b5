package nibble.codegen.kernel.attention;

import java.util.List;
import java.util.Optional;
import nibble.codegen.kernel.operand.ProductFormat;
import nibble.codegen.target.Feature;
import nibble.codegen.target.Feature.Support;
import nibble.codegen.target.Target;
import nibble.ir.TensorType;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.op.Attention;
import nibble.ir.op.AttentionScheme;
import nibble.ir.shape.Dim;

/**
 * How a target multiplies the operands of an attention.
 *
 * @param scores how products of queries and keys are accumulated
 * @param values how products of weights and values are
 * @param stepSums format in which products of weights and values of a step are summed before they are added to others;
 *     nothing where all are added to one sum
 * @param tallest elements of the largest heads of which a warp has so many registers that it can have 32 queries
 */
record AttentionFormats(
    ProductFormat scores, ProductFormat values, Optional<NumberFormat> stepSums, int tallest) {
  /** Codes of half a byte of the narrowest copies. */
  private static final int LEAST_COPY = 8;
  /** Elements of heads of which a warp can have 32 queries, which share the fragments of keys and values. */
  private static final int TALL = 128;
  /** The same where scales, conversions or an emulated instruction need registers besides. */
  private static final int TALL_WITH_MORE = 64;
  /** Elements that share a scale of ue4m3. */
  static final int GROUP = 16;

  /** The formats for operands that {@link AttentionSpace#obstacle} lets pass. */
  static AttentionFormats of(Attention op, List<TensorType> operands, Target target) {
    NumberFormat values = operands.get(2).format();
    ProductFormat scores = scores(operands.get(0), target);
    if (!operands.get(2).isScaled()) {
      return new AttentionFormats(
          scores, ProductFormat.of(values, values).orElseThrow(), Optional.empty(),
          operands.getFirst().format().equals(Formats.I4) ? TALL_WITH_MORE : TALL);
    }
    AttentionScheme scheme = op.scheme().orElseThrow();
    if (values.equals(Formats.I8)) {
      ProductFormat bytes = ProductFormat.of(values, values).orElseThrow();
      return new AttentionFormats(scores, bytes, Optional.of(bytes.accumulator()), TALL_WITH_MORE);
    }
    if (values.equals(Formats.E2M1)) {
      return new AttentionFormats(scores, nvfp4(target), Optional.empty(), 0);
    }
    if (!target.has(Feature.MMA_FP8) || !target.has(Feature.CONVERT_FP8)) {
      // Codes are f16 as well, exactly, and sums of their products are in f32, of which nothing is cut.
      return new AttentionFormats(
          scores, ProductFormat.ofCodes(values, values).orElseThrow(),
          Optional.of(scheme.lowBit().sums()).filter(Formats.F16::equals), 0);
    }
    // The assembler needs some more for those targets that have products of e4m3 with scales, too.
    boolean isLean = target.support(Feature.MMA_FP8) == Support.NATIVE && !target.has(Feature.MMA_BLOCK_SCALE);
    return new AttentionFormats(
        scores, ProductFormat.ofBytes(Formats.E4M3, values, true), Optional.of(scheme.lowBit().sums()),
        isLean ? TALL : TALL_WITH_MORE);
  }

  private static ProductFormat scores(TensorType queries, Target target) {
    NumberFormat format = queries.format();
    // Where codes of half a byte are not multiplied as they are, or can't be copied so, they become bytes on their way.
    boolean asTheyAre = target.support(Feature.MMA_INT4) == Support.NATIVE
        && queries.shape().last().dividedBy(Dim.of(LEAST_COPY)).isPresent();
    if (format.equals(Formats.E2M1)) {
      return nvfp4(target);
    }
    if (format.equals(Formats.I4)) {
      return asTheyAre ? ProductFormat.ofNibbles(format, format, Formats.I32)
          : ProductFormat.ofCodes(format, format).orElseThrow();
    }
    return ProductFormat.of(format, format).orElseThrow();
  }

  /** Where instructions apply no scales, codes times scales are f16 on their way: two significant bits times four. */
  private static ProductFormat nvfp4(Target target) {
    if (!target.has(Feature.MMA_BLOCK_SCALE) || !target.has(Feature.CONVERT_FP6_FP4)) {
      return ProductFormat.ofCodes(Formats.E2M1, Formats.E2M1).orElseThrow();
    }
    return ProductFormat.ofNibbles(Formats.E2M1, Formats.E2M1, Formats.F32).scaledBy(GROUP);
  }
}
