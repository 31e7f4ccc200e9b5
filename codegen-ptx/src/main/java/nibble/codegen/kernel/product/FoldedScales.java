package nibble.codegen.kernel.product;

import com.google.common.collect.ImmutableSet;
import java.util.List;
import nibble.codegen.index.IndexExpr;
import nibble.codegen.kernel.ElementEmitter;
import nibble.codegen.kernel.Memory;
import nibble.codegen.kernel.ScaleFactors;
import nibble.codegen.tile.Scalar;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.format.Rounding;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/**
 * Inner scales that are applied to codes on their way to shared memory: f16 holds the product of a code of 4 or 6 bits,
 * of at most 4 significant bits, and a scale of {@code ue4m3}, of 4 more, exactly; magnitudes are from 2^-13 to 12544.
 * So what changes along the depth of a product of NVFP4 are outer scales alone.
 */
final class FoldedScales {
  private static final ImmutableSet<NumberFormat> CODES = ImmutableSet.of(Formats.E2M1, Formats.E2M3, Formats.E3M2);

  private FoldedScales() {}

  /** Whether the inner scales of such a tensor can be folded into f16. */
  static boolean fit(TensorType type) {
    return type.isScaled() && CODES.contains(type.format()) && type.residual().isEmpty()
        && type.scaleType().isScaled() && type.scaleType().format().equals(Formats.UE4M3);
  }

  /** Codes times their inner scales. */
  static Value apply(ElementEmitter emitter, Value codes, Memory memory, List<IndexExpr> at) {
    Value real = emitter.builder().cast(codes, Formats.F32, Rounding.NEAREST_EVEN);
    return emitter.grid().apply(emitter.builder(), Scalar.MUL, real, new ScaleFactors(emitter).inner(memory, at));
  }

  /** The extent along an axis of the elements that share an outer scale. */
  static Dim outerBox(TensorType type, int axis) {
    ScaleLayout layout = type.scale().orElseThrow();
    Shape grid = layout.scaleShape(type.shape());
    Dim boxes = layout.outer().orElseThrow().granularity().boxWithin(grid).get(axis);
    return boxes.equals(grid.dim(axis))
        ? type.shape().dim(axis) : boxes.times(layout.granularity().boxWithin(type.shape()).get(axis));
  }
}
