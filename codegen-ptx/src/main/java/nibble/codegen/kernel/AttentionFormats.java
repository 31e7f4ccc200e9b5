package nibble.codegen.kernel;

import java.util.List;
import java.util.Optional;
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
 */
record AttentionFormats(ProductFormat scores, ProductFormat values, Optional<NumberFormat> stepSums) {
  /** Codes of half a byte of the narrowest copies. */
  private static final int LEAST_COPY = 8;
  /** Elements that share a scale of ue4m3. */
  static final int GROUP = 16;

  /**
   * The formats for operands that {@link AttentionSpace#obstacle} lets pass.
   *
   * @throws UnsupportedAccess where the target has no instructions for them
   */
  static AttentionFormats of(Attention op, List<TensorType> operands, Target target) {
    NumberFormat values = operands.get(2).format();
    ProductFormat scores = scores(operands.get(0), target);
    if (!operands.get(2).isScaled()) {
      return new AttentionFormats(scores, ProductFormat.of(values, values).orElseThrow(), Optional.empty());
    }
    AttentionScheme scheme = op.scheme().orElseThrow();
    if (values.equals(Formats.I8)) {
      ProductFormat bytes = ProductFormat.of(values, values).orElseThrow();
      return new AttentionFormats(scores, bytes, Optional.of(bytes.accumulator()));
    }
    if (values.equals(Formats.E2M1)) {
      if (!target.has(Feature.MMA_BLOCK_SCALE) || !target.has(Feature.CONVERT_FP6_FP4)) {
        throw new UnsupportedAccess("no kernel computes attention by " + scheme.keyword() + " on " + target.name()
            + ": its tensor cores have no products of e2m1 with scales of ue4m3; sm_120a has");
      }
      return new AttentionFormats(scores, nvfp4(), Optional.empty());
    }
    if (!target.has(Feature.MMA_FP8) || !target.has(Feature.CONVERT_FP8)) {
      throw new UnsupportedAccess("no kernel computes attention by " + scheme.keyword() + " on " + target.name()
          + ": its tensor cores have no products of e4m3; sage1 has f16 for weights and values");
    }
    return new AttentionFormats(
        scores, ProductFormat.ofBytes(Formats.E4M3, values, true), Optional.of(scheme.lowBit().sums()));
  }

  private static ProductFormat scores(TensorType queries, Target target) {
    NumberFormat format = queries.format();
    // Where codes of half a byte are not multiplied as they are, or can't be copied so, they become bytes on their way.
    boolean asTheyAre = target.support(Feature.MMA_INT4) == Support.NATIVE
        && queries.shape().last().dividedBy(Dim.of(LEAST_COPY)).isPresent();
    if (format.equals(Formats.E2M1)) {
      return nvfp4();
    }
    if (format.equals(Formats.I4)) {
      return asTheyAre ? ProductFormat.ofNibbles(format, format, Formats.I32)
          : ProductFormat.ofCodes(format, format).orElseThrow();
    }
    return ProductFormat.of(format, format).orElseThrow();
  }

  private static ProductFormat nvfp4() {
    return ProductFormat.ofNibbles(Formats.E2M1, Formats.E2M1, Formats.F32).scaledBy(GROUP);
  }
}
