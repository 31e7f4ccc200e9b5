package nibble.codegen.kernel.product;

import nibble.codegen.kernel.UnsupportedAccess;
import nibble.codegen.kernel.operand.ProductFormat;
import nibble.codegen.kernel.operand.ProductTile;
import nibble.codegen.kernel.operand.ScaleLoader;
import nibble.ir.format.Formats;

/**
 * How a product is cut, by a choice of instructions.
 *
 * @param product as it is multiplied: transposed where a weight is compressed, with inner scales folded where
 *     codes become f16
 * @param tile of a block of threads
 * @param scalesVary whether scales change along the depth
 * @param scalesTiles whether scales are applied to the sum of each tile
 * @param promotes whether the sum of a tile is added to f32 accumulators of its own
 */
record TilePlan(Product product, ProductTile tile, boolean scalesVary, boolean scalesTiles, boolean promotes) {
  /**
   * A plan.
   *
   * @param sharedLimit bytes of shared memory that a block may have
   * @throws UnsupportedAccess where scales change within a step of the instructions
   */
  static TilePlan of(Product given, ProductChoice choice, int sharedLimit) {
    ProductFormat format = choice.format();
    Product oriented = choice.sparse().filter(operand -> !operand.isActivation()).isPresent()
        ? given.transposed() : given;
    Product product = format.unpacks() && format.left().equals(Formats.F16) ? oriented.folding() : oriented;
    boolean scalesVary = product.scalesVary();
    boolean variesOutside = scalesVary && !format.appliesScales();
    boolean scalesTiles = variesOutside || product.hasResidual();
    boolean promotes = scalesTiles || format.sumsCoarsely();
    long scaleDepth = variesOutside ? scaleDepth(product, format) : Long.MAX_VALUE;
    ProductTile usual = choice.sparse()
        .map(weight -> weight.tile(format, product.n(), scaleDepth, promotes, choice.warpgroups()))
        .orElseGet(() -> ProductTile.of(
            format, product.m(), product.n(), product.k(), scaleDepth, promotes, choice.warpgroups()));
    int ofScales = scalesVary ? ScaleLoader.sharedBytes(usual.m() + usual.n()) : 0;
    ProductTile wanted = choice.tensorCopies() ? usual.withRing() : usual;
    // All targets have room for three tiles in each of two stages.
    boolean isTight = product.hasResidual() || wanted.sharedBytes() + ofScales > sharedLimit;
    return new TilePlan(product, isTight ? wanted.withStages(2) : wanted, scalesVary, scalesTiles, promotes);
  }

  private static long scaleDepth(Product product, ProductFormat format) {
    if (!product.scalesFit(format)) {
      throw new UnsupportedAccess("scales change every " + product.scaleDepth()
          + " elements of the depth; the least that kernels take is a multiple of " + format.step());
    }
    return Long.lowestOneBit(product.scaleDepth().constant());
  }
}
