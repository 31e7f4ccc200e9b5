package nibble.ir.op;

import java.util.Arrays;
import java.util.Optional;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.Tensor.ScaleGrid;
import nibble.ir.layout.CodeRange;
import nibble.ir.layout.ScaleLayout;

/**
 * Scales for the largest magnitudes of boxes. With two levels, the outer scale is that of the largest magnitude of its
 * box, spread over codes times inner scales, and the inner scale is that of the magnitude over the outer scale
 * ("TetraJet-v2: Accurate NVFP4 Training for Large Language Models", double-block quantization).
 *
 * @param layout of the boxes
 * @param codes over which boxes are spread
 */
record DynamicScales(ScaleLayout layout, CodeRange codes) {
  /**
   * Scales.
   *
   * @param range largest magnitude of each box, of which signs do not count
   * @param type type of the tensor of scales
   * @param given outer scales that are known already
   */
  Tensor of(double[] range, TensorType type, Optional<Tensor> given) {
    double[] amax = Arrays.stream(range).map(Math::abs).toArray();
    if (layout.outer().isEmpty()) {
      return Tensor.of(type, Arrays.stream(amax).map(most -> layout.scale(most, codes)).toArray());
    }
    ScaleGrid grid = ScaleGrid.of(type);
    Tensor outer = given.orElseGet(() -> outer(BoxExtremes.magnitudes(amax, grid), type.scaleType()));
    double[] inner = new double[amax.length];
    grid.forEachRun((from, to, box) -> {
      for (int i = from; i < to; i++) {
        inner[i] = layout.scale(Math.abs(amax[i] / outer.elements()[box]), codes);
      }
    });
    return Tensor.scaled(type, inner, outer);
  }

  private Tensor outer(double[] amax, TensorType type) {
    ScaleLayout outer = layout.outer().orElseThrow();
    CodeRange products = codes.times(layout.format());
    return Tensor.of(type, Arrays.stream(amax).map(most -> outer.scale(most, products)).toArray());
  }
}
