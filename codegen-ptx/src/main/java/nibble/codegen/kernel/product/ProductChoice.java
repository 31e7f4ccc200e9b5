package nibble.codegen.kernel.product;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.Optional;
import nibble.codegen.kernel.ComputeFormat;
import nibble.codegen.kernel.operand.ProductFormat;
import nibble.codegen.target.Feature;
import nibble.codegen.target.Feature.Support;
import nibble.codegen.target.Target;
import nibble.codegen.target.TensorFormat;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;

/**
 * A way to multiply the operands of a product.
 *
 * @param format how products are accumulated
 * @param warpgroups whether groups of four warps multiply from shared memory
 * @param tensorCopies whether a warp of its own brings tiles by tensor copies
 * @param needsContiguousDepth whether neither operand may have its depth across memory
 * @param sparse the right operand as it is stored, where sparse instructions multiply it, by the transposed product
 */
record ProductChoice(
    ProductFormat format, boolean warpgroups, boolean tensorCopies, boolean needsContiguousDepth,
    Optional<SparseWeight> sparse) {
  /** Codes whose products tensor cores have known since they knew any of eight bits. */
  private static final ImmutableSet<NumberFormat> FP8 = ImmutableSet.of(Formats.E4M3, Formats.E5M2);

  /** Integer codes of half a byte. */
  private static final ImmutableSet<NumberFormat> S4 = ImmutableSet.of(Formats.I4, Formats.U4);

  /** Elements of the depth of which instructions take a scale that is a power of two. */
  private static final int POWERS = 32;

  /** Elements of the depth of which instructions take a scale of ue4m3. */
  private static final int SMALL_FLOATS = 16;

  private ProductChoice(
      ProductFormat format, boolean warpgroups, boolean tensorCopies, boolean needsContiguousDepth) {
    this(format, warpgroups, tensorCopies, needsContiguousDepth, Optional.empty());
  }

  /**
   * What a target has for a product, the best first. The last one takes all operands that products take at all.
   *
   * @throws UnsupportedAccess where no instruction multiplies them
   */
  static ImmutableList<ProductChoice> of(Product product, Target target) {
    ProductFormat usual = product.format();
    ImmutableList.Builder<ProductChoice> choices = ImmutableList.builder();
    if (product.leftType().isScaled() && usual.unpacks() && !product.hasResidual() && !product.isAffine()) {
      codes(product, target).stream()
          .filter(choice -> choice.format.appliesScales() || product.scalesFit(choice.format)).forEach(choices::add);
    }
    if (target.has(Feature.WGMMA)) {
      choices.addAll(byWarpgroups(usual, false));
    }
    return choices.add(byWarps(usual, false)).build();
  }

  /** Warps multiply from registers. */
  private static ProductChoice byWarps(ProductFormat format, boolean needsContiguousDepth) {
    return new ProductChoice(format, false, false, needsContiguousDepth);
  }

  /** Warpgroups multiply tiles that come by tensor copies, or as ever. */
  private static ImmutableList<ProductChoice> byWarpgroups(ProductFormat format, boolean needsContiguousDepth) {
    return ImmutableList.of(
        new ProductChoice(format, true, true, needsContiguousDepth),
        new ProductChoice(format, true, false, needsContiguousDepth));
  }

  /** How a target multiplies codes without unpacking them. */
  private static ImmutableList<ProductChoice> codes(Product product, Target target) {
    NumberFormat left = product.leftType().format();
    NumberFormat right = product.rightType().format();
    ImmutableList.Builder<ProductChoice> choices = ImmutableList.builder();
    if (S4.contains(left) && S4.contains(right) && target.support(Feature.MMA_INT4) == Support.NATIVE) {
      choices.add(byWarps(ProductFormat.ofNibbles(left, right, Formats.I32), true));
    }
    boolean isFp4 = left.equals(Formats.E2M1) && right.equals(Formats.E2M1);
    if (isFp4 && target.has(Feature.MMA_BLOCK_SCALE) && product.scalesVary()) {
      ProductFormat format = ProductFormat.ofNibbles(left, right, Formats.F32);
      if (product.scalesAre(Formats.UE8M0, POWERS)) {
        choices.add(byWarps(format.scaledBy(POWERS), true));
      } else if (product.scalesAre(Formats.UE4M3, SMALL_FLOATS)) {
        choices.add(byWarps(format.scaledBy(SMALL_FLOATS), true));
      }
    }
    if (!isByte(left) || !isByte(right)) {
      return choices.build();
    }
    boolean isFp8 = FP8.contains(left) && FP8.contains(right);
    if (isFp8 && target.has(Feature.WGMMA)) {
      choices.addAll(byWarpgroups(ProductFormat.ofBytes(left, right, true), true));
    }
    if (target.has(Feature.MMA_BLOCK_SCALE) && product.scalesVary() && product.scalesAre(Formats.UE8M0, POWERS)) {
      choices.add(byWarps(ProductFormat.ofBytes(left, right, false).scaledBy(POWERS), true));
    }
    if (target.support(isFp8 ? Feature.MMA_FP8 : Feature.MMA_FP6_FP4) == Support.NATIVE) {
      boolean coarse = target.arithmetic(TensorFormat.FP8).orElseThrow().isCoarse();
      choices.add(byWarps(ProductFormat.ofBytes(left, right, coarse), true));
    }
    return choices.build();
  }

  private static boolean isByte(NumberFormat codes) {
    return ComputeFormat.FLOAT_CODES.contains(codes) && codes.storageBits() == Byte.SIZE;
  }
}
