package nibble.codegen.kernel.product;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import nibble.codegen.kernel.SparseElements;
import nibble.codegen.kernel.operand.ProductFormat;
import nibble.codegen.target.Feature;
import nibble.codegen.target.Feature.Support;
import nibble.codegen.target.Target;
import nibble.codegen.target.TensorFormat;
import nibble.ir.Block;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.layout.BlockSparse;
import nibble.ir.layout.GroupPattern;
import nibble.ir.layout.PlainMask;
import nibble.ir.layout.SparseLayout;
import nibble.ir.op.Amax;
import nibble.ir.op.Decompress;
import nibble.ir.op.Reshape;

/**
 * Whether a target multiplies a compressed operand as it is stored, and how; what it doesn't is decompressed.
 *
 * @param choices ways to multiply, of the transposed product, the best first
 * @param obstacle why there is none; nothing where there is one
 */
record SparseChoice(ImmutableList<ProductChoice> choices, Optional<String> obstacle) {
  private static final ImmutableSet<NumberFormat> HALVES = ImmutableSet.of(Formats.F16, Formats.BF16);
  private static final ImmutableSet<NumberFormat> FP8 = ImmutableSet.of(Formats.E4M3, Formats.E5M2);
  private static final ImmutableSet<NumberFormat> FP6 = ImmutableSet.of(Formats.E2M3, Formats.E3M2);
  private static final ImmutableSet<NumberFormat> INTEGERS = ImmutableSet.of(Formats.I4, Formats.U4);

  /** Elements of the depth of which sparse instructions take a scale that is a power of two. */
  private static final int POWERS = 64;

  /** Elements of the depth of which they take a scale of ue4m3. */
  private static final int SMALL_FLOATS = 32;

  /**
   * A way to multiply, or why there is none.
   *
   * @param byWarps whether warps multiply so; if not, warpgroups do
   */
  private record Found(Optional<ProductFormat> format, boolean byWarps, String obstacle) {
    static Found of(ProductFormat format) {
      return new Found(Optional.of(format), true, "");
    }

    static Found byWarpgroups(ProductFormat format) {
      return new Found(Optional.of(format), false, "");
    }

    static Found none(String obstacle) {
      return new Found(Optional.empty(), true, obstacle);
    }
  }

  private static SparseChoice none(String obstacle) {
    return new SparseChoice(ImmutableList.of(), Optional.of(obstacle));
  }

  private static SparseChoice of(List<ProductChoice> choices) {
    return new SparseChoice(ImmutableList.copyOf(choices), Optional.empty());
  }

  /** What is done with the operand of a kernel's product that is compressed, if one is. */
  static Optional<SparseChoice> of(Operation kernel, Product product, Target target) {
    Block region = kernel.regions().getFirst();
    boolean reduces = region.operations().stream().anyMatch(operation -> operation.op() instanceof Amax);
    return region.operations().stream()
        .filter(operation -> operation.op() instanceof Decompress)
        .flatMap(operation -> of(product, operation, region, target, reduces).stream()).findFirst();
  }

  /**
   * The way to multiply an operand that is decompressed: a weight on the right, or an activation on the left.
   *
   * @param decompress what may be an operand of the product
   * @param region of both
   * @param reduces whether the kernel reduces over boxes of the result
   */
  private static Optional<SparseChoice> of(
      Product product, Operation decompress, Block region, Target target, boolean reduces) {
    TensorType type = decompress.operand(0).tensorType();
    if (decompress.result().equals(product.operand(false))) {
      return Optional.of(of(product, new SparseWeight(type, false), target, reduces));
    }
    boolean isLeft = decompress.result().equals(matrix(product.operand(true), region))
        && product.members().isEmpty() && product.operand(false).tensorType().rank() == 2;
    return isLeft
        ? Optional.of(of(product.transposed(), new SparseWeight(type, true), target, reduces)) : Optional.empty();
  }

  /** What a left operand is made of by reshapes that keep its last axis: a matrix of all rows, perhaps. */
  static Value matrix(Value operand, Block region) {
    return region.operations().stream()
        .filter(operation -> operation.op() instanceof Reshape && operation.result().equals(operand)
            && operation.operand(0).tensorType().shape().last().equals(operand.tensorType().shape().last()))
        .findFirst().map(reshape -> matrix(reshape.operand(0), region)).orElse(operand);
  }

  /**
   * The way to multiply by sparse instructions, of the transposed product.
   *
   * @param product whose right operand is a decompressed one; of an activation, the transposed one
   * @param reduces whether the kernel reduces over boxes of the result, which lie in tiles of 64 rows
   */
  private static SparseChoice of(Product product, SparseWeight weight, Target target, boolean reduces) {
    SparseLayout layout = weight.type().sparse().orElseThrow();
    if (target.support(Feature.MMA_SPARSE) != Support.NATIVE) {
      return none("the target has no sparse instructions");
    }
    if (weight.type().rank() != 2 || product.members().isPresent() || product.hasResidual() || product.isAffine()) {
      return none("the weight is no matrix, or codes have a second level or zero points");
    }
    if (product.leftType().isScaled() != product.rightType().isScaled()) {
      return none("of the operands one has scales");
    }
    return layout instanceof BlockSparse blocks
        ? ofBlocks(product, weight, blocks, target, reduces) : ofGroups(product, weight, layout, target, reduces);
  }

  /** By sparse instructions. */
  private static SparseChoice ofGroups(
      Product product, SparseWeight weight, SparseLayout layout, Target target, boolean reduces) {
    if (layout instanceof PlainMask) {
      return none("no instruction takes plain masks");
    }
    GroupPattern pattern = SparseElements.pattern(layout);
    if (weight.isGathered() && product.scalesVary()) {
      return none("scales change along the depth, and columns that are kept were not next to each other");
    }
    int rows = reduces ? 64 : weight.metadata().rows();
    if (Integer.lowestOneBit(weight.blockRows()) < rows) {
      return none("blocks of fewer than " + rows + " rows: a tile of metadata has as many");
    }
    Found found = format(product, pattern, target);
    Optional<ProductFormat> format = found.format.map(ProductFormat::ofSparse);
    if (format.isEmpty()) {
      return none(found.obstacle);
    }
    if (!format.get().appliesScales() && !product.scalesFit(format.get())) {
      return none("scales change every " + product.scaleDepth() + " elements of the depth, and an instruction has "
          + format.get().step());
    }
    ProductChoice byWarps =
        new ProductChoice(format.get(), false, false, format.get().bits() <= Byte.SIZE, Optional.of(weight));
    boolean isLarge = weight.isLarge(product.transposed().n()) || !found.byWarps;
    boolean hasRows = Integer.lowestOneBit(weight.blockRows()) >= SparseWeight.WARPGROUP_ROWS;
    if (target.has(Feature.WGMMA) && isLarge && hasRows) {
      ProductChoice byWarpgroups =
          new ProductChoice(format.get(), true, false, format.get().bits() != Short.SIZE, Optional.of(weight));
      return of(found.byWarps ? List.of(byWarpgroups, byWarps) : List.of(byWarpgroups));
    }
    return found.byWarps
        ? of(List.of(byWarps)) : none("warpgroups multiply it, which have 64 rows, and blocks have fewer");
  }

  /** By the instructions of dense products, which visit the kept blocks alone. */
  private static SparseChoice ofBlocks(
      Product product, SparseWeight weight, BlockSparse blocks, Target target, boolean reduces) {
    Optional<ProductFormat> found = dense(product, target);
    if (found.isEmpty()) {
      return none("no instruction multiplies " + product.rightType().format().name());
    }
    ProductFormat format = found.get();
    Product multiplied =
        format.unpacks() && format.left().equals(Formats.F16) ? product.transposed().folding() : product.transposed();
    if (!multiplied.scalesFit(format)) {
      return none("scales change every " + multiplied.scaleDepth() + " elements of the depth, and an instruction has "
          + format.step());
    }
    int rows = reduces ? 64 : SparseWeight.leastRows(format);
    long least = Math.max(format.step(), format.onTensorCores() ? 0 : format.blockK());
    if (Long.lowestOneBit(blocks.rows()) < rows || Long.lowestOneBit(blocks.columns()) < least) {
      return none("blocks of " + blocks.rows() + " by " + blocks.columns() + ": a tile has " + rows + " by " + least
          + " or twice that, and so on");
    }
    ProductChoice byWarps = new ProductChoice(format, false, false, format.bits() <= Byte.SIZE, Optional.of(weight));
    return of(Stream.concat(
        blocksByWarpgroups(product, weight, blocks, format, target).stream(), Stream.of(byWarps)).toList());
  }

  /** Large products, whose rows of blocks have room for those of a warpgroup. */
  private static Optional<ProductChoice> blocksByWarpgroups(
      Product product, SparseWeight weight, BlockSparse blocks, ProductFormat usual, Target target) {
    boolean isFp8 = FP8.contains(product.leftType().format()) && FP8.contains(product.rightType().format());
    ProductFormat format =
        isFp8 ? ProductFormat.ofBytes(product.rightType().format(), product.leftType().format(), true) : usual;
    boolean fits = format.onTensorCores() && format.bits() >= Byte.SIZE && weight.isLarge(product.transposed().n())
        && Long.lowestOneBit(blocks.rows()) >= SparseWeight.WARPGROUP_ROWS
        && Long.lowestOneBit(blocks.columns()) >= format.step();
    return target.has(Feature.WGMMA) && fits && product.transposed().scalesFit(format)
        ? Optional.of(new ProductChoice(format, true, false, format.bits() != Short.SIZE, Optional.of(weight)))
        : Optional.empty();
  }

  /** How dense operands of the formats are multiplied by warps, by the transposed product, if scales do not vary. */
  private static Optional<ProductFormat> dense(Product product, Target target) {
    NumberFormat left = product.rightType().format();
    NumberFormat right = product.leftType().format();
    if (!product.leftType().isScaled()) {
      return ProductFormat.of(left, right);
    }
    if (INTEGERS.contains(left) && INTEGERS.contains(right) && target.support(Feature.MMA_INT4) == Support.NATIVE) {
      return Optional.of(ProductFormat.ofNibbles(left, right, Formats.I32));
    }
    boolean areBytes = isByte(left) && isByte(right);
    return areBytes && takesBytes(left, right, target)
        ? Optional.of(bytes(left, right, target)) : ProductFormat.ofCodes(left, right);
  }

  private static boolean isByte(NumberFormat codes) {
    return FP8.contains(codes) || FP6.contains(codes);
  }

  private static boolean takesBytes(NumberFormat left, NumberFormat right, Target target) {
    boolean areFp8 = FP8.contains(left) && FP8.contains(right);
    return target.support(areFp8 ? Feature.MMA_FP8 : Feature.MMA_FP6_FP4) == Support.NATIVE;
  }

  private static ProductFormat bytes(NumberFormat left, NumberFormat right, Target target) {
    return ProductFormat.ofBytes(left, right, target.arithmetic(TensorFormat.FP8).orElseThrow().isCoarse());
  }

  /** How dense operands of the formats would be multiplied, by the transposed product. */
  private static Found format(Product product, GroupPattern pattern, Target target) {
    NumberFormat left = product.rightType().format();
    NumberFormat right = product.leftType().format();
    boolean scaled = product.leftType().isScaled();
    if (left.equals(Formats.F32)) {
      return Found.none("products of f32 are exact to its 23 bits; of tf32, which has 10, instructions take 1:2");
    }
    return switch (pattern) {
      case TWO_OF_FOUR -> scaled ? bytes(product, left, right, target) : HALVES.contains(left)
          ? ProductFormat.of(left, right).map(Found::of).orElseGet(() -> untaken(pattern))
          : untaken(pattern);
      case FOUR_OF_EIGHT -> scaled ? nibbles(product, left, right, target) : untaken(pattern);
      case ONE_OF_TWO -> left.equals(Formats.TF32)
          ? ProductFormat.of(left, right).map(Found::of).orElseThrow() : untaken(pattern);
    };
  }

  private static Found untaken(GroupPattern pattern) {
    return Found.none(
        "no sparse instruction of the target takes the format by " + pattern.kept() + ":" + pattern.size());
  }

  /** Bytes: integers, or floats, with scales that instructions apply each of twice the elements of a dense group. */
  private static Found bytes(Product product, NumberFormat left, NumberFormat right, Target target) {
    if (left.equals(Formats.I8) && right.equals(Formats.I8)) {
      return ProductFormat.ofCodes(left, right).map(Found::of).orElseThrow();
    }
    if (left.equals(Formats.E2M1)) {
      return Found.none("2:4 of e2m1 is taken in bytes alone, and codes lie two to a byte");
    }
    if (FP8.contains(left) && FP8.contains(right) && target.has(Feature.WGMMA)) {
      ProductFormat coarse = ProductFormat.ofBytes(left, right, true);
      if (product.scalesFit(coarse.ofSparse())) {
        return Found.byWarpgroups(coarse);
      }
    }
    if (!isByte(left) || !isByte(right) || !takesBytes(left, right, target)) {
      return untaken(GroupPattern.TWO_OF_FOUR);
    }
    if (product.scalesVary() && target.has(Feature.MMA_BLOCK_SCALE) && product.scalesAre(Formats.UE8M0, POWERS)) {
      return Found.of(ProductFormat.ofBytes(left, right, false).scaledBy(POWERS));
    }
    ProductFormat format = bytes(left, right, target);
    return product.scalesFit(format.ofSparse())
        ? Found.of(format)
        : Found.none("scales of " + product.scaleDepth() + " elements of the depth: a sparse instruction takes one for "
            + POWERS + ", of which " + POWERS / 2 + " are stored");
  }

  /** Half bytes: integers, or e2m1 with scales that instructions apply, each of twice the elements of a dense group. */
  private static Found nibbles(Product product, NumberFormat left, NumberFormat right, Target target) {
    if (INTEGERS.contains(left) && INTEGERS.contains(right)) {
      return target.support(Feature.MMA_INT4) == Support.NATIVE
          ? Found.of(ProductFormat.ofNibbles(left, right, Formats.I32)) : untaken(GroupPattern.FOUR_OF_EIGHT);
    }
    boolean isFp4 = left.equals(Formats.E2M1) && right.equals(Formats.E2M1);
    if (!isFp4 || !target.has(Feature.MMA_BLOCK_SCALE) || !product.scalesVary()) {
      return untaken(GroupPattern.FOUR_OF_EIGHT);
    }
    ProductFormat format = ProductFormat.ofNibbles(left, right, Formats.F32);
    if (product.scalesAre(Formats.UE8M0, POWERS)) {
      return Found.of(format.scaledBy(POWERS));
    }
    return product.scalesAre(Formats.UE4M3, SMALL_FLOATS)
        ? Found.of(format.scaledBy(SMALL_FLOATS))
        : Found.none("scales of " + product.scaleDepth() + " elements of the depth: a sparse instruction takes one of"
            + " ue8m0 for " + POWERS + " and one of ue4m3 for " + SMALL_FLOATS + ", of which half are stored");
  }
}
