package nibble.codegen;

import com.google.common.collect.ImmutableSet;
import java.util.Optional;
import nibble.codegen.target.Feature;
import nibble.codegen.target.Feature.Support;
import nibble.codegen.target.Target;
import nibble.codegen.target.TensorArithmetic;
import nibble.codegen.target.TensorFormat;
import nibble.ir.TensorType;
import nibble.ir.bound.ErrorModel;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;

/**
 * The errors of products of floating-point codes that tensor cores multiply as they are. All products are exact; what
 * rounds is how they are summed.
 *
 * @param target whose tensor cores these are
 */
record CodeArithmetic(Target target) {
  private static final double UNIT = 0x1p-24;
  /** Products of an instruction. */
  private static final int INSTRUCTION = 32;
  private static final int FP4_INSTRUCTION = 64;
  /** The deepest tile whose scales instructions apply, of which the last is filled up with zeros. */
  private static final int DEEPEST_SCALED = 256;
  /** The deepest tile: what is summed in tensor cores before it is added to others in f32. */
  private static final int DEEPEST_TILE = 128;
  private static final ImmutableSet<NumberFormat> FP8 = ImmutableSet.of(Formats.E4M3, Formats.E5M2);

  /**
   * The largest error, for each unit of the sum of magnitudes, of the ways that the target has; 0 where it has none.
   */
  double dot(TensorType left, TensorType right, long length) {
    boolean isFp8 = FP8.contains(left.format()) && FP8.contains(right.format());
    if (left.format().equals(Formats.E2M1) && right.format().equals(Formats.E2M1)) {
      return target.arithmetic(TensorFormat.FP4).map(it -> scaled(it, FP4_INSTRUCTION, length)).orElse(0.0);
    }
    double error = 0;
    if (target.support(isFp8 ? Feature.MMA_FP8 : Feature.MMA_FP6_FP4) == Support.NATIVE) {
      error = sum(target.arithmetic(TensorFormat.FP8).orElseThrow(), left, right, length);
    }
    if (target.has(Feature.MMA_BLOCK_SCALE)) {
      error = Math.max(error, scaled(target.arithmetic(TensorFormat.FP8).orElseThrow(), INSTRUCTION, length));
    }
    Optional<TensorArithmetic> warpgroups = target.arithmetic(TensorFormat.FP8_WGMMA).filter(it -> isFp8);
    return warpgroups.map(it -> sum(it, left, right, length)).orElse(error);
  }

  /** Instructions apply the scales: products are exact, and nothing but scales of these is applied to their sum. */
  private static double scaled(TensorArithmetic arithmetic, int instruction, long length) {
    long steps = Math.ceilDiv(length, DEEPEST_SCALED) * DEEPEST_SCALED / instruction * arithmetic.steps();
    double sum = ErrorModel.gamma(steps, KernelArithmetic.step(arithmetic, instruction));
    double scales = ErrorModel.gamma(2, UNIT);
    return sum + scales + sum * scales;
  }

  /** Tiles are added in f32 where tensor cores sum coarsely or scales vary; the least tile that may be counts. */
  private static double sum(TensorArithmetic arithmetic, TensorType left, TensorType right, long length) {
    long scaleDepth = Math.min(KernelArithmetic.scaleDepth(left, length), KernelArithmetic.scaleDepth(right, length));
    boolean adds = arithmetic.isCoarse() || scaleDepth < length;
    long depth = adds ? Math.min(DEEPEST_TILE, scaleDepth) : Math.ceilDiv(length, DEEPEST_TILE) * DEEPEST_TILE;
    long steps = Math.ceilDiv(depth, INSTRUCTION) * arithmetic.steps();
    double tile = ErrorModel.gamma(steps, KernelArithmetic.step(arithmetic, INSTRUCTION));
    // Tiles are no deeper than the largest power of two in the depth of scales, but at least as deep as an instruction.
    long tiles = adds ? Math.ceilDiv(length, Math.min(depth, INSTRUCTION)) : 0;
    double sums = ErrorModel.gamma(2 + tiles, UNIT);
    return tile + sums + tile * sums;
  }
}
