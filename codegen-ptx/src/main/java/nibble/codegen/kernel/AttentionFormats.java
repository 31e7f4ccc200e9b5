package nibble.codegen.kernel;

import java.util.List;
import java.util.Optional;
import nibble.codegen.target.Feature;
import nibble.codegen.target.Target;
import nibble.ir.TensorType;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.op.Attention;
import nibble.ir.op.AttentionScheme;

/**
 * How a target multiplies the operands of an attention.
 *
 * @param scores how products of queries and keys are accumulated
 * @param values how products of weights and values are
 * @param stepSums format in which products of weights and values of a step are summed before they are added to others;
 *     nothing where all are added to one sum
 */
record AttentionFormats(ProductFormat scores, ProductFormat values, Optional<NumberFormat> stepSums) {
  /**
   * The formats for operands that {@link AttentionSpace#obstacle} lets pass.
   *
   * @throws UnsupportedAccess where the target has no instructions for them
   */
  static AttentionFormats of(Attention op, List<TensorType> operands, Target target) {
    ProductFormat scores =
        ProductFormat.of(operands.get(0).format(), operands.get(1).format()).orElseThrow();
    NumberFormat values = operands.get(2).format();
    if (!operands.get(2).isScaled()) {
      return new AttentionFormats(scores, ProductFormat.of(values, values).orElseThrow(), Optional.empty());
    }
    AttentionScheme scheme = op.scheme().orElseThrow();
    if (!target.has(Feature.MMA_FP8) || !target.has(Feature.CONVERT_FP8)) {
      throw new UnsupportedAccess("no kernel computes attention by " + scheme.keyword() + " on " + target.name()
          + ": its tensor cores have no products of e4m3; sage1 has f16 for weights and values");
    }
    return new AttentionFormats(
        scores, ProductFormat.ofBytes(Formats.E4M3, values, true), Optional.of(scheme.lowBit().sums()));
  }
}
